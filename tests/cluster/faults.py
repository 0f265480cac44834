"""The faults: each hurts the cluster under load, states what must hold meanwhile and afterwards, and mends it."""

import json
import subprocess
import time
from dataclasses import dataclass

from load import by_node, keys_directory
from node_http import NoAnswer
from polling import Broken, holds, let_pass, until
from run import Run

# Progress after everything is mended, on every node.
HEAL_S = 5.0
# A silent cut is noticed by a missed answer to a question that the nodes ask each other, or by waiting work without a block.
NOTICE_S = 25.0
# What was under way when a link was cut may still be decided.
SETTLE_S = 2.0
# All of a cluster may be down: the engine's timeouts begin anew, and rounds may be lost.
RESTART_S = 20.0


def progress(run: Run, names: list[str], more: int, seconds: float, what: str) -> float:
    """Waits until each of the nodes is `more` heights above the highest of now; gives the seconds it took."""
    wanted = run.cluster.tip() + more
    started = time.monotonic()
    until(f"{what}: {', '.join(names)} at height {wanted}", seconds,
          lambda: all((height or 0) >= wanted for height in run.cluster.heights(names).values()))
    return time.monotonic() - started


def kill(run: Run, victims: list[str], down_s: float = 0.3) -> None:
    """SIGKILL at a random moment, then back: level with the others, and the chain goes on."""
    let_pass(run.random.uniform(0.05, 0.5))
    for victim in victims:
        run.cluster.order("kill", node=victim)
    let_pass(run.random.uniform(0.0, 1.0) * down_s)
    started = time.monotonic()
    reached = run.cluster.tip()
    for victim in victims:
        run.cluster.order("restart", node=victim)
    until(f"{', '.join(victims)} level at {reached} after kill -9", RESTART_S,
          lambda: all((height or 0) >= reached for height in run.cluster.heights(victims).values()))
    run.rejoins.append(time.monotonic() - started)
    progress(run, run.names(), 1, RESTART_S, "a new block after kill -9")


def kills(run: Run, count: int) -> None:
    """Many kills: seven of ten of one node, two of two, one of all."""
    done = 0
    while done < count:
        many = run.random.choices([1, 2, len(run.names())], weights=[7, 2, 1])[0]
        kill(run, run.random.sample(run.names(), many))
        done += 1
        if done % 10 == 0:
            run.check(f"{done} kills")
            run.report.say(f"{done} of {count} kills")
    run.check("kills")


@dataclass
class Probe:
    """What a short load on one node was answered."""
    final: int
    answers: dict[str, int]


def probe(run: Run, name: str, seconds: int, timeout_ms: int = 3_000) -> Probe:
    """Offers writes to one node alone."""
    seed = run.random.randrange(1, 2**31)
    command = [
        str(run.cluster.program), "-o", "json", "--lang", "en", "bench", "load", "--node", run.cluster.node(name).url,
        "--keys", str(keys_directory(run.cluster)), "--rate", "20", "--seconds", str(seconds),
        "--timeout-ms", str(timeout_ms), "--seed", str(seed)]
    ended = subprocess.run(command, capture_output=True, timeout=seconds + timeout_ms / 1e3 + 30, check=False)
    if ended.returncode != 0:
        raise Broken(f"the probe of {name}: {ended.stderr.decode(errors='replace')[-300:]}")
    writes = json.loads(ended.stdout)["writes"]
    return Probe(writes["succeeded"], writes["answers"])


def mend(run: Run, what: str) -> None:
    """Mends every link; the whole cluster makes a block soon."""
    run.cluster.order("heal")
    run.heals.append(progress(run, run.names(), 1, 4 * HEAL_S, f"progress after {what} was healed"))


def text(groups: list[list[str]]) -> str:
    return "/".join(",".join(group) for group in groups)


