//! `zhengku sample`: the four registers with invented data, and what an import of each must find.

use super::write_whole;
use crate::cli::SampleArguments;
use crate::failure::Failure;
use crate::output::Console;
use std::collections::BTreeMap;
use std::io::Write;
use zhengku_library::sample::{Sample, SampleKind, generate};

/// Writes the registers and `expected.json`.
pub(super) fn run(arguments: &SampleArguments, console: &Console) -> Result<u8, Failure> {
    std::fs::create_dir_all(&arguments.out).map_err(Failure::file(&arguments.out))?;
    let mut expected = BTreeMap::new();
    let mut rows = Vec::new();
    for kind in SampleKind::ALL {
        let sample = Sample::new(kind, arguments.seed, arguments.rows, !arguments.clean);
        let path = arguments.out.join(kind.file_name());
        let mut file = std::io::BufWriter::new(std::fs::File::create(&path).map_err(Failure::file(&path))?);
        let counts = generate(&sample, &mut file).and_then(|counts| file.flush().map(|()| counts));
        let counts = counts.map_err(Failure::file(&path))?;
        rows.push(vec![path.display().to_string(), counts.rows.to_string(), counts.accepted.to_string()]);
        expected.insert(kind.file_name().to_owned(), counts);
    }
    write_whole(&arguments.out.join("expected.json"), serde_json::to_string_pretty(&expected)?.as_bytes())?;
    let language = console.language();
    let headings = [language.pick("文件", "File"), language.pick("行数", "Rows"), language.pick("应接收", "To accept")];
    console.rows(&expected.values().collect::<Vec<_>>(), &headings, &rows)?;
    Ok(0)
}
