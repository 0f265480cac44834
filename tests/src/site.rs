//! A scratch directory with generated registers and a node beside them.

use crate::files::{copy_tree, text};
use crate::run::{Ran, zhengku};
use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// File name of the register of 食品经营许可证.
pub const FOOD: &str = "食品经营许可证.csv";
/// File name of the register of 居住证.
pub const RESIDENCE: &str = "居住证.csv";
/// File name of the register of 出生医学证明.
pub const BIRTH: &str = "出生医学证明.tsv";
/// File name of the register of 结婚证.
pub const MARRIAGE: &str = "结婚证.csv";
/// Entries of a ledger that `init` made: governor, node, parameters, four issuers and the seal maker, 27 licence types, 10 material types.
pub const FIRST_ENTRIES: u64 = 45;
/// The four registers.
pub const REGISTERS: [&str; 4] = [FOOD, RESIDENCE, BIRTH, MARRIAGE];

/// A scratch directory: removed when dropped.
#[derive(Debug)]
pub struct Site {
    root: TempDir,
}

impl Site {
    /// A directory with an empty ledger.
    ///
    /// # Panics
    /// When the node cannot be made.
    #[must_use]
    pub fn empty() -> Self {
        let site = Self { root: TempDir::new().unwrap() };
        let _ = zhengku(&["init", "--data", &site.data(), "-o", "json"]).exits(0);
        site
    }

    /// As [`Site::empty`], with generated registers.
    ///
    /// # Panics
    /// When they cannot be made.
    #[must_use]
    pub fn with_registers(seed: u64, rows: u64, clean: bool) -> Self {
        let site = Self::empty();
        let (out, seed, rows) = (site.registers(), seed.to_string(), rows.to_string());
        let mut arguments = vec!["sample", "--out", text(&out), "--seed", &seed, "--rows", &rows];
        if clean {
            arguments.push("--clean");
        }
        let _ = zhengku(&arguments).exits(0);
        site
    }

    /// As [`Site::with_registers`], all four imported.
    ///
    /// # Panics
    /// When the import fails.
    #[must_use]
    pub fn imported(seed: u64, rows: u64, clean: bool) -> Self {
        let site = Self::with_registers(seed, rows, clean);
        let _ = site.import(&REGISTERS).exits(0);
        site
    }

    /// The scratch directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.root.path()
    }

    /// A path in the scratch directory, as text.
    #[must_use]
    pub fn file(&self, name: &str) -> String {
        text(&self.path().join(name)).to_owned()
    }

    /// The node's directory, as text.
    #[must_use]
    pub fn data(&self) -> String {
        self.file("node")
    }

    /// The node's directory.
    #[must_use]
    pub fn node(&self) -> PathBuf {
        self.path().join("node")
    }

    /// The trust file, as text.
    #[must_use]
    pub fn trust(&self) -> String {
        self.file("node/trust.json")
    }

    /// Where the registers are.
    #[must_use]
    pub fn registers(&self) -> PathBuf {
        self.path().join("registers")
    }

    /// A register.
    #[must_use]
    pub fn register(&self, name: &str) -> PathBuf {
        self.registers().join(name)
    }

    /// Imports registers of this site.
    #[must_use]
    pub fn import(&self, registers: &[&str]) -> Ran {
        let paths: Vec<PathBuf> = registers.iter().map(|name| self.register(name)).collect();
        let data = self.data();
        let mut arguments = vec!["import"];
        arguments.extend(paths.iter().map(|path| text(path)));
        arguments.extend(["--data", &data, "-o", "json"]);
        zhengku(&arguments)
    }

    /// Runs `zhengku NOUN VERB … --data DIR -o json` on this site's node.
    #[must_use]
    pub fn on_node(&self, arguments: &[&str]) -> Ran {
        let data = self.data();
        let mut all = arguments.to_vec();
        all.extend(["--data", &data, "-o", "json"]);
        zhengku(&all)
    }

    /// Writes a proof into `name`; gives its path.
    ///
    /// # Panics
    /// When there is none to write.
    #[track_caller]
    pub fn prove(&self, number: &str, name: &str) -> String {
        let out = self.file(name);
        let _ = self.on_node(&["licence", "prove", number, "--out", &out]).exits(0);
        out
    }

    /// Requires that everything the node holds is sound; gives the report.
    ///
    /// # Panics
    /// When it is not.
    #[track_caller]
    pub fn fsck(&self) -> Value {
        let report = self.on_node(&["ledger", "fsck"]).exits(0).json();
        assert_eq!(report["ok"], true, "{report}");
        report
    }

    /// The numbers in the first column of a register, in its order.
    #[must_use]
    pub fn numbers(&self, register: &str) -> Vec<String> {
        let rows = crate::register::rows(&self.register(register));
        rows.iter().skip(1).filter_map(|row| row.first().cloned()).collect()
    }

    /// A copy of the node's directory.
    ///
    /// # Panics
    /// When it cannot be copied.
    #[must_use]
    pub fn copy_node(&self, name: &str) -> PathBuf {
        let to = self.path().join(name);
        copy_tree(&self.node(), &to);
        to
    }
}

/// The arguments of `zhengku licence mint` that fill the form of a food licence of this number, but for where it is minted.
#[must_use]
pub fn food_form(number: &str) -> Vec<String> {
    let values = [
        &format!("licence_number={number}"),
        "operator_name=示例市青禾餐饮管理有限公司",
        "credit_code=91999999MA0TE0018W",
        "legal_representative=张样例",
        "address=示例市和平路118号",
        "business_form=餐饮服务经营者",
        "business_items=热食类食品制售",
        "valid_to=2031-11-21",
        "issuer_code=11999999TE5T00016J",
    ];
    let set = values.into_iter().flat_map(|value| ["--set", value]);
    ["licence", "mint", "--type", "食品经营许可证"].into_iter().chain(set).map(str::to_owned).collect()
}
