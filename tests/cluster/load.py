"""Load in the background: `zhengku bench load`, which writes a line for every transaction that a node called final."""

import json
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from polling import Broken, until
from zk_cluster import Cluster

END_S = 45.0
# A client that waits longer than a node may take to notice that it has no quorum.
FINALITY_MS = 10_000
FOR_EVER_S = 6 * 3600


@dataclass(frozen=True)
class Acknowledged:
    """What a client was told."""
    organisation: int
    key: str
    height: int
    block: str
    first: int
    count: int
    node: str
    at_ms: int


def parse(line: str) -> Acknowledged:
    organisation, key, height, block, first, count, node, at_ms = line.split()
    return Acknowledged(int(organisation), key, int(height), block, int(first), int(count), node, int(at_ms))


class Load:
    """A running load. Its acknowledgements can be read while it runs."""

    def __init__(self, cluster: Cluster, rate: float, seed: int, items: int = 1) -> None:
        self._log = cluster.work / f"load-{seed}"
        self.path = cluster.work / f"acknowledged-{seed}"
        self._read = 0
        self.acknowledged: list[Acknowledged] = []
        mode = ["--mode", "batch", "--items", str(items)] if items > 1 else ["--mode", "single"]
        nodes = [argument for node in cluster.nodes for argument in ("--node", node.url)]
        command = [
            str(cluster.program), "-o", "json", "--lang", "en", "bench", "load", *nodes, *mode, "--stream",
            "--keys", str(keys_directory(cluster)), "--rate", str(rate), "--seconds", str(FOR_EVER_S),
            "--timeout-ms", str(FINALITY_MS), "--seed", str(seed), "--acknowledge", str(self.path)]
        with open(self._log.with_suffix(".out"), "wb") as out, open(self._log.with_suffix(".err"), "wb") as errors:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors)
        until("the first acknowledgement", 30.0, self._has_begun)

    def _has_begun(self) -> bool:
        if self._process.poll() is not None:
            raise Broken(f"the load ended: {self._log.with_suffix('.err').read_text(errors='replace')[-500:]}")
        return len(self.refresh()) > 0

    def refresh(self) -> list[Acknowledged]:
        """All acknowledgements so far. Whole lines only: the last one may be in the making."""
        if self.path.exists():
            with open(self.path, "rb") as file:
                file.seek(self._read)
                fresh = file.read()
            whole = fresh[: fresh.rfind(b"\n") + 1]
            self._read += len(whole)
            self.acknowledged += [parse(line) for line in whole.decode().splitlines()]
        return self.acknowledged

    def stop(self) -> dict[str, Any]:
        """Ends the sending, waits for the last answers, and gives the report."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise Broken("the load did not end") from None
        self.refresh()
        try:
            return json.loads(self._log.with_suffix(".out").read_text())
        except ValueError:
            raise Broken(f"the load gave no report: {self._log.with_suffix('.err').read_text(errors='replace')[-500:]}") from None

    def __enter__(self) -> "Load":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def by_node(acknowledged: list[Acknowledged], cluster: Cluster, names: list[str]) -> list[Acknowledged]:
    """Those that one of the nodes gave."""
    urls = {cluster.node(name).url for name in names}
    return [one for one in acknowledged if one.node in urls]


def keys_directory(cluster: Cluster) -> Path:
    return cluster.directory / "department" / "keys"
