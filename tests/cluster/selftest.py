#!/usr/bin/env python3
"""Does the audit bite? Four pretended nodes serve one small chain over HTTP; each planted fault must be found, and a clean one passed.

Needs no binary and no network; a second or two. Exit: 0 as it should be, 1 not.
"""

import copy
import hashlib
import http.server
import json
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from audit import Audit, Findings
from load import Acknowledged, parse
from node_http import Node
from polling import Broken, until
from report import Report

HEIGHTS = 6
PER_BLOCK = 3
Chain = dict[int, dict[str, Any]]


def digest(*words: object) -> str:
    return hashlib.sha256(repr(words).encode()).hexdigest()


def make_chain() -> Chain:
    chain: Chain = {}
    for height in range(1, HEIGHTS + 1):
        transactions = [
            {"organisation": 1, "idempotency_key": digest("key", height, place),
             "outcome": {"result": "applied", "first": height * 10 + place, "count": 1}} for place in range(PER_BLOCK)]
        header = {"id": digest("block", height), "height": height, "log_root": digest("log", height),
                  "current_root": digest("current", height)}
        chain[height] = {"header": header, "transactions": transactions}
    return chain


def acknowledged(chain: Chain) -> list[Acknowledged]:
    lines = [
        f"1 {one['idempotency_key']} {height} {block['header']['id']} {one['outcome']['first']} 1 http://x 0"
        for height, block in chain.items() for one in block["transactions"]]
    return [parse(line) for line in lines]


class Pretender:
    """A node that serves a chain."""

    def __init__(self, name: str, chain: Chain) -> None:
        def answer(path: str) -> Any:
            words = path.strip("/").split("/")
            if path == "/v1/status":
                return {"height": max(chain)}
            if words[:2] == ["v1", "blocks"]:
                return chain.get(int(words[2]))
            if words[1] == "organisations":
                found = [(height, block) for height, block in chain.items()
                         for one in block["transactions"] if one["idempotency_key"] == words[4]]
                return {"decision": {"height": found[0][0], "block": found[0][1]["header"]["id"]}} if found else None
            return None

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                value = answer(self.path)
                body = json.dumps(value).encode()
                self.send_response(200 if value is not None else 404)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.node = Node(name, f"http://127.0.0.1:{self.server.server_address[1]}")
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@dataclass
class Pretended:
    """The part of a cluster that the audit uses."""
    nodes: list[Node] = field(default_factory=list)

    def tip(self, names: list[str] | None = None) -> int:
        return max(node.height() or 0 for node in self.nodes if names is None or node.name in names)


def audited(plant: Callable[[list[Chain], list[Acknowledged]], None]) -> Findings:
    chain = make_chain()
    chains = [copy.deepcopy(chain) for _ in range(4)]
    told = acknowledged(chain)
    plant(chains, told)
    pretenders = [Pretender(f"node-{number}", one) for number, one in enumerate(chains, 1)]
    try:
        audit = Audit(Pretended([one.node for one in pretenders]), seed=1)  # type: ignore[arg-type]
        audit.run(told)
        return audit.findings
    finally:
        for one in pretenders:
            one.stop()


def lost(chains: list[Chain], told: list[Acknowledged]) -> None:
    """A block on every node without one of its acknowledged transactions."""
    for chain in chains:
        del chain[3]["transactions"][1]


def lost_on_one(chains: list[Chain], told: list[Acknowledged]) -> None:
    """As above, on one node."""
    del chains[2][3]["transactions"][1]


def doctored(chains: list[Chain], told: list[Acknowledged]) -> None:
    """An acknowledgement that names another block."""
    one = told[4]
    told[4] = Acknowledged(one.organisation, one.key, one.height, digest("other"), one.first, one.count, one.node, one.at_ms)


def fork(chains: list[Chain], told: list[Acknowledged]) -> None:
    """Another block at one height of one node."""
    chains[3][5]["header"]["id"] = digest("fork")


def root(chains: list[Chain], told: list[Acknowledged]) -> None:
    """The same block id over another root."""
    chains[1][6]["header"]["current_root"] = digest("fork")


def twice(chains: list[Chain], told: list[Acknowledged]) -> None:
    """A transaction applied again in a later block, on every node."""
    for chain in chains:
        chain[6]["transactions"].append(copy.deepcopy(chain[2]["transactions"][0]))


PLANTS: list[tuple[Callable[[list[Chain], list[Acknowledged]], None], str]] = [
    (lost, "lost"), (lost_on_one, "lost"), (doctored, "lost"), (fork, "forks"), (root, "forks"), (twice, "twice")]


def never() -> bool:
    return False


def main() -> int:
    report = Report("selftest", 1)
    clean = audited(lambda chains, told: None)
    report.metric("clean_passes", clean.is_clean(), "True", clean.is_clean() and clean.heights == HEIGHTS)
    for plant, kind in PLANTS:
        found = getattr(audited(plant), kind)
        report.metric(f"{plant.__name__}_found", found, ">0", found > 0)
    try:
        until("something that never comes", 0.1, never)
        report.metric("deadline_kept", "no", "yes", False)
    except Broken:
        report.metric("deadline_kept", "yes", "yes")
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
