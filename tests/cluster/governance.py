#!/usr/bin/env python3
"""Governance on four node processes under load: every change by command line and by quorum, while blocks flow.

Parameters and approvals that must not count, a fifth node that joins and votes, a rotated consensus key, a validator removed while it is
away, a rotated key of an organisation. At the end nothing acknowledged is lost and every node has the same.
Exit: 0 as it should be, 1 not, 2 cannot run.
"""

import contextlib
import random
import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

import faults
from audit import Audit
from council import READY_S, Council, Decided, Newcomer, done, free_ports, last_vote, record, takes_effect, wait_for
from council import run as command
from load import Load, keys_directory
from polling import LOOK_S, Broken, holds, until
from report import Report
from run import Run, conclude, parser
from zk_cluster import running

LIMIT_S = 150
# The longest time without a block: a validator that is away costs a round when it is its turn, and two rounds take two seconds.
LONGEST_PAUSE_S = 10.0
# A node that was removed notices within ten seconds that nobody lets it in.
NOTICE_S = 25.0
# How long a removed node is watched: it must do nothing.
WATCHED_S = 5.0
VOTE_S = 30.0
FOUNDERS = ["pudong-1", "jiading-1", "xuhui-1", "huangpu-1"]
JOINER, JOINER_CODE = "songjiang-1", "11999999NQD013018U"
ROTATED, REMOVED = "huangpu-1", "jiading-1"
# The first of the sample issuers: the one that the load mints as.
ISSUER = 1


@dataclass
class Play:
    """A run with its council, and what was planted in it."""
    run: Run
    council: Council
    # What lives until the end of the run.
    stack: contextlib.ExitStack
    plant: str | None

    def without(self, who: str) -> list[str]:
        """Everybody who approves but one."""
        return [name for name in self.council.keys if name != who]


class Pulse:
    """Watches for the length of a block that blocks flow."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.longest_s = 0.0

    def _watch(self) -> None:
        height, since = 0, self._run.report.seconds()
        while not self._end.wait(LOOK_S):
            tip, now = self._run.cluster.tip(), self._run.report.seconds()
            self.longest_s = max(self.longest_s, now - since)
            if tip > height:
                height, since = tip, now

    def __enter__(self) -> "Pulse":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()


def parameters(play: Play) -> None:
    """A parameter is set at its height on every node; approvals that must not count are refused, each with its code."""
    council, cluster = play.council, play.run.cluster
    proposed = council.propose("pudong-1", "set-parameters", "interval_ms=120")
    number, digest = proposed["proposal"], proposed["change"]
    approve = ("approve", number, "--change", digest)
    council.refused(keys_directory(cluster), 400, *approve)
    council.refused(council.keys["jiading-1"], 404, "approve", number, "--change", "0" * len(digest))
    council.refused(council.keys["pudong-1"], 403, *approve)
    council.refused(council.keys["jiading-1"], 406, "propose", "set-parameters", "interval_ms=120")
    last = council.approve("jiading-1", number, "--change", digest)
    council.refused(council.keys["jiading-1"], 403, *approve)
    if play.plant != "approval":
        last = council.approve("xuhui-1", number, "--change", digest)
        if last["status"] != "approved":
            raise Broken(f"three of four approved proposal {number}, and it is {last['status']}")
        council.refused(council.keys["huangpu-1"], 402, *approve)
    takes_effect(cluster, Decided.after(number, last["height"]), "parameters")
    shown = {node.read("/v1/parameters")["interval_ms"] for node in cluster.nodes}
    if shown != {120}:
        raise Broken(f"interval_ms was set to 120, the nodes say {shown}")


def joins(play: Play) -> None:
    """An organisation is registered, makes a node, and the node follows as an observer, from block 0 to the others' height."""
    council, cluster = play.council, play.run.cluster
    home = cluster.directory / JOINER
    done(cluster, "node", "new", JOINER, "--genesis", cluster.directory / "genesis.bin", "--trust", cluster.directory / "trust.json",
         "--host", "127.0.0.1", "--base-port", free_ports(3), "--operator", "Songjiang Data Centre", "--out", home)
    made = done(cluster, "key", "new", f"organisation-{JOINER_CODE}", "--keys", home / "keys")
    registered = council.decide(
        FOUNDERS[:3], "register-organisation", "--credit-code", JOINER_CODE, "--name-zh", "松江区大数据中心(样例)", "--name-en",
        "Songjiang Data Centre (sample)", "--role", "issuer", "--key", made[0]["public_key"])
    number = takes_effect(cluster, registered, "organisation")["number"]
    newcomer = play.stack.enter_context(Newcomer(cluster, home, JOINER))
    added = council.decide(FOUNDERS[:3], "add-node", "--join", home / "join.json", "--organisation", number, "--role", "observer")
    takes_effect(cluster, added, "node")
    reached = cluster.tip()
    until(f"{JOINER} at height {reached}", READY_S, lambda: (newcomer.node.height() or 0) >= reached)
    cluster.nodes.append(newcomer.node)
    council.keys[JOINER] = home / "keys"


