//! The state of a demo as `status` shows it.

use super::Demo;
use crate::demo::order::{Answer, NodeLine};
use crate::demo::process::State;
use std::time::Duration;

/// How long a node may take to say where it stands: a frozen one never answers.
pub(super) const PATIENCE: Duration = Duration::from_millis(1_500);

impl Demo {
    /// Every node's state, height and faults.
    pub(crate) async fn status(&mut self) -> Answer {
        let mut lines = Vec::with_capacity(self.nodes.len());
        for place in 0..self.nodes.len() {
            let faults = self.faults_of(place);
            if let Some(line) = self.line(place, faults) {
                lines.push(line);
            }
        }
        let asked = self.nodes.iter().zip(&mut lines).map(|(node, line)| async move {
            if line.state != State::Running.name() {
                return;
            }
            let Ok(Ok(network)) = tokio::time::timeout(PATIENCE, node.client.network()).await else { return };
            let own = network.nodes.iter().find(|one| one.name == line.name);
            line.height = own.and_then(|own| own.height).or(network.deciding_height.checked_sub(1));
            let connected = network.nodes.iter().filter(|one| one.is_connected && one.name != line.name).count();
            line.connected = Some(connected);
            line.peers = Some(network.nodes.iter().filter(|one| one.name != line.name).count());
            line.waiting = Some(network.waiting_transactions);
            line.has_quorum = Some(network.has_quorum);
        });
        futures::future::join_all(asked).await;
        let (zh, en) = self.remaining().await;
        Answer { ok: true, zh, en, nodes: lines }
    }

    fn line(&mut self, place: usize, faults: Vec<String>) -> Option<NodeLine> {
        let node = self.nodes.get_mut(place)?;
        Some(NodeLine {
            name: node.made.name.clone(),
            state: node.process.state().name().to_owned(),
            pid: node.process.pid(),
            height: None,
            connected: None,
            peers: None,
            waiting: None,
            has_quorum: None,
            url: node.made.url.clone(),
            faults,
        })
    }

    fn faults_of(&self, place: usize) -> Vec<String> {
        let mut faults = Vec::new();
        if let Some(delay) = self.faults.delays.get(&place) {
            faults.push(format!("+{} ms", delay.as_millis()));
        }
        let name = |place: &usize| self.names.get(*place).map_or("?", String::as_str);
        let deaf: Vec<&str> =
            self.faults.cuts.iter().filter(|(from, _)| *from == place).map(|(_, to)| name(to)).collect();
        if !deaf.is_empty() {
            faults.push(format!("✂ {}", deaf.join(",")));
        }
        if self.flapping.iter().any(|flap| flap.node == place) {
            faults.push("flap".to_owned());
        }
        let lie = self.nodes.get(place).and_then(|node| node.process.lie.as_ref());
        faults.extend(lie.map(|lie| format!("lie {lie}")));
        faults
    }
}
