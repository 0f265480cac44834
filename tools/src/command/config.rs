//! `zhengku config`.

use crate::cli::network::{ConfigArgument, ConfigShowArguments};
use crate::config;
use crate::failure::Failure;
use crate::output::Console;

/// `config check`.
pub(super) fn check(arguments: &ConfigArgument, console: &Console) -> Result<u8, Failure> {
    let loaded = config::load(&arguments.config)?;
    let answer = serde_json::json!({ "ok": true, "name": loaded.config.name });
    console.result(&answer, &[("配置", "Configuration", format!("✔ {}", arguments.config.display()))])?;
    Ok(0)
}

/// `config show`.
pub(super) fn show(arguments: &ConfigShowArguments, console: &Console) -> Result<u8, Failure> {
    let settings = config::load(&arguments.config.config)?.settings()?;
    let language = console.language();
    let origin = |origin: &str| match origin {
        "file" => language.pick("文件", "file"),
        "environment" => language.pick("环境变量", "environment"),
        _ => language.pick("默认", "default"),
    };
    let mut headings = vec![language.pick("键", "Key"), language.pick("值", "Value")];
    if arguments.origin {
        headings.extend([language.pick("来源", "Origin"), language.pick("位置", "Place")]);
    }
    let row = |setting: &config::Setting| {
        let mut row = vec![setting.key.clone(), setting.value.clone()];
        if arguments.origin {
            row.extend([origin(setting.origin).to_owned(), setting.place.clone()]);
        }
        row
    };
    console.rows(&settings, &headings, &settings.iter().map(row).collect::<Vec<_>>())?;
    Ok(0)
}