def stays_cut(run: Run, names: list[str], seconds: float, what: str) -> None:
    """Nodes without a quorum: the height stands, reads answer as of it, writes get 503 and nothing is ever called final."""
    standing = run.cluster.heights(names)
    until(f"{what}: {', '.join(names)} notice that there is no quorum", NOTICE_S,
          lambda: all(not run.cluster.node(name).status()["has_quorum"] for name in names))
    answered = probe(run, names[0], 2)
    if answered.final or answered.answers.get("503", 0) == 0:
        raise Broken(f"{what}: {names[0]} without a quorum answered writes with {answered.answers}")
    holds(f"{what}: {names} stand still", seconds, lambda: run.cluster.heights(names) == standing)
    for name in names:
        height = standing[name]
        if height is None or run.cluster.node(name).block(height)["header"]["height"] != height:
            raise Broken(f"{what}: {name} does not answer reads as of its height")


def majority(run: Run, seconds: float) -> None:
    """Three and one: the three go on, the one answers reads as of its height and refuses writes."""
    lonely = run.random.choice(run.names())
    rest = [name for name in run.names() if name != lonely]
    run.cluster.order("partition", groups=text([rest, [lonely]]))
    let_pass(SETTLE_S)
    cut_at_ms, standing = time.time() * 1e3, run.cluster.node(lonely).height() or 0
    progress(run, rest, 3, HEAL_S * 2, "the majority goes on")
    stays_cut(run, [lonely], seconds, "minority")
    false = [one for one in by_node(run.load.refresh(), run.cluster, [lonely])
             if one.at_ms > cut_at_ms and one.height > standing]
    mend(run, "a minority")
    if false:
        raise Broken(f"{lonely} called {len(false)} transactions final while it was cut off: {false[0]}")
    run.check("partition 3/1")


def even(run: Run, seconds: float) -> None:
    """Two and two: nobody goes on, nobody forks."""
    names = run.names()
    run.random.shuffle(names)
    run.cluster.order("partition", groups=text([names[:2], names[2:]]))
    let_pass(SETTLE_S)
    stays_cut(run, names, seconds, "2/2")
    mend(run, "an even split")
    run.check("partition 2/2")


def one_way(run: Run, seconds: float) -> None:
    """One direction of one pair is cut: the chain goes on."""
    one, other = run.random.sample(run.names(), 2)
    run.cluster.order("one-way", direction=f"{one}>{other}")
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        rest = [name for name in run.names() if name not in (one, other)]
        progress(run, rest, 1, HEAL_S * 2, f"goes on with {one}>{other} cut")
    mend(run, "a one-way cut")
    run.check("one-way cut")


def flap(run: Run, seconds: float) -> None:
    """A node that comes and goes: the others go on."""
    victim = run.random.choice(run.names())
    rest = [name for name in run.names() if name != victim]
    run.cluster.order("flap", node=victim, ms=1_000)
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        progress(run, rest, 1, HEAL_S * 2, f"goes on while {victim} flaps")
    mend(run, "flapping")
    run.check("flapping")


def pause(run: Run, seconds: float) -> None:
    """SIGSTOP and wake: the sleeper's clock and view jump; it catches up and says nothing untrue."""
    victim = run.random.choice(run.names())
    rest = [name for name in run.names() if name != victim]
    run.cluster.order("pause", node=victim)
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        progress(run, rest, 1, HEAL_S * 2, f"goes on while {victim} sleeps")
    run.cluster.order("wake", node=victim)
    run.heals.append(progress(run, run.names(), 1, 4 * HEAL_S, f"{victim} awake"))
    run.check("pause")


def slow(run: Run, ms: int, seconds: float) -> None:
    """One node far away: the others do not wait for it for long."""
    victim = run.random.choice(run.names())
    rest = [name for name in run.names() if name != victim]
    run.cluster.order("slow", node=victim, ms=ms)
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        progress(run, rest, 1, HEAL_S * 2, f"goes on with {victim} {ms} ms away")
    run.cluster.order("slow", node=victim, ms=0)
    run.heals.append(progress(run, run.names(), 1, 4 * HEAL_S, "progress at full speed"))
    run.check(f"{ms} ms of delay")


def answers(run: Run, name: str) -> bool:
    """Whether a node answers at all."""
    try:
        run.cluster.node(name).status(1.0)
        return True
    except NoAnswer:
        return False
