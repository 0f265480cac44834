//! A node's configuration: the file, then the environment (`ZK__SECTION__KEY`), with the origin of each value.

use crate::failure::Failure;
use figment::Figment;
use figment::providers::{Env, Format, Toml};
use figment::value::Value;
use std::path::{Path, PathBuf};
use zhengku_node::config::NodeConfig;

/// What the variables begin with; sections and keys are separated by two underscores, because keys have single ones.
const PREFIX: &str = "ZK__";
/// The longest configuration file in bytes.
const MAX_CONFIG_BYTES: u64 = 1024 * 1024;

/// A configuration with where it came from.
pub(crate) struct Loaded {
    pub(crate) config: NodeConfig,
    /// The file.
    pub(crate) path: PathBuf,
    figment: Figment,
}

/// One value in force.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub(crate) struct Setting {
    pub(crate) key: String,
    pub(crate) value: String,
    /// `file`, `environment` or `default`.
    pub(crate) origin: &'static str,
    /// The file or the variable.
    pub(crate) place: String,
}

/// Reads a configuration; paths in it become relative to its own directory.
pub(crate) fn load(path: &Path) -> Result<Loaded, Failure> {
    let metadata = std::fs::metadata(path).map_err(Failure::file(path))?;
    if !metadata.is_file() {
        return Err(Failure::usage(
            format!("{}: 不是文件; 请给出节点的配置文件, 如 node.toml", path.display()),
            format!("{}: no file; give the node's configuration, e.g. node.toml", path.display()),
        ));
    }
    if metadata.len() > MAX_CONFIG_BYTES {
        return Err(Failure::usage(
            format!("{}: 配置文件过大", path.display()),
            format!("{}: the configuration file is too large", path.display()),
        ));
    }
    let figment = Figment::new().merge(Toml::file_exact(path)).merge(Env::prefixed(PREFIX).split("__"));
    let mut config: NodeConfig = figment.extract().map_err(|error| refused(path, error))?;
    let directory = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    config.data = if config.data == Path::new(".") { directory.to_owned() } else { directory.join(&config.data) };
    Ok(Loaded { config, path: path.to_owned(), figment })
}

/// Every fault at once would be kinder; figment gives them one after another, each with its key and origin.
fn refused(path: &Path, error: figment::Error) -> Failure {
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    for error in error {
        let key = error.path.join(".");
        let is_variable = error.metadata.as_ref().is_some_and(|metadata| metadata.source.is_none());
        let variable = format!("{PREFIX}{}", key.to_uppercase().replace('.', "__"));
        let (place_zh, place_en) = if is_variable {
            (format!("环境变量 {variable}"), format!("the variable {variable}"))
        } else {
            (key.clone(), key)
        };
        let said = |place: String, kind: String| if place.is_empty() { kind } else { format!("{place}: {kind}") };
        zh.push(said(place_zh, kind_zh(&error.kind)));
        en.push(said(place_en, error.kind.to_string()));
    }
    let shown = path.display();
    Failure::usage(
        format!("{shown}: 配置有误: {}\n      请改正后运行 zhengku config check --config {shown}", zh.join("; ")),
        format!("{shown}: {}\n      mend it, then run zhengku config check --config {shown}", en.join("; ")),
    )
}

/// What figment says, in Chinese where it is more than a parser's own words.
fn kind_zh(kind: &figment::error::Kind) -> String {
    use figment::error::Kind;
    match kind {
        Kind::InvalidType(actual, expected) => format!("类型不符: 为 {actual}, 应为 {expected}"),
        Kind::InvalidValue(actual, expected) => format!("值不符: 为 {actual}, 应为 {expected}"),
        Kind::UnknownField(field, known) => format!("没有键 {field}; 有: {}", known.join(", ")),
        Kind::MissingField(field) => format!("缺少键 {field}"),
        Kind::DuplicateField(field) => format!("键 {field} 重复"),
        other => other.to_string(),
    }
}

