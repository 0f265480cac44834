//! What each order does.

use super::show::PATIENCE;
use super::{Demo, Flap};
use crate::demo::order::{Answer, BadDirection, BadGroups, Order, direction, groups, milliseconds, place};
use crate::demo::process::State;
use std::time::Duration;
use zhengku_api_types::{Network, NodeRole};
use zhengku_consensus::lie::Lie;

/// Takes a node's conduct back.
const HONEST: &str = "none";

impl Demo {
    /// Does what an order says.
    pub(crate) async fn obey(&mut self, order: Order) -> Answer {
        let done = match &order {
            Order::Kill { node } => self.kill(node).await,
            Order::Restart { node } => self.restart(node).await,
            Order::Pause { node } => self.pause(node, true).await,
            Order::Wake { node } => self.pause(node, false).await,
            Order::Partition { groups } => self.partition(groups),
            Order::Heal => Ok(self.heal()),
            Order::OneWay { direction } => self.one_way(direction),
            Order::Slow { node, ms } => self.slow(node, *ms),
            Order::Flap { node, ms } => self.begin_flap(node, *ms),
            Order::Lie { node, kind } => self.lie(node, kind).await,
            Order::Status => Ok(self.status().await),
            Order::Stop => Ok(Answer::done("演示停止", "the demo stops")),
        };
        done.unwrap_or_else(|refused| refused)
    }

    fn find(&self, asked: &str) -> Result<usize, Answer> {
        place(&self.names, asked).ok_or_else(|| self.unknown(asked))
    }

    fn unknown(&self, asked: &str) -> Answer {
        let known = self.names.join(", ");
        Answer::refused(
            format!("没有节点 {asked}; 有: {known}"),
            format!("there is no node {asked}; there are: {known}"),
        )
    }

    fn name(&self, place: usize) -> &str {
        self.names.get(place).map_or("", String::as_str)
    }

    /// How many of the ledger's validators are up, and what that means: the ledger may have others than this demo's nodes.
    pub(super) async fn remaining(&mut self) -> (String, String) {
        let states: Vec<(String, State)> =
            self.nodes.iter_mut().map(|node| (node.made.name.clone(), node.process.state())).collect();
        let asked = self.nodes.iter().zip(&states).filter(|(_, (_, state))| *state == State::Running);
        let answers = asked.map(|(node, _)| tokio::time::timeout(PATIENCE, node.client.network()));
        let answers = futures::future::join_all(answers).await.into_iter().flatten().flatten();
        let newest =
            answers.max_by_key(|one| (one.deciding_height, one.nodes.iter().filter(|node| node.is_connected).count()));
        standing(newest.as_ref(), &states)
    }

    async fn kill(&mut self, asked: &str) -> Result<Answer, Answer> {
        let place = self.find(asked)?;
        let Some(node) = self.nodes.get_mut(place) else { return Err(self.unknown(asked)) };
        if node.process.state() == State::Down {
            let name = self.name(place);
            return Err(Answer::refused(format!("{name} 已停"), format!("{name} is down already")));
        }
        node.process.kill().await;
        self.expected.insert(place);
        let (zh, en) = self.remaining().await;
        let name = self.name(place);
        Ok(Answer::done(format!("已终止 {name}。{zh}"), format!("{name} is dead. {en}")))
    }

    async fn restart(&mut self, asked: &str) -> Result<Answer, Answer> {
        let place = self.find(asked)?;
        let Some(node) = self.nodes.get_mut(place) else { return Err(self.unknown(asked)) };
        if node.process.state() != State::Down {
            let name = self.name(place);
            return Err(Answer::refused(format!("{name} 正在运行"), format!("{name} is up")));
        }
        self.start_again(place).await
    }

    async fn start_again(&mut self, place: usize) -> Result<Answer, Answer> {
        let Some(node) = self.nodes.get_mut(place) else { return Err(self.unknown("?")) };
        if let Err(failure) = node.process.start().await {
            let zh = failure.message(zhengku_verify::language::Language::Zh);
            return Err(Answer::refused(zh, failure.to_string()));
        }
        self.expected.remove(&place);
        let (zh, en) = self.remaining().await;
        let name = self.name(place);
        Ok(Answer::done(format!("已启动 {name}。{zh}"), format!("{name} is up. {en}")))
    }

