#!/usr/bin/env python3
"""The long campaign on four node processes under load: kills, partitions, pauses, clocks, disks, old images, an empty joiner.

What this machine cannot do is said and not counted as passed. Exit: 0 as it should be, 1 not, 2 cannot run.
"""

import random
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cluster"))
import environment_faults  # noqa: E402
import faults  # noqa: E402
import images  # noqa: E402
from audit import Audit  # noqa: E402
from load import Load  # noqa: E402
from polling import Broken  # noqa: E402
from report import Report, quantile  # noqa: E402
from run import Run, conclude, parser  # noqa: E402
from zk_cluster import running  # noqa: E402

Scenario = Callable[[Run], None]


def repeated(times: int, scenario: Scenario) -> Scenario:
    def run(run: Run) -> None:
        for _ in range(times):
            scenario(run)
    return run


def scenarios(quick: bool) -> dict[str, Scenario]:
    """By name; the numbers of a quick run are there to try the scripts, not to show anything."""
    few = 1 if quick else 5
    return {
        "kills": lambda run: faults.kills(run, 20 if quick else 300),
        "majority": repeated(few, lambda run: faults.majority(run, 10)),
        "even": repeated(few, lambda run: faults.even(run, 10)),
        "one-way": repeated(2 * few, lambda run: faults.one_way(run, 10)),
        "flap": repeated(few, lambda run: faults.flap(run, 20)),
        "pause": repeated(few, lambda run: faults.pause(run, 10)),
        "slow": repeated(few, lambda run: faults.slow(run, run.random.choice([50, 200, 1_000]), 10)),
        "clock-ahead": lambda run: environment_faults.clock(run, "+1h", 20),
        "clock-behind": lambda run: environment_faults.clock(run, "-1d", 20),
        "clock-double": lambda run: environment_faults.clock(run, "+0 x2", 20),
        "slow-disk": lambda run: environment_faults.slow_disk(run, 50, 20),
        "fsync-error": repeated(1 if quick else 20, environment_faults.fsync_error),
        "full-disk": repeated(1 if quick else 5, environment_faults.full_disk),
        "old-image": repeated(2 if quick else 20, images.restore_old),
        "joiner": lambda run: images.join_empty(run, 20_000 if quick else 1_000_000),
    }


def run_all(run: Run, chosen: list[str], all_of_them: dict[str, Scenario]) -> None:
    for name in chosen:
        run.report.say(name)
        try:
            all_of_them[name](run)
            run.report.metric(name, "done", "done")
        except environment_faults.CannotHere as reason:
            run.report.metric(name, f"skipped:_{reason}".replace(" ", "_"), "done", False)


def main() -> int:
    made = parser(__doc__.splitlines()[0])
    made.add_argument("--quick", action="store_true")
    made.add_argument("--only", action="append", help="only this scenario; repeatable")
    arguments = made.parse_args()
    report = Report("cluster", arguments.seed)
    all_of_them = scenarios(arguments.quick)
    unknown = set(arguments.only or []) - set(all_of_them)
    if unknown:
        print(f"unknown scenario {', '.join(unknown)}; there are {', '.join(all_of_them)}", file=sys.stderr)
        return 2
    try:
        with running(arguments.binary, keep=arguments.keep) as cluster, \
                Load(cluster, arguments.rate, arguments.seed) as load:
            run = Run(cluster, load, Audit(cluster, arguments.seed), report, random.Random(arguments.seed))
            try:
                run_all(run, arguments.only or list(all_of_them), all_of_them)
                load.stop()
                run.check("the end")
                report.zero("offences", max(node.offences() for node in cluster.nodes))
            finally:
                conclude(run)
        if run.rejoins:
            report.at_most("rejoin_p99_s", quantile(run.rejoins, 0.99), 3.0)
        if run.heals:
            report.at_most("heal_p99_s", quantile(run.heals, 0.99), faults.HEAL_S)
    except Broken as broken:
        report.metric("broken", str(broken).replace(" ", "_"), "-", False)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
