#!/usr/bin/env python3
"""Every day: 40 kills, partitions and a pause of four nodes under load, in less than four minutes.

After each fault: nothing that a client was told is final is lost on any node, no height has two blocks, the roots are equal.
Exit: 0 as it should be, 1 not, 2 cannot run.
"""

import dataclasses
import random
import sys
from typing import Any

import faults
from audit import Audit
from load import Load
from polling import Broken
from report import Report, quantile
from run import Run, conclude, parser
from zk_cluster import running

REJOIN_P99_S = 3.0
LIMIT_S = 240


def scenarios(run: Run, kills: int) -> None:
    run.report.say("kills")
    faults.kills(run, kills)
    for name, scenario in [
        ("partition 3/1", lambda: faults.majority(run, 2)),
        ("partition 2/2", lambda: faults.even(run, 2)),
        ("one-way cut", lambda: faults.one_way(run, 5)),
        ("flapping", lambda: faults.flap(run, 6)),
        ("pause of 10 s", lambda: faults.pause(run, 10)),
    ]:
        run.report.say(name)
        scenario()


def plant(run: Run, what: str | None) -> None:
    """A fault of our own making, to see that the audit finds it in a real network."""
    if what == "acknowledgement":
        one = run.load.acknowledged[0]
        run.load.acknowledged[0] = dataclasses.replace(one, block="0" * 64)
    elif what == "block":
        liar = run.cluster.nodes[-1]
        honest = liar.block
        liar.block = lambda height: altered(honest(height), height)  # type: ignore[method-assign]


def altered(block: dict[str, Any], height: int) -> dict[str, Any]:
    return {**block, "header": {**block["header"], "current_root": "0" * 64}} if height == 3 else block


def main() -> int:
    made = parser(__doc__.splitlines()[0])
    made.add_argument("--kills", type=int, default=40)
    made.add_argument("--plant", choices=["acknowledgement", "block"],
                      help="alter one acknowledgement, or one answer about a block: the run must then fail")
    arguments = made.parse_args()
    report = Report("everyday", arguments.seed)
    try:
        with running(arguments.binary, keep=arguments.keep) as cluster:
            report.say("cluster is up")
            with Load(cluster, arguments.rate, arguments.seed) as load:
                run = Run(cluster, load, Audit(cluster, arguments.seed), report, random.Random(arguments.seed))
                plant(run, arguments.plant)
                try:
                    scenarios(run, arguments.kills)
                    offered = load.stop()["writes"]
                    run.check("the end")
                    report.metric("offered", offered["offered"])
                    report.metric("answers", str(offered["answers"]).replace(" ", ""))
                    report.zero("offences", max(node.offences() for node in cluster.nodes))
                finally:
                    conclude(run)
            report.metric("kills", arguments.kills)
            report.at_most("rejoin_p99_s", quantile(run.rejoins, 0.99), REJOIN_P99_S)
            report.at_most("heal_p99_s", quantile(run.heals, 0.99), faults.HEAL_S)
    except Broken as broken:
        report.metric("broken", str(broken).replace(" ", "_"), "-", False)
    report.metric("time", round(report.seconds()), f"<={LIMIT_S}", report.seconds() <= LIMIT_S)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
