"""Whole disks: a restored old image must never make a node sign twice; an empty one catches up."""

import shutil
import time

import faults
from council import done
from load import Load
from node_http import NoAnswer
from polling import Broken, let_pass, until
from run import Run

# Heights between the image and the disk it is put back over.
OLD_BY = 20
# A node restored from an old image may stay silent for some heights; the others go on meanwhile.
REJOIN_S = 60.0
# One million entries by HTTP and agreement, and their replay by the joiner.
JOIN_S = 600.0
BATCH = 1_000


def restore_old(run: Run) -> None:
    """A node's disk is put back to an old copy, sometimes without the engine's log: it signs nothing twice and comes back level."""
    victim = run.random.choice(run.names())
    home = run.cluster.home(victim)
    image = home.with_name(f"{victim}-image")
    run.cluster.order("kill", node=victim)
    shutil.copytree(home, image)
    run.cluster.order("restart", node=victim)
    faults.progress(run, run.names(), OLD_BY, REJOIN_S, "heights after the image was taken")
    before = offences(run)
    if run.random.random() < 0.5:
        # At the same instant for all: the heights around the tip are the dangerous ones.
        for name in run.names():
            run.cluster.order("kill", node=name)
    else:
        run.cluster.order("kill", node=victim)
    shutil.rmtree(home)
    image.rename(home)
    if run.random.random() < 0.3:
        for log in home.rglob("*.wal"):
            log.unlink()
    for name in down(run):
        run.cluster.order("restart", node=name)
    reached = run.cluster.tip()
    until(f"{victim} level at {reached} from an old image", REJOIN_S,
          lambda: (run.cluster.node(victim).height() or 0) >= reached)
    faults.progress(run, run.names(), 3, REJOIN_S, "goes on after an old image")
    after = offences(run)
    if after != before:
        raise Broken(f"{after - before} offences on the ledger after an old image of {victim}")
    run.check("an old image")


def down(run: Run) -> list[str]:
    return [state.name for state in run.cluster.states() if state.state == "down"]


def offences(run: Run) -> int:
    return max(node.offences() for node in run.cluster.nodes)


def join_empty(run: Run, entries: int) -> None:
    """A node that lost its disk: with its keys and nothing else it is level again, and its copy is the others'."""
    victim = run.random.choice(run.names())
    grow(run, entries)
    before = offences(run)
    run.cluster.order("kill", node=victim)
    home = run.cluster.home(victim)
    for part in ("ledger", "signed", "agreement"):
        shutil.rmtree(home / part)
    done(run.cluster, "ledger", "begin", "--data", home, "--genesis", run.cluster.directory / "genesis.bin")
    started = time.monotonic()
    run.cluster.order("restart", node=victim)
    reached = run.cluster.tip()
    until(f"{victim} level at {reached} from nothing", JOIN_S, lambda: (run.cluster.node(victim).height() or 0) >= reached)
    run.report.metric("join.entries", size(run))
    run.report.metric("join.seconds", f"{time.monotonic() - started:.1f}")
    faults.progress(run, run.names(), 3, REJOIN_S, "goes on after a joiner")
    if offences(run) != before:
        raise Broken(f"offences on the ledger after {victim} joined from nothing")
    run.check("an empty joiner")


def size(run: Run) -> int:
    return int(run.cluster.nodes[0].status()["log_size"])


def grow(run: Run, entries: int) -> None:
    """Offers batches until the log has so many entries."""
    seed = run.random.randrange(1, 2**31)
    with Load(run.cluster, 20.0, seed, items=BATCH) as load:
        until(f"{entries} entries in the log", JOIN_S, lambda: big_enough(run, entries))
        load.stop()
        run.audit.run(list(load.acknowledged), run.names())
    let_pass(1.0)


def big_enough(run: Run, entries: int) -> bool:
    try:
        return size(run) >= entries
    except NoAnswer:
        return False
