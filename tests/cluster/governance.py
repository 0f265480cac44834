"""Changes of the validator set as organisations make them: `zhengku governance`, each with its own key, through its own node."""

import subprocess

from node_http import Node
from polling import Broken, until
from zk_cluster import Cluster

COMMAND_S = 60.0
EFFECT_S = 60.0


def governance(cluster: Cluster, by: Node, *words: str) -> None:
    """A command of governance, signed by the organisation that runs a node."""
    command = [str(cluster.program), "-o", "json", "--lang", "en", "governance", *words,
               "--node", by.url, "--keys", str(cluster.home(by.name) / "keys")]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_S, check=False)
    if ended.returncode != 0:
        raise Broken(f"governance {' '.join(words)} by {by.name}: {ended.stderr.decode(errors='replace')[-500:]}")


def decide(cluster: Cluster, voters: list[Node], *change: str) -> int:
    """The first voter proposes a change of the set, the others approve; gives the first height of the new set when it has begun."""
    reader, *others = voters
    before = sets(reader)
    known = {one["number"] for one in reader.read("/v1/proposals")["items"]}
    governance(cluster, reader, "propose", *change)
    number = next(one["number"] for one in reader.read("/v1/proposals")["items"] if one["number"] not in known)
    for voter in others:
        until(f"{voter.name} knowing proposal {number}", EFFECT_S, lambda: knows(voter, number))
        governance(cluster, voter, "approve", str(number))
    until(f"{' '.join(change)} in effect", EFFECT_S, lambda: len(sets(reader)) > len(before))
    start = int(sets(reader)[-1]["from"])
    until(f"a block of the new set at {start}", EFFECT_S, lambda: (reader.height() or 0) >= start)
    return start


def knows(node: Node, number: int) -> bool:
    return any(one["number"] == number for one in node.read("/v1/proposals")["items"])


def sets(node: Node) -> list[dict[str, object]]:
    return node.read("/v1/validators/history")["items"]


def hand_over(cluster: Cluster) -> int:
    """Of four validators one becomes an observer, then another leaves: two changes of the set. Gives the first height of the last set.

    Two of four are no quorum of the four, so nobody who knows the first set alone can take what the last one signs."""
    one, other, third, fourth = cluster.nodes
    decide(cluster, [one, other, third], "replace-node", third.name, "--role", "observer")
    return decide(cluster, [one, other, fourth], "remove-node", fourth.name)
