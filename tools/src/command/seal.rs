//! `zhengku seal`: e-seals from the application to the cancellation.

pub(crate) mod trust;

use super::write_whole;
use crate::access::Access;
use crate::cli::issue::{
    SealApplyArguments, SealCancelArguments, SealCommand, SealListArguments, SealNumberArguments, SealPictureArguments,
    SealRenewArguments, SealShowArguments,
};
use crate::command::ca;
use crate::failure::Failure;
use crate::issuing;
use crate::output::Console;
use serde::Serialize;
use zhengku_crypto::seal::{MAX_SEAL_BYTES, Seal};
use zhengku_document::seal_picture::{self, Ground, SealText};
use zhengku_ledger::entry::{Organisation, Roles, SealKind, SealRecord, SealStatus};
use zhengku_ledger::ids::SealNumber;
use zhengku_ledger::state::Directory;
use zhengku_library::port::Keyring;
use zhengku_library::random::Randomness;
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_node::layout::Layout;
use zhengku_node::seals::Application;
use zhengku_store::OpenMode;

/// Dots per inch of a picture that is written to a file.
const PICTURE_DPI: u16 = 600;

/// `zhengku seal …`.
pub(super) fn run(command: &SealCommand, console: &Console) -> Result<u8, Failure> {
    match command {
        SealCommand::List(arguments) => list(arguments, console),
        SealCommand::Apply(arguments) => apply(arguments, console),
        SealCommand::Make(arguments) => make(arguments, console),
        SealCommand::File(arguments) => file(arguments, console),
        SealCommand::Renew(arguments) => renew(arguments, console),
        SealCommand::Cancel(arguments) => cancel(arguments, console),
        SealCommand::Show(arguments) => show(arguments, console),
        SealCommand::Picture(arguments) => picture(arguments, console),
        SealCommand::Trust(arguments) => trust::run(arguments, console),
    }
}

#[derive(Serialize)]
struct SealLine {
    number: u32,
    id: String,
    name: String,
    owner: String,
    kind: &'static str,
    status: &'static str,
    status_zh: &'static str,
    valid_from: Option<String>,
    valid_to: Option<String>,
    sm3: Option<String>,
}

fn line(record: &SealRecord, directory: &Directory) -> SealLine {
    let owner = directory.organisation(record.owner).map(|owner| owner.name_zh.to_string());
    let made = record.made.as_ref();
    SealLine {
        number: record.number.0,
        id: record.id.to_string(),
        name: record.name_zh.to_string(),
        owner: owner.unwrap_or_default(),
        kind: record.kind.name_en(),
        status: record.status.name_en(),
        status_zh: record.status.name_zh(),
        valid_from: made.map(|made| made.valid_from.to_text()),
        valid_to: made.map(|made| made.valid_to.to_text()),
        sm3: made.map(|made| made.sm3.to_string()),
    }
}

fn list(arguments: &SealListArguments, console: &Console) -> Result<u8, Failure> {
    let access = Access::open(&arguments.data, arguments.node.as_deref(), OpenMode::Read)?;
    show_register(&access.directory(), |_| true, console)
}

fn show_register(directory: &Directory, wanted: impl Fn(SealNumber) -> bool, console: &Console) -> Result<u8, Failure> {
    let seals = directory.seals().filter(|record| wanted(record.number));
    let lines: Vec<SealLine> = seals.map(|record| line(record, directory)).collect();
    let headings = [
        ("编号", "No."),
        ("印章编码", "Id"),
        ("名称", "Name"),
        ("所属机构", "Owner"),
        ("状态", "Status"),
        ("至", "Until"),
    ];
    let headings = headings.map(|(zh, en)| console.language().pick(zh, en));
    let row = |line: &SealLine| {
        let status = console.language().pick(line.status_zh, line.status).to_owned();
        let until = line.valid_to.clone().unwrap_or_default();
        vec![line.number.to_string(), line.id.clone(), line.name.clone(), line.owner.clone(), status, until]
    };
    console.rows(&lines, &headings, &lines.iter().map(row).collect::<Vec<_>>())?;
    Ok(0)
}

