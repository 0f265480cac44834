//! All links of a network of nodes on this machine, and what is wrong with them.

use super::link::{Link, Way};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Where a node listens for its peers, by swarm.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    pub(crate) consensus: u16,
    pub(crate) exchange: u16,
}

/// What is wrong, beyond processes: all of it is undone by [`Faults::default`].
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Faults {
    /// Directions that are cut: (from, to).
    pub(crate) cuts: BTreeSet<(usize, usize)>,
    /// Nodes whose every link is slow in both directions.
    pub(crate) delays: BTreeMap<usize, Duration>,
}

impl Faults {
    /// Cuts every link between different groups; a node of no group is alone.
    pub(crate) fn partition(&mut self, count: usize, groups: &[Vec<usize>]) {
        let group = |node: usize| groups.iter().position(|group| group.contains(&node));
        for (from, to) in pairs(count) {
            if group(from) != group(to) || group(from).is_none() {
                self.cuts.insert((from, to));
            }
        }
    }

    /// Cuts one node off in both directions, or connects it again.
    pub(crate) fn isolate(&mut self, count: usize, node: usize, is_cut: bool) {
        for pair in pairs(count).filter(|(from, to)| *from == node || *to == node) {
            if is_cut {
                self.cuts.insert(pair)
            } else {
                self.cuts.remove(&pair)
            };
        }
    }

    fn way(&self, from: usize, to: usize) -> Way {
        let delay = |node: usize| self.delays.get(&node).copied().unwrap_or_default();
        Way { is_cut: self.cuts.contains(&(from, to)), delay: delay(from).saturating_add(delay(to)) }
    }
}

fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(move |from| (0..count).filter(move |to| *to != from).map(move |to| (from, to)))
}

/// The links, and the switch of each direction.
pub(crate) struct Wiring {
    count: usize,
    switches: BTreeMap<(usize, usize), watch::Sender<Way>>,
    /// By (dialling node, listening node): where the dialling one reaches the other.
    addresses: BTreeMap<(usize, usize), Ports>,
    _links: JoinSet<()>,
}

impl Wiring {
    /// Lays a link for each ordered pair of nodes and each swarm.
    pub(crate) async fn lay(nodes: &[Ports]) -> std::io::Result<Self> {
        let count = nodes.len();
        let switches: BTreeMap<_, _> = pairs(count).map(|pair| (pair, watch::Sender::new(Way::default()))).collect();
        let way = |pair: (usize, usize)| switches.get(&pair).map(watch::Sender::subscribe);
        let mut links = JoinSet::new();
        let mut addresses = BTreeMap::new();
        for (from, to) in pairs(count) {
            let Some(target) = nodes.get(to) else { continue };
            let mut ports = Ports { consensus: 0, exchange: 0 };
            for (port, place) in [(target.consensus, &mut ports.consensus), (target.exchange, &mut ports.exchange)] {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
                *place = listener.local_addr()?.port();
                let (Some(there), Some(back)) = (way((from, to)), way((to, from))) else { continue };
                let target = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
                links.spawn(Link { listener, target, there, back }.serve());
            }
            addresses.insert((from, to), ports);
        }
        Ok(Self { count, switches, addresses, _links: links })
    }

    /// Nodes on it.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// Where `from` dials to reach `to`.
    pub(crate) fn address(&self, from: usize, to: usize) -> Option<Ports> {
        self.addresses.get(&(from, to)).copied()
    }

    /// Makes the links behave as `faults` says, from now on.
    pub(crate) fn apply(&self, faults: &Faults) {
        for ((from, to), switch) in &self.switches {
            switch.send_replace(faults.way(*from, *to));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_cuts_between_groups_only() {
        let mut faults = Faults::default();
        faults.partition(5, &[vec![0, 1], vec![2, 3]]);
        for (from, to) in pairs(5) {
            let same = (from < 2 && to < 2) || ((2..4).contains(&from) && (2..4).contains(&to));
            assert_eq!(faults.way(from, to).is_cut, !same, "{from} > {to}");
        }
    }

    #[test]
    fn isolation_is_undone_by_itself_and_delays_add_up() {
        let mut faults = Faults::default();
        faults.isolate(4, 2, true);
        assert_eq!(faults.cuts.len(), 6);
        assert!(faults.way(2, 0).is_cut && faults.way(0, 2).is_cut && !faults.way(0, 1).is_cut);
        faults.isolate(4, 2, false);
        assert_eq!(faults, Faults::default());
        faults.delays.insert(0, Duration::from_millis(30));
        faults.delays.insert(1, Duration::from_millis(20));
        assert_eq!(faults.way(0, 1).delay, Duration::from_millis(50));
        assert_eq!(faults.way(2, 1).delay, Duration::from_millis(20));
    }

    #[tokio::test]
    async fn every_pair_and_swarm_has_its_own_link() {
        let wiring = Wiring::lay(&[Ports { consensus: 1, exchange: 2 }; 4]).await.unwrap();
        let mut ports = BTreeSet::new();
        for (from, to) in pairs(4) {
            let reached = wiring.address(from, to).unwrap();
            ports.extend([reached.consensus, reached.exchange]);
        }
        assert_eq!(ports.len(), 24);
        assert!(wiring.address(1, 1).is_none());
    }
}
