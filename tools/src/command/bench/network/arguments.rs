//! The arguments of `bench load` and `bench network`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;
use zhengku_crypto::sign::Algorithm;

#[derive(Args)]
pub(crate) struct BenchLoadArguments {
    /// 节点接口地址, 可重复; 依次轮流。 Base URL of a node; repeatable, taken in turn.
    #[arg(long = "node", required = true, value_name = "URL")]
    pub(crate) nodes: Vec<String>,
    /// 含发证机关密钥文件的目录。 The directory with an issuer's key file.
    #[arg(long, value_name = "DIR")]
    pub(crate) keys: PathBuf,
    /// 单笔 (每笔一份证照) 或批量。 One licence a transaction, or many.
    #[arg(long, value_enum, default_value_t = Mode::Single)]
    pub(crate) mode: Mode,
    /// 批量时每笔的证照数。 Licences per transaction in batch mode.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=4_096))]
    pub(crate) items: u64,
    /// 发证机关的签名算法。 The issuer's signature algorithm.
    #[arg(long, value_enum, default_value_t = Signing::Ed25519)]
    pub(crate) algorithm: Signing,
    /// 每秒交易数 (开环: 不等待答复)。 Transactions per second, whether or not answers come (open loop).
    #[arg(long, default_value_t = 100.0)]
    pub(crate) rate: f64,
    /// 持续秒数。 For so many seconds.
    #[arg(long, default_value_t = 10)]
    pub(crate) seconds: u64,
    /// 每秒读取证明数。 Proofs read per second beside.
    #[arg(long, default_value_t = 0)]
    pub(crate) reads_per_second: u32,
    /// 每得到一个最终答复, 追加一行: 机构 幂等键 高度 区块 首条 条数 节点 时刻。 Append a line for each final answer, after it:
    /// organisation, idempotency key, height, block, first entry, count, node, time in ms.
    #[arg(long, value_name = "FILE")]
    pub(crate) acknowledge: Option<PathBuf>,
    /// 边发边准备, 而非事先备齐 (供集群测试)。 Prepare while sending, not before the clock starts: for cluster tests.
    #[arg(long)]
    pub(crate) stream: bool,
    /// 一笔最多等待最终结果的毫秒数。 The longest wait for finality, in ms.
    #[arg(long, default_value_t = 30_000)]
    pub(crate) timeout_ms: u64,
    /// 随机种子。 Seed.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Args)]
pub(crate) struct BenchNetworkArguments {
    /// 只运行这些实验, 可重复。 Only these experiments; repeatable.
    #[arg(long, value_enum, value_name = "NAME")]
    pub(crate) only: Vec<Experiment>,
    /// 每个实验的秒数。 Seconds of each experiment.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(2..=3_600))]
    pub(crate) seconds: u64,
    /// 节点数。 Nodes.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=16))]
    pub(crate) nodes: u16,
    /// 批量实验的目标速率 (条/秒)。 The rate that batches are offered at, in entries per second.
    #[arg(long, default_value_t = 44_000.0)]
    pub(crate) entries_per_second: f64,
    /// 批量吊销实验的证照数。 Licences that the mass action ends.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1_000..=1_000_000))]
    pub(crate) mass: u64,
    /// 临时数据目录, 用后删除; 默认为系统临时目录。 Scratch directory, removed afterwards.
    #[arg(long, value_name = "DIR")]
    pub(crate) scratch: Option<PathBuf>,
    /// 随机种子。 Seed.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

/// How licences are put into transactions.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// 每笔一份
    Single,
    /// 每笔多份
    Batch,
}

/// The signature algorithm of the issuer.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Signing {
    /// Ed25519
    Ed25519,
    /// SM2, SM3
    Sm2,
}

impl From<Signing> for Algorithm {
    fn from(signing: Signing) -> Self {
        match signing {
            Signing::Ed25519 => Self::Ed25519,
            Signing::Sm2 => Self::Sm2Sm3,
        }
    }
}

/// One measurement on a running network.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Experiment {
    /// 空闲时的处理器占用。 The processor time of a network with nothing to do.
    Idle,
    /// 单笔 ed25519, 1,000 笔/秒。 Single licences, ed25519.
    Singles,
    /// 单笔 SM2, 400 笔/秒。 Single licences, SM2.
    Sm2,
    /// 小负载下的出块速度。 Blocks per second when little is offered.
    Blocks,
    /// 批量签发, 并抽样核验证明。 Batches, and a sample of proofs.
    Batches,
    /// 写入时读取证明。 Proofs read beside writes.
    Reads,
    /// 一个部门批量吊销, 另一部门照常签发。 One department withdraws very many licences while another one mints.
    Mass,
    /// 三倍过载与恢复。 Three times too much, and recovery.
    Overload,
}

impl Experiment {
    /// All of them, in the order they run.
    pub(crate) const ALL: [Self; 8] =
        [Self::Idle, Self::Blocks, Self::Singles, Self::Sm2, Self::Reads, Self::Batches, Self::Mass, Self::Overload];

    /// Its name, as on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Singles => "singles",
            Self::Sm2 => "sm2",
            Self::Blocks => "blocks",
            Self::Batches => "batches",
            Self::Reads => "reads",
            Self::Mass => "mass",
            Self::Overload => "overload",
        }
    }
}
