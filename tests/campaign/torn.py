#!/usr/bin/env python3
"""Torn tails of the write-ahead logs: what a stop in the middle of a write leaves is recovered; what it cannot leave is refused.

Cuts of a real file system hardly ever tear a record (power_loss.py counts them), so this cuts the log file itself, at a random byte.

Honest, must be recovered to the very same log root, without hand work when somebody writes next:
  ledger   inside the record of the newest block, which was signed and not acknowledged
  confirm  inside the vault's last record, which confirms a batch and is not synced
  put      inside the vault's newest batch, before the ledger signed a block that names it
Not honest, must be refused and noticed by fsck:
  ledger-two   inside the last but one block: it was acknowledged before the newest one was signed
  put-named    inside the vault's newest batch, which the ledger names
  flip-ledger, flip-vault   a flipped bit before the last record: refused, and nothing is thrown away: mended, the ledger is whole
In between, no reader may be given the answers of the older ledger. Exit: 0 as it should be, 1 not, 2 cannot run.
"""

import collections
import random
import shutil
import struct
import sys
import time

from campaign import ANCHOR, Broken, Program, metric, parser, scratch

BLOCK, HEADER = 32 * 1024, 7
CASES = ["ledger", "confirm", "put", "ledger-two", "put-named", "flip-ledger", "flip-vault"]
REFUSED = CASES[3:]


def newest_log(directory):
    return max(directory.glob("*.log"), key=lambda path: int(path.stem))


def records(path):
    """The byte ranges of the logical records of a RocksDB log: blocks of 32 KiB, fragments FULL, FIRST, MIDDLE, LAST."""
    content, found, place, start = path.read_bytes(), [], 0, 0
    while place + HEADER <= len(content):
        if BLOCK - place % BLOCK < HEADER:
            place += BLOCK - place % BLOCK
            continue
        _, length, kind = struct.unpack_from("<IHB", content, place)
        if kind in (1, 2):
            start = place
        place += HEADER + length
        if kind in (1, 4):
            found.append((start, place))
    return found


def tear(path, which, rng):
    start, end = records(path)[which]
    length = rng.randrange(start + 1, end)
    with open(path, "r+b") as file:
        file.truncate(length)
    return f"{path.parent.parent.name}/{path.name} cut to {length} (record {start}..{end})"


