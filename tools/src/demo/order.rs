//! What can be done to a running demo, and how it answers. Both cross the control socket as one line of JSON.

use clap::Subcommand;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The longest delay of a link: beyond it nothing is decided, and `partition` says so more honestly.
const MAX_DELAY_MS: u64 = 60_000;

/// One order.
#[derive(Subcommand, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "order")]
pub(crate) enum Order {
    /// 立即终止一个节点 (SIGKILL)。 End a node at once.
    Kill {
        /// 节点名或序号。 The node's name or number.
        node: String,
    },
    /// 启动一个已停的节点。 Start a node that is down.
    Restart {
        /// 节点名或序号。 The node's name or number.
        node: String,
    },
    /// 冻结一个节点 (SIGSTOP)。 Freeze a node.
    Pause {
        /// 节点名或序号。 The node's name or number.
        node: String,
    },
    /// 唤醒被冻结的节点 (SIGCONT)。 Wake a frozen node.
    Wake {
        /// 节点名或序号。 The node's name or number.
        node: String,
    },
    /// 网络分区, 例如 1,2/3,4; 未列出的节点被孤立。 Cut the network into groups; a node of no group is alone.
    Partition {
        /// 以 / 分组, 以逗号分节点。 Groups by "/", nodes by ",".
        groups: String,
    },
    /// 修复全部连线 (不启动已停的节点)。 Mend every link; processes stay as they are.
    Heal,
    /// 单向中断: A>B 表示 A 发往 B 的字节不到达。 Cut one direction.
    OneWay {
        /// 例如 1>2 (请加引号)。 e.g. "1>2" (quote it).
        direction: String,
    },
    /// 让一个节点的全部连线变慢; 0 为恢复。 Delay every link of a node, each way; 0 undoes it.
    Slow {
        /// 节点名或序号。 The node's name or number.
        node: String,
        /// 单程毫秒数。 Milliseconds each way.
        #[arg(value_parser = clap::value_parser!(u64).range(0..=MAX_DELAY_MS))]
        ms: u64,
    },
    /// 反复断开与连接一个节点, 直到 heal。 Cut a node off and connect it again, over and over, until heal.
    Flap {
        /// 节点名或序号。 The node's name or number.
        node: String,
        /// 每一段的毫秒数。 Milliseconds of each state.
        #[arg(default_value_t = 3_000, value_parser = clap::value_parser!(u64).range(100..=MAX_DELAY_MS))]
        ms: u64,
    },
    /// 让一个节点作恶 (重启它); none 为恢复诚实。 Make a node lie (it is restarted); none makes it honest again.
    Lie {
        /// 节点名或序号。 The node's name or number.
        node: String,
        /// 作恶方式, 如 double-vote。 What it does, e.g. double-vote.
        kind: String,
    },
    /// 各节点与故障。 The nodes and what is wrong with them.
    Status,
    /// 停止演示。 Stop the demo.
    Stop,
}

/// The answer to an order.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    /// Whether it was done.
    pub(crate) ok: bool,
    pub(crate) zh: String,
    pub(crate) en: String,
    /// The nodes, for `status`.
    pub(crate) nodes: Vec<NodeLine>,
}

/// A node, as `status` shows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct NodeLine {
    pub(crate) name: String,
    /// `running`, `paused`, `down`.
    pub(crate) state: String,
    pub(crate) pid: Option<u32>,
    pub(crate) height: Option<u64>,
    /// Peers it is connected to, itself not counted.
    pub(crate) connected: Option<usize>,
    /// Nodes on the ledger, itself not counted.
    pub(crate) peers: Option<usize>,
    pub(crate) waiting: Option<u64>,
    pub(crate) has_quorum: Option<bool>,
    pub(crate) url: String,
    /// What is wrong with it by order.
    pub(crate) faults: Vec<String>,
}

impl Answer {
    pub(crate) fn done(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ok: true, zh: zh.into(), en: en.into(), nodes: Vec::new() }
    }

    pub(crate) fn refused(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ok: false, zh: zh.into(), en: en.into(), nodes: Vec::new() }
    }
}

/// The place of a node by its name, or by its number from 1 (`2`, `node2`, `node-2`).
pub(crate) fn place(names: &[String], asked: &str) -> Option<usize> {
    let asked = asked.trim();
    if let Some(place) = names.iter().position(|name| name == asked) {
        return Some(place);
    }
    let digits = asked.strip_prefix("node").map_or(asked, |rest| rest.strip_prefix('-').unwrap_or(rest));
    let number: usize = digits.parse().ok()?;
    number.checked_sub(1).filter(|place| *place < names.len())
}

