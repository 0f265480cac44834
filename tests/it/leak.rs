//! No personal data on the ledger, in what the node signed, in its logs, or in the clear in the vault: a search for every name,
//! number, code and address of the registers, byte by byte.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use zhengku_ledger::codec;
use zhengku_ledger::ids::{Height, LogIndex};
use zhengku_ledger::state::StateView;
use zhengku_node::Node;
use zhengku_node::layout::Layout;
use zhengku_store::{OpenMode, StoreOptions};
use zhengku_tests::files;
use zhengku_tests::register::{column, rows};
use zhengku_tests::run::{binary, finish};
use zhengku_tests::site::{BIRTH, FOOD, MARRIAGE, REGISTERS, RESIDENCE, Site};

/// Columns with names, numbers, codes and addresses of holders; the licence numbers too, which the ledger has as pseudonyms only.
const PERSONAL: [(&str, &[&str]); 4] = [
    (FOOD, &["许可证编号", "经营者名称", "统一社会信用代码", "法定代表人", "住所"]),
    (RESIDENCE, &["居住证编号", "姓名", "公民身份号码", "居住地址"]),
    (BIRTH, &["出生医学证明编号", "新生儿姓名", "母亲姓名", "母亲公民身份号码", "父亲姓名", "父亲公民身份号码"]),
    (MARRIAGE, &["结婚证字号", "持证人一姓名", "持证人一身份号码", "持证人二姓名", "持证人二身份号码"]),
];
/// A text that a decision would have.
const GROUND: &str = "当事人黎小样提出注销申请";
/// Shorter patterns are found by chance: four random bytes turn up once in 4 GB for each of thousands of names.
const SHORTEST: usize = 6;

/// A search for many patterns at once, by their first bytes.
struct Search(HashMap<[u8; SHORTEST], Vec<(Vec<u8>, String)>>);

impl Search {
    /// Every text in UTF-8, GB18030, UTF-16 and in hex digits.
    fn new(texts: &BTreeSet<String>) -> Self {
        let mut search = Self(HashMap::new());
        for text in texts {
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let hex = hex::encode(text).into_bytes();
            for bytes in [text.clone().into_bytes(), encoding_rs::GB18030.encode(text).0.into_owned(), wide, hex] {
                if let Some(first) = bytes.first_chunk::<SHORTEST>() {
                    search.0.entry(*first).or_default().push((bytes.clone(), text.clone()));
                }
            }
        }
        search
    }

    fn in_bytes(&self, bytes: &[u8]) -> Option<&str> {
        let at = |place: usize| bytes.get(place..).and_then(|rest| Some((rest, self.0.get(rest.first_chunk()?)?)));
        (0..bytes.len()).filter_map(at).find_map(|(rest, patterns)| {
            patterns.iter().find(|(pattern, _)| rest.starts_with(pattern)).map(|(_, text)| text.as_str())
        })
    }

    /// The first find in any file below a directory.
    fn in_files(&self, directory: &Path) -> Option<String> {
        let search = |path: &std::path::PathBuf| {
            let found = self.in_bytes(&std::fs::read(path).unwrap())?;
            Some(format!("{found} in {}", path.display()))
        };
        files::all(directory).iter().find_map(search)
    }
}

fn personal(site: &Site) -> BTreeSet<String> {
    let mut texts = BTreeSet::from([GROUND.to_owned(), "黎小样".to_owned()]);
    for (register, columns) in PERSONAL {
        let rows = rows(&site.register(register));
        for header in columns {
            let place = column(&rows, header);
            texts.extend(rows.iter().skip(1).filter_map(|row| Some(row.get(place)?.trim().to_owned())));
        }
    }
    texts.retain(|text| text.len() >= SHORTEST);
    texts
}

/// What compression hides from a search over files: every entry, and every block with its transactions.
fn decoded(data: &Path) -> Vec<u8> {
    let node = Node::open(&Layout::new(data), OpenMode::Read, &StoreOptions::default()).unwrap();
    let view = node.store().view();
    let mut bytes = Vec::new();
    for index in (0..view.tip().header.log_size).map(LogIndex) {
        bytes.extend(view.entry_bytes(index).unwrap());
    }
    for height in 0..=view.tip().header.height.0 {
        bytes.extend(codec::encode(&view.block(Height(height)).unwrap()));
    }
    bytes
}

#[test]
fn no_personal_data_outside_the_vault_and_none_in_the_clear_in_it() {
    let site = Site::with_registers(40, 500, false);
    let data = site.data();
    let mut logs = String::new();
    let mut logged = |arguments: &[&str], code: i32| {
        let mut command = std::process::Command::new(binary("zhengku"));
        let ran = finish(command.args(arguments).args(["--data", &data, "-o", "json"]).env("ZHENGKU_LOG", "trace"))
            .exits(code);
        logs.push_str(&ran.err);
        ran
    };
    let paths = REGISTERS.map(|name| site.register(name));
    let mut import = vec!["import"];
    import.extend(paths.iter().map(|path| files::text(path)));
    let printed = logged(&import, 0).out + &logged(&import, 0).out;
    let numbers = site.numbers(MARRIAGE);
    let _ = logged(&["licence", "revoke", &numbers[0], "--ground", GROUND], 0);
    let _ = logged(&["licence", "revoke", &numbers[0], "--ground", GROUND], 2);
    let _ = logged(&["licence", "suspend", &site.numbers(FOOD)[0], "--ground", GROUND], 0);
    let out = site.file("proof.txt");
    let _ = logged(&["licence", "prove", &site.numbers(FOOD)[1], "--out", &out, "--fields", ""], 0);
    let _ = logged(&["licence", "erase", &numbers[1], "--yes"], 0);
    let _ = logged(&["ledger", "fsck"], 0);
    let search = Search::new(&personal(&site));
    assert!(search.0.len() > 2_000, "{}", search.0.len());
    for directory in ["ledger", "signed", "vault", "keys"] {
        assert_eq!(search.in_files(&site.node().join(directory)), None, "{directory}");
    }
    assert_eq!(search.in_bytes(&decoded(&site.node())), None, "decoded entries and blocks");
    assert_eq!(search.in_bytes(logs.as_bytes()), None, "logs");
    assert_eq!(search.in_bytes(printed.as_bytes()), None, "what an import prints");
    let proof = std::fs::read_to_string(&out).unwrap();
    assert_eq!(search.in_bytes(proof.as_bytes()), None, "a proof that discloses nothing");
    planted_leaks_are_found(&site, &search);
}

fn planted_leaks_are_found(site: &Site, search: &Search) {
    let register = rows(&site.register(RESIDENCE));
    let row = register.iter().find(|row| row[1].chars().count() == 3).unwrap();
    let planted = site.node().join("ledger/planted");
    for text in [&row[1], &row[2], &row[4]] {
        for bytes in [
            text.clone().into_bytes(),
            encoding_rs::GB18030.encode(text).0.into_owned(),
            hex::encode(text).into_bytes(),
        ] {
            std::fs::write(&planted, [b"\x00\x01".as_slice(), &bytes, b"\x00"].concat()).unwrap();
            let found = search.in_files(&site.node().join("ledger")).unwrap();
            assert!(found.contains("planted"), "{found}");
        }
    }
    std::fs::remove_file(planted).unwrap();
    let shown = site.on_node(&["licence", "show", &row[0]]).exits(0);
    assert!(search.in_bytes(shown.out.as_bytes()).is_some(), "`licence show` is the one place that shows a face");
}
