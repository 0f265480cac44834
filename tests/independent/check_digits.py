#!/usr/bin/env python3
"""Check characters as python-stdnum computes them, which shares no code with Zhengku.

Each line of standard input is a kind and a body without its check character; the answer is that character, a line each.
Kinds: licence (GB/T 36904: ISO/IEC 7064 MOD 37,36), credit (GB 32100), citizen (GB 11643).
"""

import sys

from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_37_36

COMPUTE = {
    "licence": mod_37_36.calc_check_digit,
    "credit": uscc.calc_check_digit,
    # It takes the number whole and leaves its last character out.
    "citizen": lambda body: ric.calc_check_digit(body + "0"),
}

for line in sys.stdin:
    kind, body = line.split()
    print(COMPUTE[kind](body))
