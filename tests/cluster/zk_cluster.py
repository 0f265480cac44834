"""A network of node processes: `zhengku demo` in a directory of its own, hurt through its control socket."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from node_http import Node
from polling import Broken, until

ROOT = Path(__file__).resolve().parents[2]
START_S = 60.0
ORDER_S = 60.0
STOP_S = 20.0


def binary() -> Path:
    target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
    return Path(target) / "release" / "zhengku"


@dataclass
class State:
    """A node as the supervisor sees it."""
    name: str
    state: str
    pid: int | None
    height: int | None
    url: str


class Cluster:
    """A running demo. Use `running` to make one: it leaves neither processes nor directories."""

    def __init__(self, program: Path, work: Path, nodes: int) -> None:
        self.program = program
        self.work = work
        self.directory = work / "demo"
        self._log = open(work / "demo.log", "wb")
        command = [str(program), "demo", "--no-import", "--nodes", str(nodes), "--dir", str(self.directory)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, start_new_session=True)
        try:
            self._begin(nodes)
        except BaseException:
            self.stop()
            raise

    def _begin(self, nodes: int) -> None:
        until("the control socket of the demo", START_S, self._is_up)
        states = until("all nodes running", START_S, lambda: self._all_running(nodes))
        self.nodes = [Node(state.name, state.url) for state in states]
        until("every node answering", START_S, lambda: all(node.height() is not None for node in self.nodes))
        until("the first block on every node", START_S, lambda: all((node.height() or 0) > 0 for node in self.nodes))

    def _is_up(self) -> bool:
        if self._process.poll() is not None:
            raise Broken(f"the demo ended with {self._process.returncode}: {self.log_tail()}")
        try:
            return self._exchange({"order": "status"}, 5.0)["ok"]
        except (OSError, ValueError):
            return False

    def _all_running(self, nodes: int) -> list[State] | None:
        states = self.states()
        return states if len(states) == nodes and all(state.state == "running" for state in states) else None

    def _exchange(self, order: dict[str, Any], timeout: float) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
            stream.settimeout(timeout)
            stream.connect(str(self.directory / "control.sock"))
            stream.sendall(json.dumps(order).encode() + b"\n")
            with stream.makefile("rb") as lines:
                return json.loads(lines.readline())

    def order(self, order: str, **arguments: Any) -> dict[str, Any]:
        """Gives an order, as `zhengku demo ORDER` does; Broken when it is refused."""
        try:
            answer = self._exchange({"order": order, **arguments}, ORDER_S)
        except (OSError, ValueError) as error:
            raise Broken(f"demo {order} {arguments}: {error}; {self.log_tail()}") from error
        if not answer["ok"]:
            raise Broken(f"demo {order} {arguments}: {answer['en']}")
        return answer

    def states(self) -> list[State]:
        lines = self.order("status")["nodes"]
        return [State(line["name"], line["state"], line["pid"], line["height"], line["url"]) for line in lines]

    def pid(self, name: str) -> int:
        pid = next(state.pid for state in self.states() if state.name == name)
        if pid is None:
            raise Broken(f"{name} has no process")
        return pid

    def home(self, name: str) -> Path:
        """The directory of a node."""
        return self.directory / name

    def node(self, name: str) -> Node:
        return next(node for node in self.nodes if node.name == name)

    def heights(self, names: list[str] | None = None) -> dict[str, int | None]:
        return {node.name: node.height() for node in self.nodes if names is None or node.name in names}

    def tip(self, names: list[str] | None = None) -> int:
        """The highest height that any of the nodes tells."""
        return max((height for height in self.heights(names).values() if height is not None), default=0)

    def log_tail(self) -> str:
        self._log.flush()
        lines = (self.work / "demo.log").read_text(errors="replace").splitlines()
        return " | ".join(lines[-5:])[-800:]

    def stop(self) -> None:
        """Asks the demo to stop; ends its whole session when it does not."""
        try:
            if self._process.poll() is None:
                with contextlib.suppress(Broken):
                    self.order("stop")
                self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        finally:
            self._log.close()

    def leftovers(self) -> list[int]:
        """Processes of the demo's session that outlived it."""
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, IndexError, ValueError):
                if entry.name.isdigit() and int((entry / "stat").read_text().rsplit(")", 1)[1].split()[3]) == self._process.pid:
                    found.append(int(entry.name))
        return found


@contextlib.contextmanager
def running(program: Path, nodes: int = 4, keep: Path | None = None) -> Iterator[Cluster]:
    """A cluster for the length of a block. What broke is kept in `keep`, if given."""
    if not program.exists():
        print(f"{program} is missing: cargo build --release -p zhengku-tools", file=sys.stderr)
        raise SystemExit(2)
    work = Path(tempfile.mkdtemp(prefix="zhengku-cluster-"))
    copied = work / "zhengku"
    shutil.copy2(program, copied)
    cluster: Cluster | None = None
    try:
        cluster = Cluster(copied, work, nodes)
        yield cluster
    except BaseException:
        if keep is not None:
            if cluster is not None:
                cluster.stop()
            shutil.copytree(work, keep, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.sock", "zhengku"))
        raise
    finally:
        if cluster is not None:
            cluster.stop()
            left = cluster.leftovers()
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        shutil.rmtree(work, ignore_errors=True)
    if cluster is not None and left:
        raise Broken(f"the demo left processes behind: {left}")
