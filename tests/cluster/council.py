"""Governance as its users do it: the command line, with the keys of the organisations, and a node that joins."""

import contextlib
import json
import os
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from node_http import Node
from polling import Broken, until
from zk_cluster import Cluster

COMMAND_S = 60.0
EFFECT_S = 40.0
READY_S = 30.0
STOP_S = 20.0
# How many heights lie between the approval of a change and its effect, by default.
DELAY = 10
# The origin of an entry that no transaction made.
SCHEDULED = 2**32 - 1


@dataclass(frozen=True)
class Answer:
    """How a command ended."""
    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out.strip().splitlines()[-1])


def run(cluster: Cluster, *words: object) -> Answer:
    """Runs `zhengku` with these words, in English and JSON, whatever comes of it."""
    command = [str(cluster.program), "-o", "json", "--lang", "en", *map(str, words)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_S, check=False)
    return Answer(ended.returncode, ended.stdout, ended.stderr)


def done(cluster: Cluster, *words: object) -> Any:
    """As `run`, for a command that must do what it is asked."""
    answer = run(cluster, *words)
    if answer.code != 0:
        raise Broken(f"zhengku {' '.join(map(str, words))}: exit code {answer.code}: {answer.err[-500:]}")
    return answer.json()


@dataclass(frozen=True)
class Decided:
    """A change that was approved."""
    proposal: int
    effective: int

    @staticmethod
    def after(proposal: int, approved: int) -> "Decided":
        """What the quorum of approvals at a height brings."""
        return Decided(proposal, approved + DELAY)


class Council:
    """The validators' organisations, each by the directory of its key."""

    def __init__(self, cluster: Cluster, keys: dict[str, Path]) -> None:
        self.cluster = cluster
        self.keys = keys

    def node(self) -> str:
        return self.cluster.nodes[0].url

    def propose(self, who: str, *change: object) -> Any:
        """The proposal's number, and the digest that approvals name."""
        return done(self.cluster, "governance", "propose", *change, "--keys", self.keys[who], "--node", self.node())

    def approve(self, who: str, number: int, *more: object) -> Any:
        return done(self.cluster, "governance", "approve", number, *more, "--keys", self.keys[who], "--node", self.node())

    def refused(self, keys: Path, code: int, *words: object) -> None:
        """A command of governance that the ledger must reject with this code."""
        answer = run(self.cluster, "governance", *words, "--keys", keys, "--node", self.node())
        if answer.code == 0 or f"({code})" not in answer.err:
            raise Broken(f"governance {' '.join(map(str, words))}: wanted code {code}, got {answer.code}: {answer.err[-300:]}")

    def decide(self, approvers: list[str], *change: object) -> Decided:
        """Proposes by the first and approves by the others; where the change is to take effect."""
        proposed = self.propose(approvers[0], *change)
        number, last = proposed["proposal"], proposed["height"]
        for who in approvers[1:]:
            answer = self.approve(who, number, "--change", proposed["change"])
            last = answer["height"]
            if answer["status"] != "open":
                break
        return Decided.after(number, last)


def free_ports(count: int) -> int:
    """The first of so many ports in a row that are free now, below those that outgoing connections take."""
    first = 20_000 + os.getpid() % 1_000 * 10
    for base in range(first, 32_000, count):
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for port in range(base, base + count):
                held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return base
    raise Broken(f"no {count} free ports from {first} on")


def wait_for(cluster: Cluster, height: int) -> None:
    """Until every node has this height."""
    until(f"height {height} on every node", EFFECT_S,
          lambda: all((node.height() or 0) >= height for node in cluster.nodes))


def log_size(node: Node, height: int) -> int:
    return int(node.block(height)["header"]["log_size"])


def scheduled(node: Node, height: int) -> list[dict[str, Any]]:
    """What a block appended before its transactions: changes that took effect, and what became of their proposals."""
    found = []
    for index in range(log_size(node, height - 1), log_size(node, height)):
        entry = node.read(f"/v1/entries/{index}")
        if entry["transaction"] != SCHEDULED:
            break
        found.append(entry)
    return found


def takes_effect(cluster: Cluster, decided: Decided, kind: str) -> dict[str, Any]:
    """The entry of a change: the same on every node, in the block that was announced and in none before."""
    wait_for(cluster, decided.effective)
    leaves, bodies = set(), []
    for node in cluster.nodes:
        of_proposal = [entry for entry in scheduled(node, decided.effective) if entry["item"] == decided.proposal]
        changed = [entry for entry in of_proposal if entry["body"]["kind"] == kind]
        if len(changed) != 1:
            raise Broken(f"{node.name}: proposal {decided.proposal} has no effect on a {kind} at height {decided.effective}")
        leaves.add(changed[0]["leaf"])
        bodies.append(changed[0]["body"])
    if len(leaves) != 1:
        raise Broken(f"proposal {decided.proposal} has different effects: {bodies}")
    return bodies[0]


def record(node: Node, name: str) -> dict[str, Any]:
    """A node's record on the ledger, as another one has it."""
    found = [one for one in node.read("/v1/nodes")["items"] if one["name"] == name]
    if len(found) != 1:
        raise Broken(f"{node.name} has {len(found)} nodes named {name}")
    return found[0]


def last_vote(node: Node, name: str) -> int:
    """The newest height that holds a vote of a node's key in force; 0 when there is none."""
    found = [one for one in node.read("/v1/network")["nodes"] if one["name"] == name]
    return int(found[0]["last_vote"] or 0) if found else 0


class Newcomer:
    """A node of its own, beside those of the demo."""

    def __init__(self, cluster: Cluster, home: Path, name: str) -> None:
        self.home = home
        self.log = home / "node.log"
        errors = open(self.log, "wb")
        command = [str(cluster.program), "-o", "json", "node", "run", "--with-parent", "--config", str(home / "node.toml")]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        errors.close()
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise Broken(f"{name} did not start: {self.log.read_text(errors='replace')[-500:]}")
        self.node = Node(name, json.loads(line)["url"])

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def __enter__(self) -> "Newcomer":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