/// A directory opened to change seals.
struct Workshop {
    access: Access,
    layout: Layout,
}

impl Workshop {
    fn open(arguments: &SealListArguments) -> Result<Self, Failure> {
        let access = Access::open(&arguments.data, arguments.node.as_deref(), OpenMode::Write)?;
        Ok(Self { access, layout: Layout::new(&arguments.data.data) })
    }

    fn with<T>(
        &self,
        work: impl FnOnce(&zhengku_node::seals::Seals<'_, Access>) -> Result<T, zhengku_node::seals::SealsError>,
    ) -> Result<T, Failure> {
        let ring = self.access.ring();
        let done = work(&issuing::seals(&self.access, &self.layout, &ring, SystemClock.now()))?;
        self.access.refresh()?;
        Ok(done)
    }

    fn show(&self, numbers: &[SealNumber], console: &Console) -> Result<u8, Failure> {
        show_register(&self.access.directory(), |number| numbers.contains(&number), console)
    }
}

fn apply(arguments: &SealApplyArguments, console: &Console) -> Result<u8, Failure> {
    let workshop = Workshop::open(&arguments.at)?;
    let applications = applications(&workshop.access, arguments)?;
    let mut random = Randomness::new();
    let numbers = workshop.with(|seals| seals.apply(&applications, &mut random))?;
    if arguments.complete {
        let fonts = issuing::fonts()?;
        for &number in &numbers {
            workshop.with(|seals| seals.make(number, &fonts, arguments.years, &mut random))?;
            workshop.with(|seals| seals.file(number, &mut random))?;
        }
    }
    workshop.show(&numbers, console)
}

fn applications(access: &Access, arguments: &SealApplyArguments) -> Result<Vec<Application>, Failure> {
    let directory = access.directory();
    let application = |owner: &Organisation| Application {
        owner: owner.number,
        name: arguments.name.clone().unwrap_or_else(|| seal_name(owner)),
        kind: SealKind::Licence,
    };
    let Some(code) = &arguments.owner else {
        let ring = access.ring();
        let lacks = |one: &&Organisation| {
            one.roles.include(Roles::ISSUER)
                && ring.signer(one.number).is_some()
                && !directory.seals().any(|seal| seal.owner == one.number && seal.status != SealStatus::Cancelled)
        };
        return Ok(directory.organisations().filter(lacks).map(application).collect());
    };
    let owner = directory.organisations().find(|one| one.credit_code.as_str() == code);
    let owner = owner.ok_or_else(|| {
        Failure::usage(format!("账本未登记机构 {code}"), format!("the ledger has no organisation {code}"))
    })?;
    Ok(vec![application(owner)])
}

/// The name around the ring: the owner's, without the remark that it is a sample.
fn seal_name(owner: &Organisation) -> String {
    owner.name_zh.as_str().trim_end_matches("(样例)").to_owned()
}

fn make(arguments: &SealNumberArguments, console: &Console) -> Result<u8, Failure> {
    let (workshop, number) = (Workshop::open(&arguments.at)?, SealNumber(arguments.number));
    let fonts = issuing::fonts()?;
    workshop.with(|seals| seals.make(number, &fonts, 5, &mut Randomness::new()))?;
    workshop.show(&[number], console)
}

fn file(arguments: &SealNumberArguments, console: &Console) -> Result<u8, Failure> {
    let (workshop, number) = (Workshop::open(&arguments.at)?, SealNumber(arguments.number));
    workshop.with(|seals| seals.file(number, &mut Randomness::new()))?;
    workshop.show(&[number], console)
}

fn renew(arguments: &SealRenewArguments, console: &Console) -> Result<u8, Failure> {
    let workshop = Workshop::open(&arguments.at)?;
    let directory = workshop.access.directory();
    let held = |record: &&SealRecord| {
        record.status == SealStatus::Filed
            && workshop.access.keys().holds(&zhengku_node::seals::key_name(record.number))
    };
    let numbers: Vec<SealNumber> = match arguments.numbers.as_slice() {
        [] => directory.seals().filter(held).map(|record| record.number).collect(),
        numbers => numbers.iter().copied().map(SealNumber).collect(),
    };
    workshop.with(|seals| seals.renew(&numbers, arguments.years, &mut Randomness::new()))?;
    workshop.show(&numbers, console)
}

fn cancel(arguments: &SealCancelArguments, console: &Console) -> Result<u8, Failure> {
    if arguments.ground.trim().is_empty() {
        return Err(Failure::usage("请写明法律依据或事由", "the legal ground must not be blank"));
    }
    let (workshop, number) = (Workshop::open(&arguments.seal.at)?, SealNumber(arguments.seal.number));
    // The text of the ground is the owner's; the register keeps its digest, keyed so that nobody can guess it.
    let text = workshop.access.pseudonyms().licence("seal-cancellation", &arguments.ground);
    workshop.with(|seals| seals.cancel(number, Some(text), &mut Randomness::new()))?;
    workshop.show(&[number], console)
}

#[derive(Serialize)]
struct SealFile {
    version: u32,
    id: String,
    name: String,
    maker: String,
    created: String,
    valid_from: String,
    valid_to: String,
    certificates: usize,
    picture: String,
    sm3: String,
}

fn show(arguments: &SealShowArguments, console: &Console) -> Result<u8, Failure> {
    let seal = Seal::from_der(&ca::read(&arguments.file, MAX_SEAL_BYTES)?).map_err(|error| {
        let path = arguments.file.display();
        Failure::usage(format!("{path}: 不是电子印章 ({error})"), format!("{path}: {error}"))
    })?;
    let picture = seal.picture();
    let file = SealFile {
        version: seal.version().number(),
        id: seal.id().to_owned(),
        name: seal.name().to_owned(),
        maker: seal.maker().subject().to_owned(),
        created: ca::time_text(seal.created()),
        valid_from: ca::time_text(seal.valid_from()),
        valid_to: ca::time_text(seal.valid_to()),
        certificates: seal.certificates().count(),
        picture: format!("{} {} × {} mm", picture.format, picture.width_mm, picture.height_mm),
        sm3: zhengku_crypto::digest::sm3(seal.as_der()).to_string(),
    };
    console.result(
        &file,
        &[
            ("格式", "Format", format!("SESeal v{} (GB/T 38540)", file.version)),
            ("印章编码", "Id", file.id.clone()),
            ("名称", "Name", file.name.clone()),
            ("制章者", "Maker", file.maker.clone()),
            ("有效期", "Valid", format!("{} – {}", file.valid_from, file.valid_to)),
            ("签章者证书", "Certificates", file.certificates.to_string()),
            ("印模", "Picture", file.picture.clone()),
            ("SM3", "SM3", file.sm3.clone()),
        ],
    )?;
    Ok(0)
}

fn picture(arguments: &SealPictureArguments, console: &Console) -> Result<u8, Failure> {
    let purpose = arguments.purpose.as_deref().unwrap_or_default();
    let drawn = seal_picture::draw(&SealText { name: &arguments.name, purpose, code: "" }, &*issuing::fonts()?);
    let drawn = drawn.map_err(zhengku_node::seals::SealsError::from)?;
    let ending = arguments.out.extension().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
    let bytes = match ending {
        "svg" => drawn.to_svg().into_bytes(),
        "png" => drawn.to_png(PICTURE_DPI, Ground::Transparent).map_err(zhengku_node::seals::SealsError::from)?,
        other => {
            return Err(Failure::usage(
                format!("不认识扩展名 \"{other}\"; 请用 .png 或 .svg"),
                format!("the ending \"{other}\" is neither .png nor .svg"),
            ));
        }
    };
    write_whole(&arguments.out, &bytes)?;
    console
        .result(&arguments.out, &[("已写出", "Written", format!("{} ({} B)", arguments.out.display(), bytes.len()))])?;
    Ok(0)
}
