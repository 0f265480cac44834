"""Strangers: connections to the ports between nodes by somebody who has no place on the ledger."""

import contextlib
import random
import re
import socket
import threading
from pathlib import Path

from polling import LOOK_S
from zk_cluster import Cluster

# What libp2p speakers say first; then the stranger goes on with nonsense.
MULTISTREAM = b"\x13/multistream/1.0.0\n"
NOISE = b"\x07/noise\n"
HELD = 100
THREADS = 4


def ports(cluster: Cluster) -> list[int]:
    """The ports on which the nodes listen for each other, as their configurations say."""
    found: list[int] = []
    for node in cluster.nodes:
        text = (Path(cluster.home(node.name)) / "node.toml").read_text()
        listening = re.findall(r'^\s*listen\s*=\s*"/ip4/[^"]*/tcp/(\d+)"', text, re.MULTILINE)
        found += [int(port) for port in listening]
    return found


class Attack:
    """A flood of strangers for the length of a block."""

    def __init__(self, targets: list[int], seed: int) -> None:
        self._targets = targets
        self._stop = threading.Event()
        self._made = [0] * THREADS
        self._threads = [threading.Thread(target=self._run, args=(number, seed + number)) for number in range(THREADS)]

    def connections(self) -> int:
        return sum(self._made)

    def __enter__(self) -> "Attack":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, number: int, seed: int) -> None:
        dice = random.Random(seed)
        held: list[socket.socket] = []
        while not self._stop.wait(LOOK_S):
            with contextlib.suppress(OSError):
                held.append(self._one(dice))
                self._made[number] += 1
            while len(held) > HELD:
                held.pop(0).close()
        for one in held:
            one.close()

    def _one(self, dice: random.Random) -> socket.socket:
        """One connection: silence, noise from the first byte, or a polite start with noise after it."""
        stream = socket.create_connection(("127.0.0.1", dice.choice(self._targets)), timeout=1.0)
        kind = dice.randrange(4)
        if kind == 1:
            stream.sendall(dice.randbytes(dice.randrange(1, 4096)))
        elif kind == 2:
            stream.sendall(MULTISTREAM + NOISE + dice.randbytes(dice.randrange(1, 65_536)))
        elif kind == 3:
            # A length that promises four gigabytes.
            stream.sendall(MULTISTREAM + b"\xff\xff\xff\xff\x0f" + dice.randbytes(64))
        return stream
