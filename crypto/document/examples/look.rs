//! Writes pictures of sample licences and seals into a directory, to be looked at: `--example look -- DIRECTORY`.

#[path = "../tests/support/samples.rs"]
mod samples;
#[path = "../tests/support/sealer.rs"]
mod sealer;

use sealer::{CREATED, Measured};
use std::io::Write;
use std::path::{Path, PathBuf};
use zhengku_document::font::{DEBIAN_FONTS, FontLibrary};
use zhengku_document::licence::LicenceData;
use zhengku_document::ofd::{self, Annotation, OfdContent};
use zhengku_document::seal_picture::{self, Ground, SealPicture, SealText};
use zhengku_document::{pdf, png, template};
use zhengku_ledger::ids::TimestampMs;

type Failure = Box<dyn std::error::Error>;

/// File name, office, purpose and code of each seal.
const SEALS: [(&str, &str, &str, &str); 4] = [
    ("seal-4", "演示市局", "", ""),
    ("seal-10", "演示市市场监督管理局", "行政审批专用章", "9999990000018"),
    ("seal-14", "演示市示范区市场监督管理总局", "电子证照专用章", "9999990000026"),
    (
        "seal-30",
        "演示省演示市示范区卫生健康委员会妇幼健康出生医学证明签发中心",
        "出生医学证明专用章",
        "11999999000000019M",
    ),
];
/// The one that the licences bear.
const USED: &str = "seal-10";

/// What the pictures of all licences share.
struct Studio {
    directory: PathBuf,
    fonts: FontLibrary,
    sealer: Measured,
    seal: SealPicture,
    seal_png: Vec<u8>,
}

fn main() -> Result<(), Failure> {
    let directory = PathBuf::from(std::env::args().nth(1).ok_or("give a directory")?);
    let fonts = FontLibrary::load(Path::new(DEBIAN_FONTS))?;
    let seal = write_seals(&directory, &fonts)?.ok_or("no seal")?;
    let seal_png = seal.to_png(seal_picture::DOTS_PER_INCH, Ground::Transparent)?;
    let studio = Studio { sealer: Measured::new(&fonts)?, directory, fonts, seal, seal_png };
    let mut out = std::io::stdout();
    for (name, template, data) in licences() {
        writeln!(out, "{name}: {}", studio.write(name, template, &data)?)?;
    }
    studio.write_copy()
}

/// Draws every seal and gives the one that is used.
fn write_seals(directory: &Path, fonts: &FontLibrary) -> Result<Option<SealPicture>, Failure> {
    let mut used = None;
    for (name, office, purpose, code) in SEALS {
        let picture = seal_picture::draw(&SealText { name: office, purpose, code }, fonts)?;
        let png = picture.to_png(seal_picture::DOTS_PER_INCH, Ground::White)?;
        std::fs::write(directory.join(format!("{name}.png")), png)?;
        std::fs::write(directory.join(format!("{name}.svg")), picture.to_svg())?;
        used = used.or((name == USED).then_some(picture));
    }
    Ok(used)
}

/// File name, template and data of each licence.
fn licences() -> [(&'static str, &'static str, LicenceData); 12] {
    [
        ("permit", "permit", samples::food()),
        ("permit-issued", "permit", samples::issued_food()),
        ("permit-short", "permit", short()),
        ("certificate-short", "certificate", short()),
        ("plain-short", "plain", short()),
        ("card-long", "card", samples::issued_food()),
        ("plain-issued", "plain", samples::issued_food()),
        ("certificate-1", "certificate", samples::birth("正页")),
        ("certificate-2", "certificate", samples::birth("副联")),
        ("marriage", "certificate", samples::marriage()),
        ("card", "card", samples::residence()),
        ("plain", "plain", samples::plain()),
    ]
}

impl Studio {
    /// Writes a licence as OFD, PDF and pictures; gives the sizes of the OFD and of its annotated copy in words.
    fn write(&self, name: &str, template: &str, data: &LicenceData) -> Result<String, Failure> {
        let composed = template::compose(data, template, &self.fonts)?;
        let sealed = |annotation| -> Result<Vec<u8>, ofd::OfdError> {
            let (sheets, seal_name) = (&composed.sheets[..], "行政审批专用章");
            let content = OfdContent { sheets, data, created: CREATED, seal_name, annotation };
            ofd::write(&content, &self.fonts)?.seal(composed.seal.page, composed.seal.place, &self.sealer)
        };
        let (file, copy) = (sealed(None)?, sealed(Some(copy_for_a_counter()))?.len());
        let sizes = format!("{} bytes sealed, its annotated copy {copy}", file.len());
        std::fs::write(self.directory.join(format!("{name}.ofd")), file)?;
        let marks = self.seal.placed(composed.seal.place);
        let stamp = pdf::PdfStamp { page: composed.seal.page, marks: &marks };
        let file = pdf::write(&composed.sheets, data, &self.fonts, TimestampMs(1_795_305_600_000), Some(stamp))?;
        std::fs::write(self.directory.join(format!("{name}.pdf")), file)?;
        let dots = if template == "card" { 300 } else { 120 };
        for (page, sheet) in composed.sheets.iter().enumerate() {
            let stamp = png::Stamp { place: composed.seal.place, png: &self.seal_png };
            let stamps = if composed.seal.page == page { vec![stamp] } else { Vec::new() };
            let picture = png::render(sheet, &self.fonts, dots, &stamps)?;
            std::fs::write(self.directory.join(format!("{name}-page{}.png", page + 1)), picture)?;
        }
        Ok(sizes)
    }

    /// A page with the watermark of an annotated copy.
    fn write_copy(&self) -> Result<(), Failure> {
        let mut copy = template::compose(&samples::food(), "permit", &self.fonts)?;
        template::watermark(&mut copy.sheets, "仅供办理演示业务使用 2026年12月31日前有效", &self.fonts)?;
        if let Some(sheet) = copy.sheets.first() {
            std::fs::write(self.directory.join("copy.png"), png::render(sheet, &self.fonts, 120, &[])?)?;
        }
        Ok(())
    }
}

/// The shortest face there is.
fn short() -> LicenceData {
    samples::licence("证明", "Proof", &[("name", "姓名", "李明"), ("born", "出生日期", "2001-02-03")])
}

fn copy_for_a_counter() -> Annotation {
    Annotation {
        maker: "样例市政务服务中心".to_owned(),
        cause: "办理演示事项（办件编号 9999）".to_owned(),
        expires: TimestampMs(CREATED.0 + 30 * 86_400_000),
        created: CREATED,
    }
}
