#!/usr/bin/env python3
"""SIGKILL at random moments of imports: nothing acknowledged is lost, nothing is doubled, and the import can be resumed.

This shows crash consistency, not durability: the page cache outlives the process (power_loss.py is for that).
Exit: 0 as it should be, 1 not, 2 cannot run.
"""

import shutil
import sys
import time

from campaign import Campaign, PlainDirectory, metric, parser, scratch


def main():
    made = parser(__doc__.splitlines()[0], "kills", 50)
    made.add_argument("--rows", type=int, default=12_000, help="rows of each of the three registers of a round")
    arguments = made.parse_args()
    arguments.cuts = arguments.kills
    work = scratch(arguments)
    campaign = Campaign("kill", PlainDirectory(work), arguments)
    started = time.monotonic()
    try:
        passed = campaign.run()
    finally:
        shutil.rmtree(work, ignore_errors=True)
    is_met = campaign.report(passed)
    metric("kill.seconds", round(time.monotonic() - started), "-", True)
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