def flip(path, place):
    with open(path, "r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 4]))


class Stores:
    """`after` is `before` with one more import of several blocks (ledger cases) or of one (vault cases)."""

    def __init__(self, program, work, seed):
        self.program = program
        sample = work / "sample"
        program.must("sample", "--out", sample, "--rows", 7_000, "--seed", seed, "--clean")
        self.register = sample / "居住证.csv"
        self.few = work / "few.csv"
        self.few.write_text("\n".join((sample / ANCHOR).read_text().splitlines()[:900]) + "\n")
        self.base, self.one, self.many = work / "base", work / "one", work / "many"
        program.must("init", "--data", self.base)
        shutil.copytree(self.base, self.one)
        program.must("import", self.few, "--data", self.one)
        shutil.copytree(self.base, self.many)
        program.must("import", self.register, "--data", self.many)

    def make(self, case, copy, rng):
        """A damaged directory; the register to import; the ledger that a recovered one equals before that import; what mends it."""
        if case.startswith("flip"):
            shutil.copytree(self.many, copy)
            log = newest_log(copy / ("ledger" if case == "flip-ledger" else "vault/rows"))
            start, end = rng.choice(records(log)[:-1])
            # Behind the first fragment's header: a broken length in the last 32 KiB looks like the end of the log.
            place = rng.randrange(start + HEADER, end)
            flip(log, place)
            return f"{log.name} bit flipped at {place}", self.register, self.many, lambda: flip(log, place)
        if case.startswith("ledger"):
            shutil.copytree(self.many, copy)
            where = tear(newest_log(copy / "ledger"), -2 if case == "ledger-two" else -1, rng)
            return where, self.register, self.many, None
        shutil.copytree(self.one, copy)
        which = -1 if case == "confirm" else -2
        where = tear(newest_log(copy / "vault" / "rows"), which, rng)
        if case == "put":
            for part in ("ledger", "signed"):
                shutil.rmtree(copy / part)
                shutil.copytree(self.base / part, copy / part)
            return where, self.few, None, None
        return where, self.few, self.one, None


def status(program, data):
    return program.run("ledger", "status", "--data", data)


def one_try(stores, case, copy, rng):
    """What readers and writers made of it: (problem or None, note)."""
    program = stores.program
    where, register, whole, mend = stores.make(case, copy, rng)
    root = program.must("ledger", "status", "--data", whole).json()["log_root"] if whole else None
    read, audit = status(program, copy), program.run("ledger", "fsck", "--data", copy)
    if read.crashed or audit.crashed:
        return f"{where}: crashed: {read.err} {audit.err}", ""
    if read.code == 0 and root and read.json()["log_root"] != root:
        return f"{where}: a reader is given the older ledger: {read.out.strip()[:160]}", ""
    wrote = program.run("import", register, "--data", copy)
    torn = "torn record" in wrote.err
    if wrote.crashed:
        return f"{where}: crashed: {wrote.err[-300:]}", ""
    note = ("reader refused" if read.code else "reader served") + (", torn tail" if torn else ", no torn tail")
    if case in REFUSED:
        if wrote.code == 0 or audit.code == 0:
            return f"{where}: not refused: fsck {audit.code}, writing {wrote.code}: {wrote.out[:160]}", note
        if mend:
            try:
                mend()
            except FileNotFoundError:
                return f"{where}: refused, but the log was thrown away", note
            mended = program.run("ledger", "fsck", "--data", copy)
            if mended.code != 0 or status(program, copy).json()["log_root"] != root:
                return f"{where}: mending the bit does not bring the ledger back: {mended.out} {mended.first_error()}", note
        return None, note
    if wrote.code != 0:
        return f"{where}: not recovered: {wrote.first_error()}", note
    report = wrote.json()
    if root and (report["log_root"] != root or report["licences"]):
        return f"{where}: recovered to another ledger: {wrote.out[:300]}", note
    after = program.run("ledger", "fsck", "--data", copy)
    if after.code != 0 or after.json()["records"] != report["accepted"] + report["repeated"]:
        return f"{where}: fsck after recovery: {after.out} {after.first_error()}", note
    return None, note


def main():
    arguments = parser(__doc__.splitlines()[0], "tries", 50).parse_args()
    work = scratch(arguments)
    rng = random.Random(arguments.seed)
    started = time.monotonic()
    notes, problems = collections.Counter(), []
    try:
        program = Program(work, arguments.binary)
        stores = Stores(program, work, rng.randrange(1, 2**31))
        for number in range(arguments.tries):
            case, copy = CASES[number % len(CASES)], work / "copy"
            problem, note = one_try(stores, case, copy, rng)
            notes[f"{case}: {note}"] += 1
            if problem:
                problems.append(problem)
                print(f"  try {number + 1}, {case}: {problem}", file=sys.stderr, flush=True)
            shutil.rmtree(copy)
    except Broken as broken:
        problems.append(str(broken))
        print(f"  {broken}", file=sys.stderr)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    for note, count in sorted(notes.items()):
        print(f"  {count:4} {note}")
    tries = sum(notes.values())
    metric("torn.tries", tries, f">={arguments.tries}", tries >= arguments.tries)
    metric("torn.problems", len(problems), "0", not problems)
    print(f"seed {arguments.seed}")
    metric("torn.seconds", round(time.monotonic() - started), "-", True)
    return 0 if not problems and tries >= arguments.tries else 1


if __name__ == "__main__":
    sys.exit(main())
