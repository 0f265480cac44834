"""Faults of a node's surroundings: its clock and its disk. The node is started by hand under another program that plays them."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import faults
from polling import Broken, let_pass, until
from run import Run

# A node whose disk fails ends within this time.
END_S = 15.0
# One whose disk is full goes on while its write-ahead log has room that was set aside for it: about a minute.
FULL_S = 240.0
# A ledger of a fresh cluster, its write-ahead logs and some hundred blocks fit; then it is full soon.
SMALL_DISK_MB = 48
FAKETIME = [Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"), Path("/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1")]


class CannotHere(Exception):
    """This machine lacks what a scenario takes."""


def is_down(run: Run, name: str) -> bool:
    """Whether the supervisor runs no process of a node: it refuses to kill one twice."""
    return any(state.name == name and state.state == "down" for state in run.cluster.states())


@contextlib.contextmanager
def by_hand(run: Run, name: str, wrapper: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The node in a process of ours instead of the supervisor's; the supervisor starts it again afterwards."""
    if not is_down(run, name):
        run.cluster.order("kill", node=name)
    config = run.cluster.home(name) / "node.toml"
    command = [*wrapper, str(run.cluster.program), "node", "run", "--config", str(config)]
    with open(run.cluster.work / f"{name}-by-hand.log", "ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **environment}, start_new_session=True)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        run.cluster.order("restart", node=name)


def others(run: Run, victim: str) -> list[str]:
    return [name for name in run.names() if name != victim]


def back(run: Run, what: str) -> None:
    """All level again, and audited."""
    faults.progress(run, run.names(), 1, faults.RESTART_S, f"level again after {what}")
    run.check(what)


def clock(run: Run, shift: str, seconds: float) -> None:
    """One clock is wrong: the chain goes on, and the block times stay with the honest ones."""
    library = next((path for path in FAKETIME if path.exists()), None)
    if library is None:
        raise CannotHere("faketime is missing: apt-get install faketime")
    victim = run.random.choice(run.names())
    rest = others(run, victim)
    fake = {"LD_PRELOAD": str(library), "FAKETIME": shift, "FAKETIME_DONT_FAKE_MONOTONIC": "0" if "x" in shift else "1"}
    with by_hand(run, victim, [], fake):
        first = run.cluster.tip(rest)
        faults.progress(run, rest, 5, seconds + 20, f"goes on with the clock of {victim} at {shift}")
        let_pass(seconds)
        times_rise_and_are_true(run, rest[0], first)
    back(run, f"a clock at {shift}")


def times_rise_and_are_true(run: Run, name: str, first: int) -> None:
    """Block times rise strictly and none is further ahead of the next honest reading than the parameters allow."""
    node = run.cluster.node(name)
    now = int(node.status()["now_ms"])
    tip = run.cluster.tip([name])
    times = [int(node.block(height)["header"]["time_ms"]) for height in range(max(first, 1), tip + 1)]
    if any(later <= earlier for earlier, later in zip(times, times[1:])):
        raise Broken("block times do not rise")
    ahead = max(times, default=now) - now
    run.report.metric("block_time_ahead_ms", ahead, "<=2000", ahead <= 2_000)


def strace(*rule: str) -> list[str]:
    if shutil.which("strace") is None:
        raise CannotHere("strace is missing: apt-get install strace")
    return ["strace", "-f", "-qq", "-o", "/dev/null", *rule]


def slow_disk(run: Run, ms: int, seconds: float) -> None:
    """Every sync of one node takes long: the others do not wait for it for long."""
    victim = run.random.choice(run.names())
    rest = others(run, victim)
    delay = f"inject=fsync,fdatasync:delay_enter={ms * 1_000}"
    with by_hand(run, victim, strace("-e", "trace=fsync,fdatasync", "-e", delay), {}):
        faults.progress(run, rest, 5, seconds + 20, f"goes on with the slow disk of {victim}")
        let_pass(seconds)
        faults.progress(run, rest, 1, 2 * faults.HEAL_S, f"goes on with the slow disk of {victim}")
    back(run, "a slow disk")


def fsync_error(run: Run) -> None:
    """A sync fails: the node ends instead of going on as if it had not, and comes back level."""
    victim = run.random.choice(run.names())
    rest = others(run, victim)
    # Counted by thread; every sync after it fails too. The low numbers are syncs of the start, the high ones of blocks.
    when = run.random.randrange(3, 120)
    error = f"inject=fsync,fdatasync:error=EIO:when={when}+"
    with by_hand(run, victim, strace("-e", "trace=fsync,fdatasync", "-e", error), {}) as process:
        code = until(f"{victim} ends after a failed sync ({when})", END_S + when, lambda: ended(process))
        if code == 0:
            raise Broken(f"{victim} ended with 0 after a failed sync")
        faults.progress(run, rest, 2, 2 * faults.HEAL_S, f"goes on without {victim}")
    back(run, "a failed sync")


def ended(process: subprocess.Popen[bytes]) -> int | None:
    """The exit code, with a true value for 0 too."""
    code = process.poll()
    return None if code is None else code or 256


def full_disk(run: Run) -> None:
    """The disk of one node fills up: no false success, the others go on; with room again it comes back level."""
    if os.geteuid() != 0:
        raise CannotHere("root is needed to mount a small file system")
    victim = run.random.choice(run.names())
    rest, home = others(run, victim), run.cluster.home(victim)
    run.cluster.order("kill", node=victim)
    aside = home.with_name(f"{victim}-aside")
    home.rename(aside)
    home.mkdir(mode=0o700)
    used_mb = sum(file.stat().st_size for file in aside.rglob("*") if file.is_file()) // 2**20
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={used_mb + SMALL_DISK_MB}m", "small", str(home)], check=True)
    try:
        shutil.copytree(aside, home, dirs_exist_ok=True)
        with by_hand(run, victim, [], {}) as process:
            faults.progress(run, [victim], 2, faults.RESTART_S, "runs on a small disk")
            try:
                fill(home)
                until(f"{victim} ends or refuses on a full disk", FULL_S, lambda: process.poll() is not None or refuses(run, victim))
                faults.progress(run, rest, 2, 2 * faults.HEAL_S, f"goes on without {victim}")
            finally:
                (home / "ballast").unlink()
        faults.progress(run, run.names(), 1, faults.RESTART_S, f"{victim} back with room on its disk")
        run.check("a full disk")
    finally:
        if not is_down(run, victim):
            run.cluster.order("kill", node=victim)
        shutil.rmtree(aside)
        shutil.copytree(home, aside, ignore=shutil.ignore_patterns("ballast"))
        subprocess.run(["umount", str(home)], check=True)
        home.rmdir()
        aside.rename(home)
        run.cluster.order("restart", node=victim)
    back(run, "a full disk")


def fill(home: Path) -> None:
    """Takes all the room there is."""
    with open(home / "ballast", "wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"\0" * 65_536) == 65_536:
            pass


def refuses(run: Run, name: str) -> bool:
    """Whether it stands still: it answers no longer, or its height is behind and does not move."""
    height = run.cluster.node(name).height()
    return height is None or run.cluster.tip(others(run, name)) > height + 20