/// Why groups are none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum BadGroups {
    /// No node is named.
    Empty,
    /// No node of the demo.
    Unknown(String),
    /// A node that stands twice.
    Repeated(String),
}

/// The groups of a partition.
pub(crate) fn groups(names: &[String], text: &str) -> Result<Vec<Vec<usize>>, BadGroups> {
    let mut seen = Vec::new();
    let mut group = |text: &str| {
        let mut places = Vec::new();
        for asked in text.split(',').map(str::trim).filter(|asked| !asked.is_empty()) {
            let place = place(names, asked).ok_or_else(|| BadGroups::Unknown(asked.to_owned()))?;
            if seen.contains(&place) {
                return Err(BadGroups::Repeated(asked.to_owned()));
            }
            seen.push(place);
            places.push(place);
        }
        Ok(places)
    };
    let groups: Vec<Vec<usize>> = text.split('/').map(&mut group).collect::<Result<_, _>>()?;
    if groups.iter().all(Vec::is_empty) { Err(BadGroups::Empty) } else { Ok(groups) }
}

/// Why a direction is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum BadDirection {
    /// Not `A>B`.
    Form,
    /// No node of the demo.
    Unknown(String),
    /// From a node to itself.
    Same,
}

/// The two ends of a direction `A>B`.
pub(crate) fn direction(names: &[String], text: &str) -> Result<(usize, usize), BadDirection> {
    let (from, to) = text.split_once('>').ok_or(BadDirection::Form)?;
    let (from, to) = (from.trim(), to.trim());
    if from.is_empty() || to.is_empty() {
        return Err(BadDirection::Form);
    }
    let place = |asked: &str| place(names, asked).ok_or_else(|| BadDirection::Unknown(asked.to_owned()));
    let (from, to) = (place(from)?, place(to)?);
    if from == to { Err(BadDirection::Same) } else { Ok((from, to)) }
}

pub(crate) const fn milliseconds(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        ["pudong-1", "jiading-1", "xuhui-1", "huangpu-1"].map(str::to_owned).to_vec()
    }

    #[test]
    fn nodes_are_known_by_name_and_number() {
        for (asked, expected) in [
            ("pudong-1", Some(0)),
            ("2", Some(1)),
            ("node3", Some(2)),
            ("node-4", Some(3)),
            ("0", None),
            ("5", None),
            ("node", None),
            ("", None),
            ("-1", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(place(&names(), asked), expected, "{asked}");
        }
    }

    #[test]
    fn groups_and_directions_name_known_nodes_once() {
        assert_eq!(groups(&names(), "1,2/3,huangpu-1"), Ok(vec![vec![0, 1], vec![2, 3]]));
        assert_eq!(groups(&names(), "1/"), Ok(vec![vec![0], vec![]]));
        assert_eq!(groups(&names(), "1,9/2"), Err(BadGroups::Unknown("9".to_owned())));
        assert_eq!(groups(&names(), "1,2/2"), Err(BadGroups::Repeated("2".to_owned())));
        for empty in ["", "/", " , / "] {
            assert_eq!(groups(&names(), empty), Err(BadGroups::Empty), "{empty}");
        }
        assert_eq!(direction(&names(), "1>2"), Ok((0, 1)));
        assert_eq!(direction(&names(), "jiading-1 > 1"), Ok((1, 0)));
        assert_eq!(direction(&names(), "1>1"), Err(BadDirection::Same));
        assert_eq!(direction(&names(), "1>9"), Err(BadDirection::Unknown("9".to_owned())));
        for bad in ["1", "1>", ">1", "1<2", ""] {
            assert_eq!(direction(&names(), bad), Err(BadDirection::Form), "{bad}");
        }
    }

    #[test]
    fn orders_cross_the_socket_unchanged() {
        let orders = [
            Order::Kill { node: "1".to_owned() },
            Order::Heal,
            Order::OneWay { direction: "1>2".to_owned() },
            Order::Slow { node: "2".to_owned(), ms: 200 },
        ];
        for order in orders {
            let text = serde_json::to_string(&order).unwrap();
            assert_eq!(serde_json::from_str::<Order>(&text).unwrap(), order, "{text}");
        }
    }
}