    async fn pause(&mut self, asked: &str, is_paused: bool) -> Result<Answer, Answer> {
        let place = self.find(asked)?;
        let Some(node) = self.nodes.get_mut(place) else { return Err(self.unknown(asked)) };
        let (state, name) = (node.process.state(), node.made.name.clone());
        match (state, is_paused) {
            (State::Down, _) => return Err(Answer::refused(format!("{name} 未运行"), format!("{name} is down"))),
            (State::Paused, true) => {
                return Err(Answer::refused(format!("{name} 已被冻结"), format!("{name} is frozen already")));
            }
            (State::Running, false) => {
                return Err(Answer::refused(format!("{name} 正在运行"), format!("{name} is up")));
            }
            _ => {}
        }
        if !node.process.pause(is_paused) {
            return Err(Answer::refused(format!("{name} 未运行"), format!("{name} is down")));
        }
        let (zh, en) = self.remaining().await;
        Ok(if is_paused {
            Answer::done(format!("已冻结 {name}。{zh}"), format!("{name} is frozen. {en}"))
        } else {
            Answer::done(format!("已唤醒 {name}。{zh}"), format!("{name} is awake. {en}"))
        })
    }

    /// Cuts the network into these groups and no others: what was cut before is mended first.
    fn partition(&mut self, text: &str) -> Result<Answer, Answer> {
        let groups = groups(&self.names, text).map_err(|bad| self.bad_groups(text, &bad))?;
        self.flapping.clear();
        self.faults.cuts.clear();
        self.faults.partition(self.wiring.count(), &groups);
        self.wiring.apply(&self.faults);
        let cut = self.faults.cuts.len();
        Ok(Answer::done(
            format!("网络已分区: {text} (共断 {cut} 个方向); zhengku demo heal 可修复"),
            format!("the network is cut: {text} ({cut} directions); zhengku demo heal mends it"),
        ))
    }

    fn bad_groups(&self, text: &str, bad: &BadGroups) -> Answer {
        match bad {
            BadGroups::Empty => Answer::refused(
                format!("\"{text}\": 没有节点; 例如 1,2/3,4"),
                format!("\"{text}\" names no node; give groups like 1,2/3,4"),
            ),
            BadGroups::Unknown(asked) => self.unknown(asked),
            BadGroups::Repeated(asked) => Answer::refused(
                format!("\"{text}\": 节点 {asked} 出现两次; 每个节点只属于一组"),
                format!("\"{text}\": node {asked} stands twice; each node is in one group"),
            ),
        }
    }

    fn heal(&mut self) -> Answer {
        self.flapping.clear();
        self.faults = crate::demo::wiring::Faults::default();
        self.wiring.apply(&self.faults);
        Answer::done("全部连线已修复", "every link is mended")
    }

    fn one_way(&mut self, text: &str) -> Result<Answer, Answer> {
        let (from, to) = direction(&self.names, text).map_err(|bad| match bad {
            BadDirection::Form => Answer::refused(
                format!("\"{text}\": 应为 A>B, 例如 \"1>2\" (请加引号)"),
                format!("\"{text}\" is no direction; give A>B, e.g. \"1>2\", quoted"),
            ),
            BadDirection::Unknown(asked) => self.unknown(&asked),
            BadDirection::Same => Answer::refused(
                format!("\"{text}\": 两端是同一节点; 请给出两个节点"),
                format!("\"{text}\": both ends are one node; give two"),
            ),
        })?;
        self.faults.cuts.insert((from, to));
        self.wiring.apply(&self.faults);
        let (from, to) = (self.name(from), self.name(to));
        Ok(Answer::done(
            format!("{from} 发往 {to} 的字节不再到达; 反方向不受影响"),
            format!("nothing from {from} reaches {to}; the other direction is untouched"),
        ))
    }

    fn slow(&mut self, asked: &str, ms: u64) -> Result<Answer, Answer> {
        let place = self.find(asked)?;
        if ms == 0 {
            self.faults.delays.remove(&place);
        } else {
            self.faults.delays.insert(place, milliseconds(ms));
        }
        self.wiring.apply(&self.faults);
        let name = self.name(place);
        Ok(Answer::done(
            format!("{name} 的全部连线单程延迟 {ms} 毫秒"),
            format!("every link of {name} takes {ms} ms longer each way"),
        ))
    }

    fn begin_flap(&mut self, asked: &str, ms: u64) -> Result<Answer, Answer> {
        let place = self.find(asked)?;
        self.flapping.retain(|flap| flap.node != place);
        // Cut at the next look.
        let period = milliseconds(ms);
        self.flapping.push(Flap { node: place, period, left: Duration::ZERO, is_cut: false });
        let name = self.name(place);
        Ok(Answer::done(
            format!("{name} 每 {ms} 毫秒断开或恢复一次, 直到 zhengku demo heal"),
            format!("{name} is cut off and connected every {ms} ms until zhengku demo heal"),
        ))
    }