def promoted(play: Play) -> None:
    """The observer becomes a validator; its votes stand in certificates that others hold."""
    decided = play.council.decide(FOUNDERS[:3], "replace-node", JOINER, "--role", "validator")
    takes_effect(play.run.cluster, decided, "node")
    votes(play, JOINER, decided.effective)


def votes(play: Play, name: str, since: int) -> None:
    """Waits for a vote, under the key in force, on a height after `since`."""
    witness = next(node for node in play.run.cluster.nodes if node.name != name)
    until(f"{name} votes above height {since}", VOTE_S, lambda: last_vote(witness, name) > since)


def rotates(play: Play) -> None:
    """A validator's consensus key: the new one lies beside the old one, and the node takes it up at the height."""
    cluster, keys = play.run.cluster, play.council.keys[ROTATED]
    witness = cluster.nodes[0]
    before = record(witness, ROTATED)["consensus_key"]
    made = done(cluster, "key", "new", "validator-2", "--keys", keys)[0]["public_key"]
    decided = play.council.decide(play.without(ROTATED), "replace-node", ROTATED, "--consensus-key", made)
    takes_effect(cluster, decided, "node")
    votes(play, ROTATED, decided.effective)
    now = {record(node, ROTATED)["consensus_key"] for node in cluster.nodes}
    if now != {made} or made == before:
        raise Broken(f"{ROTATED} was given the key {made}: the nodes have {now}")


def removed_away(play: Play) -> None:
    """A validator is removed while it is down. Started again it is shut out, says so, and disturbs nobody."""
    council, cluster = play.council, play.run.cluster
    node, home = cluster.node(REMOVED), cluster.home(REMOVED)
    cluster.order("kill", node=REMOVED)
    cluster.nodes.remove(node)
    del council.keys[REMOVED]
    if play.plant == "removal":
        gone = Decided(0, cluster.tip())
    else:
        gone = council.decide(list(council.keys), "remove-node", REMOVED)
        takes_effect(cluster, gone, "node")
    cluster.order("restart", node=REMOVED)
    until(f"{REMOVED} answers", READY_S, lambda: node.height() is not None)
    before = node.height()
    holds(f"{REMOVED} stands still", WATCHED_S, lambda: node.height() == before)
    faults.progress(play.run, play.run.names(), 3, faults.RESTART_S, f"goes on without {REMOVED}")
    until(f"{REMOVED} says in its log that nobody lets it in", NOTICE_S,
          lambda: "no other node is connected" in (home / "node.log").read_text(errors="replace"))
    if before is None or before >= gone.effective or node.status()["has_quorum"]:
        raise Broken(f"{REMOVED} was removed at height {gone.effective}, stands at {before}, and sees a quorum: {node.status()}")
    found = command(cluster, "doctor", "--config", home / "node.toml")
    if found.code != 1 or "was removed from the network" not in found.out:
        raise Broken(f"doctor of {REMOVED}: exit code {found.code}: {found.out[:500]}")
    if record(cluster.nodes[0], REMOVED)["is_active"]:
        raise Broken(f"{REMOVED} was removed, and is active on the ledger")


