"""One run on one cluster: what every scenario needs, and the arguments that all scripts share."""

import argparse
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

from audit import Audit
from load import Load
from report import Report
from zk_cluster import Cluster, binary


@dataclass
class Run:
    """A cluster under load, its audit, and the dice."""
    cluster: Cluster
    load: Load
    audit: Audit
    report: Report
    random: random.Random
    rejoins: list[float] = field(default_factory=list)
    heals: list[float] = field(default_factory=list)

    def names(self) -> list[str]:
        return [node.name for node in self.cluster.nodes]

    def check(self, after: str, names: list[str] | None = None) -> None:
        """Audits now; stops the run at the first violation."""
        self.audit.run(list(self.load.refresh()), names)
        self.audit.must_be_clean(after)


def parser(description: str) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--seed", type=int, default=int(time.time()), help="the same seed makes the same choices")
    made.add_argument("--binary", type=Path, default=binary())
    made.add_argument("--keep", type=Path, help="directory for the remains of a run that broke")
    made.add_argument("--rate", type=float, default=40.0, help="transactions offered per second")
    return made


def conclude(run: Run) -> None:
    """The figures of a whole run."""
    findings = run.audit.findings
    run.report.metric("acknowledged", findings.acknowledged, ">0", findings.acknowledged > 0)
    run.report.metric("heights", findings.heights, ">0", findings.heights > 0)
    run.report.zero("lost", findings.lost)
    run.report.zero("forks", findings.forks)
    run.report.zero("applied_twice", findings.twice)
    for problem in findings.problems:
        run.report.say(problem)