    async fn lie(&mut self, asked: &str, kind: &str) -> Result<Answer, Answer> {
        let place = self.find(asked)?;
        if kind != HONEST
            && let Err(error) = kind.parse::<Lie>()
        {
            let known: Vec<&str> = Lie::ALL.iter().map(|lie| lie.name()).collect();
            let known = known.join(", ");
            return Err(Answer::refused(format!("没有作恶方式 {kind}; 有: {known}, {HONEST}"), error.to_string()));
        }
        let Some(node) = self.nodes.get_mut(place) else { return Err(self.unknown(asked)) };
        let before = node.process.lie.take();
        node.process.lie = (kind != HONEST).then(|| kind.to_owned());
        node.process.stop().await;
        let started = self.start_again(place).await;
        if started.is_err() {
            // It does not run with this conduct: it goes on as it was.
            if let Some(node) = self.nodes.get_mut(place) {
                node.process.lie = before;
            }
            self.start_again(place).await?;
            return Err(Answer::refused(
                format!("节点未能以作恶方式 {kind} 启动, 已照旧重启; 原因见其 node.log"),
                format!("the node did not start with {kind} and was restarted as it was; see its node.log"),
            ));
        }
        let name = self.name(place);
        Ok(if kind == HONEST {
            Answer::done(format!("{name} 已恢复诚实"), format!("{name} is honest again"))
        } else {
            Answer::done(format!("{name} 开始作恶: {kind}"), format!("{name} lies now: {kind}"))
        })
    }
}

/// What a node's picture of the network means beside the states of the demo's own processes, which are known at once.
fn standing(network: Option<&Network>, states: &[(String, State)]) -> (String, String) {
    let Some(network) = network else {
        return (
            "没有节点应答, 在线的验证节点数未知".to_owned(),
            "no node answers: how many validators are up is unknown".to_owned(),
        );
    };
    let is_up = |name: &str, is_connected: bool| {
        states.iter().find(|(own, _)| own == name).map_or(is_connected, |(_, state)| *state == State::Running)
    };
    let validators = network.nodes.iter().filter(|one| one.role == NodeRole::Validator);
    let up = validators.filter(|one| is_up(&one.name, one.is_connected)).count();
    let (all, needed) = (network.validators, network.quorum);
    if u64::try_from(up).is_ok_and(|up| up >= needed) {
        (
            format!("验证节点在线 {up}/{all}, 需 {needed}: 继续出块"),
            format!("{up} of {all} validators up, {needed} needed: it goes on"),
        )
    } else {
        (
            format!("验证节点在线 {up}/{all}, 需 {needed}: 停止出块, 已定的不受影响"),
            format!("{up} of {all} validators up, {needed} needed: nothing new is decided, what is decided stays"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zhengku_api_types::NetworkNode;

    fn node(name: &str, role: NodeRole, is_connected: bool) -> NetworkNode {
        NetworkNode {
            name: name.to_owned(),
            organisation: 3,
            role,
            is_connected,
            height: None,
            round_trip_us: None,
            last_vote: None,
            certificate_ends_ms: None,
            url: None,
        }
    }

    #[test]
    fn the_validators_of_the_ledger_are_counted_and_not_the_processes() {
        let nodes = vec![
            node("pudong-1", NodeRole::Validator, true),
            node("jiading-1", NodeRole::Validator, true),
            node("xuhui-1", NodeRole::Validator, true),
            // Killed a moment ago: the others have not noticed.
            node("huangpu-1", NodeRole::Validator, true),
            node("songjiang-1", NodeRole::Validator, true),
            node("qingpu-1", NodeRole::Observer, true),
        ];
        let mut network = Network {
            name: "pudong-1".to_owned(),
            role: NodeRole::Validator,
            nodes,
            validators: 5,
            quorum: 4,
            deciding_height: 9,
            deciding_round: 0,
            waiting_transactions: 0,
            waiting_bytes: 0,
            has_quorum: true,
            committed_ms: 0,
            now_ms: 0,
            offences: 0,
        };
        let state = |name: &str, state| (name.to_owned(), state);
        let own = [
            state("pudong-1", State::Running),
            state("jiading-1", State::Running),
            state("xuhui-1", State::Running),
            state("huangpu-1", State::Down),
        ];
        let (zh, en) = standing(Some(&network), &own);
        assert!(zh.contains("4/5, 需 4") && en.contains("4 of 5") && en.contains("goes on"), "{zh} {en}");
        network.nodes[4].is_connected = false;
        let (_, en) = standing(Some(&network), &own);
        assert!(en.contains("3 of 5 validators up, 4 needed: nothing new"), "{en}");
        assert!(standing(None, &own).1.contains("unknown"));
    }
}
