"""What must hold after whatever was done to a cluster: nothing acknowledged is lost, nothing is there twice, nobody forked.

Reads over HTTP only, and shares no code with the ledger. Every height is read once from every node.
"""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from load import Acknowledged
from node_http import NoAnswer, Node
from polling import Broken, until
from zk_cluster import Cluster

LEVEL_S = 20.0
SAMPLED_RECEIPTS = 50


@dataclass
class Findings:
    """Counts over all audits of a run."""
    heights: int = 0
    acknowledged: int = 0
    lost: int = 0
    forks: int = 0
    twice: int = 0
    problems: list[str] = field(default_factory=list)

    def is_clean(self) -> bool:
        return self.lost == self.forks == self.twice == 0 and not self.problems


@dataclass
class Seen:
    """What one node has shown so far."""
    next_height: int = 1
    # (organisation, idempotency key) -> (height, block id, outcome)
    applied: dict[tuple[int, str], tuple[int, str, dict[str, Any]]] = field(default_factory=dict)
    # height -> (block id, log root, current root)
    blocks: dict[int, tuple[str, str, str]] = field(default_factory=dict)


class Audit:
    """Reads what is new on every node and compares it with the acknowledgements and with the other nodes."""

    def __init__(self, cluster: Cluster, seed: int) -> None:
        self.cluster = cluster
        self.findings = Findings()
        self._seen = {node.name: Seen() for node in cluster.nodes}
        self._checked = 0
        self._random = random.Random(seed)

    def begin_anew(self) -> None:
        """Forgets what was read: nodes may have come and gone, and those of now are to have everything."""
        self._seen = {node.name: Seen() for node in self.cluster.nodes}
        self._checked = self.findings.heights = 0

    def run(self, acknowledged: list[Acknowledged], names: list[str] | None = None) -> None:
        """Audits the nodes named (all by default) up to a height that all of them have reached."""
        nodes = [node for node in self.cluster.nodes if names is None or node.name in names]
        newest = max((one.height for one in acknowledged), default=0)
        tip = max(newest, self.cluster.tip([node.name for node in nodes]))
        until(f"{', '.join(node.name for node in nodes)} at height {tip}", LEVEL_S,
              lambda: all((node.height() or 0) >= tip for node in nodes))
        with ThreadPoolExecutor(len(nodes)) as pool:
            list(pool.map(lambda node: self._read(node, tip), nodes))
        self._compare(nodes, tip)
        for one in acknowledged[self._checked:] if names is None else acknowledged:
            self._find(one, nodes)
        if names is None:
            self._checked = len(acknowledged)
            self.findings.acknowledged = len(acknowledged)
        for one in self._random.sample(acknowledged, min(SAMPLED_RECEIPTS, len(acknowledged))):
            self._receipt(one, self._random.choice(nodes))

    def _read(self, node: Node, tip: int) -> None:
        seen = self._seen[node.name]
        for height in range(seen.next_height, tip + 1):
            block = until(f"block {height} from {node.name}", LEVEL_S, lambda: answered(node, height))
            header = block["header"]
            seen.blocks[height] = (header["id"], header["log_root"], header["current_root"])
            for transaction in block["transactions"]:
                if transaction["outcome"]["result"] != "applied":
                    continue
                key = (transaction["organisation"], transaction["idempotency_key"])
                if key in seen.applied:
                    self._note("twice", f"{node.name}: {key} applied at {seen.applied[key][0]} and {height}")
                seen.applied[key] = (height, header["id"], transaction["outcome"])
            seen.next_height = height + 1

    def _compare(self, nodes: list[Node], tip: int) -> None:
        first, *others = nodes
        mine = self._seen[first.name].blocks
        for height in range(self.findings.heights + 1, tip + 1):
            for other in others:
                theirs = self._seen[other.name].blocks[height]
                if theirs != mine[height]:
                    self._note("forks", f"height {height}: {first.name} {mine[height]}, {other.name} {theirs}")
        if len(nodes) == len(self.cluster.nodes):
            self.findings.heights = max(self.findings.heights, tip)

    def _find(self, told: Acknowledged, nodes: list[Node]) -> None:
        for node in nodes:
            there = self._seen[node.name].applied.get((told.organisation, told.key))
            wanted = {"result": "applied", "first": told.first, "count": told.count}
            if there is None:
                self._note("lost", f"{node.name}: {told.key}, acknowledged at height {told.height}, is not there")
            elif there != (told.height, told.block, wanted):
                self._note("lost", f"{node.name}: {told.key}: told {told.height} {told.block} {wanted}, there {there}")

    def _receipt(self, told: Acknowledged, node: Node) -> None:
        receipt = node.receipt(told.organisation, told.key)
        decision = None if receipt is None else receipt.get("decision", receipt)
        if decision is None or (decision["height"], decision["block"]) != (told.height, told.block):
            self._note("lost", f"{node.name}: the receipt of {told.key} differs: {decision}")

    def _note(self, kind: str, problem: str) -> None:
        setattr(self.findings, kind, getattr(self.findings, kind) + 1)
        if len(self.findings.problems) < 20:
            self.findings.problems.append(problem)

    def must_be_clean(self, after: str) -> None:
        if not self.findings.is_clean():
            raise Broken(f"after {after}: " + "; ".join(self.findings.problems[:5]))


def answered(node: Node, height: int) -> dict[str, Any] | None:
    """A block; None while the node is busy, restarts, or asks for patience."""
    try:
        return node.block(height)
    except NoAnswer:
        return None