def reissued(play: Play) -> None:
    """The key of the organisation that the load mints as: from the height on, the old one is refused and the new one taken."""
    council, run = play.council, play.run
    keys = keys_directory(run.cluster)
    made = done(run.cluster, "key", "new", "issuer-2", "--keys", keys)[0]["public_key"]
    if play.plant == "rotation":
        decided = Decided(0, run.cluster.tip() + 10)
        wait_for(run.cluster, decided.effective)
    else:
        decided = council.decide(list(council.keys), "update-organisation", ISSUER, "--key", made)
        takes_effect(run.cluster, decided, "organisation")
    faults.progress(run, run.names(), 3, faults.RESTART_S, "goes on after the rotation of an organisation's key")
    answers = run.load.stop()["writes"]["answers"]
    late = [one for one in run.load.refresh() if one.height >= decided.effective]
    if late:
        raise Broken(f"{len(late)} transactions under the old key were applied from height {decided.effective} on: {late[0]}")
    if answers.get("403", 0) == 0:
        raise Broken(f"the old key of organisation {ISSUER} was not refused with 403: {answers}")
    run.report.metric("answers_to_the_old_key", str(answers).replace(" ", ""))
    alone = run.cluster.work / "old-key"
    alone.mkdir(mode=0o700)
    shutil.copy2(next(keys.glob("organisation-*19M.key")), alone)
    refused = command(run.cluster, "governance", "approve", 0, "--keys", alone, "--node", council.node())
    if refused.code != 2 or "rotated away" not in refused.err:
        raise Broken(f"the old key of organisation {ISSUER}: exit code {refused.code}: {refused.err[-300:]}")


SCENARIOS: list[tuple[str, Callable[[Play], None]]] = [
    ("parameters", parameters), ("a node joins", joins), ("it becomes a validator", promoted), ("a consensus key is rotated", rotates),
    ("a validator is removed while away", removed_away), ("an organisation's key is rotated", reissued)]


def play_all(play: Play, rate: float) -> None:
    """Every scenario, a second load under the key that took the old one's place, and the audit of everything."""
    run = play.run
    for name, scenario in SCENARIOS:
        run.report.say(name)
        scenario(play)
    former = list(run.load.refresh())
    run.load = play.stack.enter_context(Load(run.cluster, rate, run.report.seed + 1))
    faults.progress(run, run.names(), 20, faults.RESTART_S, "goes on under the new key")
    run.load.stop()
    fresh = list(run.load.refresh())
    run.report.metric("acknowledged_to_the_new_key", len(fresh), ">0", len(fresh) > 0)
    run.audit.begin_anew()
    run.audit.run(former + fresh)
    run.audit.must_be_clean("the end")
    run.report.zero("offences", max(node.offences() for node in run.cluster.nodes))


def main() -> int:
    made = parser(__doc__.splitlines()[0])
    made.add_argument("--plant", choices=["approval", "rotation", "removal"],
                      help="leave out an approval, the rotation, or the removal: the run must then fail")
    arguments = made.parse_args()
    report = Report("governance", arguments.seed)
    try:
        with running(arguments.binary, keep=arguments.keep) as cluster, contextlib.ExitStack() as stack:
            report.say("cluster is up")
            load = stack.enter_context(Load(cluster, arguments.rate, arguments.seed))
            run = Run(cluster, load, Audit(cluster, arguments.seed), report, random.Random(arguments.seed))
            council = Council(cluster, {name: cluster.home(name) / "keys" for name in FOUNDERS})
            pulse = stack.enter_context(Pulse(run))
            try:
                play_all(Play(run, council, stack, arguments.plant), arguments.rate)
            finally:
                conclude(run)
            report.at_most("longest_pause_s", pulse.longest_s, LONGEST_PAUSE_S)
    except Broken as broken:
        report.metric("broken", str(broken).replace(" ", "_"), "-", False)
    report.metric("time", round(report.seconds()), f"<={LIMIT_S}", report.seconds() <= LIMIT_S)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
