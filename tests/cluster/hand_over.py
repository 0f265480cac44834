"""Two changes of the validator set, as organisations make them."""

from council import EFFECT_S, Council
from polling import until
from zk_cluster import Cluster


def hand_over(cluster: Cluster) -> int:
    """Of four validators one becomes an observer, then another leaves: two changes of the set. Gives the first height of the last set.

    Two of four are no quorum of the four, so nobody who knows the first set alone can take what the last one signs."""
    council = Council(cluster, {node.name: cluster.home(node.name) / "keys" for node in cluster.nodes})
    one, other, third, fourth = (node.name for node in cluster.nodes)
    decide(council, [one, other, third], "replace-node", third, "--role", "observer")
    return decide(council, [one, other, fourth], "remove-node", fourth)


def decide(council: Council, voters: list[str], *change: object) -> int:
    """The first height that the changed set decides, once the first two nodes have it: they stay."""
    first = council.decide(voters, *change).effective + 1
    until(f"{' '.join(map(str, change))}: height {first} of the new set", EFFECT_S,
          lambda: all((node.height() or 0) >= first for node in council.cluster.nodes[:2]))
    return first
