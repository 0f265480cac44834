#!/usr/bin/env python3
"""Nodes that lie: each way of lying by one of four nodes, under load, in real processes.

With one liar: no fork, nothing acknowledged lost, the chain goes on, and what can be proven stands on the ledger of every honest node.
With two liars of four the chain may stop, and never forks. Strangers who connect to the nodes' ports change nothing.
Exit: 0 as it should be, 1 not, 2 cannot run.
"""

import random
import sys
import time
from pathlib import Path

import faults
import outsider
from audit import Audit
from load import Load
from polling import Broken, let_pass, until
from report import Report
from run import Run, conclude, parser
from zk_cluster import running

# Two signatures of one key on two contradicting things prove these to anybody.
PROVABLE = ["double-vote", "double-proposal"]
# Not answering, or answering nonsense, proves nothing.
OTHERS = [
    "amnesia", "withhold-proposal", "withhold-votes", "withhold-parts", "wrong-parts", "wrong-root", "invalid-transaction",
    "oversized-block", "time-ahead", "time-behind", "bad-certificates", "lying-sync", "junk", "flood", "censor"]
# These lies are told to nodes that lag: one is made to lag.
TO_LAGGING = ["bad-certificates", "lying-sync"]
LIE_S = 6.0
EVIDENCE_S = 15.0
# A proposer who says nothing costs every fourth height the time-out of a proposal (1 s): at 10 blocks a second, a fifth of them is left.
LEAST_SHARE = 0.1
MEMORY_MB = 512
# A vote this recent shows that a validator is not silent; the guard is silent for two heights or ten seconds.
RECENT_HEIGHTS = 3
ALL_VOTE_S = 20.0


def lie(run: Run, kind: str) -> float | None:
    """One node lies for a while; gives the heights per second meanwhile, None when the program does not know the lie."""
    all_vote(run)
    liar = run.random.choice(run.names())
    honest = [name for name in run.names() if name != liar]
    before = max(run.cluster.node(name).offences() for name in honest)
    try:
        run.cluster.order("lie", node=liar, kind=kind)
    except Broken as refused:
        run.report.metric(f"{kind}.known", "no", "yes", False)
        run.report.say(str(refused))
        return None
    first, started = run.cluster.tip(honest), time.monotonic()
    if kind in TO_LAGGING:
        faults.kill(run, [run.random.choice(honest)], LIE_S / 2)
    let_pass(LIE_S)
    faults.progress(run, honest, 1, 2 * faults.HEAL_S, f"goes on while {liar} does {kind}")
    rate = (run.cluster.tip(honest) - first) / (time.monotonic() - started)
    run.check(kind, honest)
    if kind == "flood":
        most = max(memory_mb(run.cluster.pid(name)) for name in honest)
        run.report.at_most("flood.memory_mb", most, MEMORY_MB)
    if kind in PROVABLE:
        evidence(run, honest, before, kind)
    else:
        after = [run.cluster.node(name).offences() for name in honest]
        if max(after) > before:
            run.report.say(f"{kind} by {liar} left {max(after) - before} offences on the ledger")
    run.cluster.order("lie", node=liar, kind="none")
    faults.progress(run, run.names(), 1, faults.RESTART_S, f"{liar} honest again after {kind}")
    run.check(f"{kind} is over")
    return rate


def memory_mb(pid: int) -> float:
    """The most memory that a process has had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def all_vote(run: Run) -> None:
    """Every validator votes: the guard of one that was restarted a moment ago may keep it silent, and with a liar beside it nobody
    decides anything until the guard's patience ends. That is as it should be, and no measure of this lie."""
    def votes() -> bool:
        nodes = run.cluster.nodes[0].read("/v1/network")["nodes"]
        lowest = run.cluster.tip() - RECENT_HEIGHTS
        return all((node["last_vote"] or 0) >= lowest for node in nodes)
    until("every validator votes", ALL_VOTE_S, votes)


def evidence(run: Run, honest: list[str], before: int, kind: str) -> None:
    """Every honest node has the offence on its ledger."""
    started, height = time.monotonic(), run.cluster.tip(honest)
    until(f"an offence for {kind} on {', '.join(honest)}", EVIDENCE_S,
          lambda: all(run.cluster.node(name).offences() > before for name in honest))
    run.report.metric(f"{kind}.evidence_s", f"{time.monotonic() - started:.1f}", f"<={EVIDENCE_S:g}")
    run.report.metric(f"{kind}.evidence_heights", run.cluster.tip(honest) - height)


def two_liars(run: Run, kind: str) -> None:
    """Half of the validators lie: beyond what agreement can bear, but there must be no fork among the honest."""
    liars = run.random.sample(run.names(), 2)
    honest = [name for name in run.names() if name not in liars]
    for liar in liars:
        run.cluster.order("lie", node=liar, kind=kind)
    let_pass(LIE_S)
    run.check(f"two liars ({kind})", honest)
    for liar in liars:
        run.cluster.order("lie", node=liar, kind="none")
    faults.progress(run, run.names(), 1, 2 * faults.RESTART_S, f"honest again after two liars ({kind})")
    run.check(f"two liars ({kind}) are over")


def strangers(run: Run) -> None:
    """Connections from outside, on every port between nodes: the chain goes on at its pace."""
    ports = outsider.ports(run.cluster)
    with outsider.Attack(ports, run.random.randrange(2**31)) as attack:
        faults.progress(run, run.names(), 5, 4 * faults.HEAL_S, "goes on while strangers connect")
        let_pass(LIE_S)
        faults.progress(run, run.names(), 1, 2 * faults.HEAL_S, "goes on while strangers connect")
        run.report.metric("strangers.connections", attack.connections(), ">0", attack.connections() > 0)
    run.check("strangers")


def main() -> int:
    made = parser(__doc__.splitlines()[0])
    made.add_argument("--only", action="append", help="only this lie; repeatable")
    arguments = made.parse_args()
    report = Report("byzantine", arguments.seed)
    try:
        with running(arguments.binary, keep=arguments.keep) as cluster, \
                Load(cluster, arguments.rate, arguments.seed) as load:
            run = Run(cluster, load, Audit(cluster, arguments.seed), report, random.Random(arguments.seed))
            try:
                all_lies(run, arguments.only)
                load.stop()
                run.check("the end")
            finally:
                conclude(run)
    except Broken as broken:
        report.metric("broken", str(broken).replace(" ", "_"), "-", False)
    return report.end()


def all_lies(run: Run, only: list[str] | None) -> None:
    first, started = run.cluster.tip(), time.monotonic()
    let_pass(LIE_S)
    fair = (run.cluster.tip() - first) / (time.monotonic() - started)
    run.report.metric("fair_heights_per_s", f"{fair:.1f}")
    for kind in PROVABLE + OTHERS:
        if only and kind not in only:
            continue
        rate = lie(run, kind)
        if rate is not None:
            share = rate / fair if fair else 0.0
            run.report.metric(f"{kind}.share_of_fair_rate", f"{share:.2f}", f">={LEAST_SHARE:g}", share >= LEAST_SHARE)
    if not only:
        two_liars(run, "double-vote")
        two_liars(run, "withhold-votes")
        strangers(run)


if __name__ == "__main__":
    sys.exit(main())