impl Loaded {
    /// Every value in force, by key.
    pub(crate) fn settings(&self) -> Result<Vec<Setting>, Failure> {
        let mut flat = Vec::new();
        let value = Value::serialize(&self.config)
            .map_err(|error| Failure::usage(format!("配置: {error}"), format!("configuration: {error}")))?;
        flatten(String::new(), &value, &mut flat);
        Ok(flat.into_iter().map(|(key, value)| self.setting(key, value)).collect())
    }

    fn setting(&self, key: String, value: String) -> Setting {
        // Lists are known by their own name: a metadata is kept for whole values.
        let whole = key.split('[').next().unwrap_or_default().to_owned();
        let metadata = self.figment.find_metadata(&whole);
        let (origin, place) = match metadata {
            None => ("default", String::new()),
            Some(metadata) => match &metadata.source {
                Some(figment::Source::File(path)) => ("file", path.display().to_string()),
                _ => ("environment", format!("{PREFIX}{}", whole.to_uppercase().replace('.', "__"))),
            },
        };
        Setting { key, value, origin, place }
    }
}

fn flatten(prefix: String, value: &Value, flat: &mut Vec<(String, String)>) {
    match value {
        Value::Dict(_, dict) => {
            for (key, value) in dict {
                let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                flatten(key, value, flat);
            }
        }
        Value::Array(_, items) => {
            for (place, value) in items.iter().enumerate() {
                flatten(format!("{prefix}[{place}]"), value, flat);
            }
        }
        Value::Empty(..) => flat.push((prefix, String::new())),
        other => flat.push((prefix, plain(other))),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(_, text) => text.clone(),
        Value::Bool(_, flag) => flag.to_string(),
        Value::Char(_, one) => one.to_string(),
        Value::Num(_, number) => number
            .to_u128()
            .map(|number| number.to_string())
            .or_else(|| number.to_i128().map(|number| number.to_string()))
            .unwrap_or_default(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "name = \"pudong-1\"\ndata = \".\"\n[api]\nlisten = \"127.0.0.1:8480\"\n\
        [consensus]\nlisten = \"/ip4/127.0.0.1/tcp/7000\"\n[exchange]\nlisten = \"/ip4/127.0.0.1/tcp/7001\"\n";

    fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("node.toml");
        std::fs::write(&path, text).unwrap();
        (directory, path)
    }

    #[test]
    fn each_value_says_where_it_comes_from() {
        let (directory, path) = written(TEXT);
        let loaded = load(&path).unwrap();
        assert_eq!(loaded.config.data, directory.path());
        let settings = loaded.settings().unwrap();
        let of = |key: &str| settings.iter().find(|setting| setting.key == key).unwrap();
        assert_eq!((of("api.listen").value.as_str(), of("api.listen").origin), ("127.0.0.1:8480", "file"));
        assert_eq!(
            (of("limits.waiting_transactions").value.as_str(), of("limits.waiting_transactions").origin),
            ("20000", "default")
        );
    }

    #[test]
    fn faults_name_their_key() {
        for (text, expected) in [
            (format!("{TEXT}surprise = 1\n"), "surprise"),
            (TEXT.replace("127.0.0.1:8480", "nowhere"), "api.listen"),
            (TEXT.replace("name = \"pudong-1\"\n", ""), "name"),
            ("name = ".to_owned(), ""),
        ] {
            let (_directory, path) = written(&text);
            let failure = load(&path).err().unwrap().to_string();
            assert!(failure.contains(expected) && failure.contains("config check"), "{failure}");
        }
    }
    #[test]
    fn a_directory_is_no_configuration_and_a_fault_is_said_once() {
        let (directory, path) = written(&TEXT.replace("127.0.0.1:8480", "nowhere"));
        assert!(load(directory.path()).err().unwrap().to_string().contains("no file"));
        let failure = load(&path).err().unwrap();
        for language in [zhengku_verify::language::Language::Zh, zhengku_verify::language::Language::En] {
            let said = failure.message(language);
            assert!(said.contains("api.listen: ") && !said.contains("``") && !said.contains(": :"), "{said}");
        }
    }
}
