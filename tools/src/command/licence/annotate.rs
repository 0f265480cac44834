//! `licence annotate`: an annotated copy (加注件) of a sealed licence, for one use and until a day.

use super::find::by_number;
use super::not_anchored;
use crate::access::Access;
use crate::cli::AnnotateArguments;
use crate::command::write_private;
use crate::failure::Failure;
use crate::issuing;
use crate::output::Console;
use serde::Serialize;
use zhengku_document::ofd::Annotation;
use zhengku_ledger::entry::licence::Period;
use zhengku_ledger::entry::{FileKind, Status};
use zhengku_ledger::ids::TimestampMs;
use zhengku_library::issue;
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_node::layout::Layout;
use zhengku_store::OpenMode;

const DAY_MS: u64 = 24 * 3600 * 1000;

#[derive(Serialize)]
struct Annotated {
    file: String,
    proof: String,
    maker: String,
    cause: String,
    expires: String,
    bytes: usize,
}

/// Writes the copy and a proof of the licence as of now beside it. Copies are made of licences in force only.
pub(crate) fn annotate(arguments: &AnnotateArguments, console: &Console) -> Result<u8, Failure> {
    let licence = &arguments.licence;
    if arguments.out.extension().is_none_or(|ending| ending != "ofd") || arguments.out.exists() {
        let out = arguments.out.display();
        return Err(Failure::usage(
            format!("--out {out}: 须为尚不存在的 .ofd 文件, 加注件不覆盖任何文件"),
            format!("--out {out}: name an .ofd file that is not there yet; a copy overwrites nothing"),
        ));
    }
    let access = Access::open(&licence.data, licence.node.as_deref(), OpenMode::Read)?;
    let Some(found) = by_number(&access, licence)? else {
        return not_anchored(licence, &access.standing()?, console);
    };
    let now = SystemClock.now();
    let period = found.licence.period_at(now);
    if found.licence.status != Status::Valid || period != Period::Running {
        let (zh, en) = match period {
            Period::Over if found.licence.status == Status::Valid => ("已过期", "expired"),
            Period::NotYet if found.licence.status == Status::Valid => ("未生效", "not valid yet"),
            _ => (found.licence.status.name_zh(), found.licence.status.name_en()),
        };
        return Err(Failure::usage(
            format!("证照状态为{zh}, 不制作加注件"),
            format!("the licence is {en}; copies are made of licences in force"),
        ));
    }
    let kept = issuing::kept(&access, &found.entry.key)?
        .ok_or_else(|| Failure::usage("账本没有这份证照", "the ledger does not have this licence"))?;
    let file = kept.face.file(FileKind::Ofd).ok_or_else(|| {
        Failure::usage(
            "这份证照没有 OFD 文件 (由登记簿归集), 不能制作加注件",
            "this licence was taken over from a register and has no OFD to copy",
        )
    })?;
    let data = issue::data_of(file)?;
    let directory = access.directory();
    let template = directory.licence_type(kept.licence.licence_type).map(|kind| kind.template.as_str().to_owned());
    let maker = directory.organisation(kept.licence.issuer).map(|one| one.name_zh.to_string()).unwrap_or_default();
    let expires = TimestampMs(now.0.saturating_add(u64::from(arguments.days).saturating_mul(DAY_MS)));
    let annotation =
        Annotation { maker: maker.clone(), cause: arguments.cause.trim().to_owned(), expires, created: now };
    let files = issuing::file_maker(&access, &Layout::new(&licence.data.data), issuing::fonts()?, now, false)?;
    let copy = files.annotate(&data, &template.unwrap_or_default(), kept.licence.issuer, annotation)?;
    let proof = arguments.out.with_extension("proof");
    write_private(&arguments.out, &copy)?;
    write_private(&proof, issuing::proof_file(&access, &kept)?.as_bytes())?;
    let report = Annotated {
        file: arguments.out.display().to_string(),
        proof: proof.display().to_string(),
        maker,
        cause: arguments.cause.clone(),
        expires: expires.to_utc_text(),
        bytes: copy.len(),
    };
    let table = [
        ("加注件", "Annotated copy", format!("{} ({} B)", report.file, report.bytes)),
        ("证明", "Proof", report.proof.clone()),
        ("制作", "Made by", report.maker.clone()),
        ("事由", "For", report.cause.clone()),
        ("有效期至", "Until", report.expires.clone()),
    ];
    console.result(&report, &table)?;
    Ok(0)
}
