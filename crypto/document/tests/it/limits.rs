//! Time and memory of a judgement, each file in a process of its own: every forgery, and files that are as large and as tangled as
//! they may be. A program of its own, so that it can start itself: `limits judge FILE PROOF` judges one file and says what it took.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

#[expect(dead_code, reason = "the tables also say what must be found")]
mod forgeries;
#[expect(dead_code, reason = "shared with the tests of verdicts")]
mod workshop;

use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode};
use workshop::pki::Pki;
use workshop::zip::{Entry, Frame, assemble};
use workshop::{NOW, WORKSHOP, judge_at, seal_of, trust_of, zip};
use zhengku_document::licence::FieldData;

/// The most memory of the whole process in kB, the file itself and the program included.
const MAX_MEMORY_KB: u64 = 64 * 1024;
/// The most processor time in microseconds; a judgement runs on one thread and waits for nothing.
const MAX_TIME_US: u64 = 1_000_000;

/// Eight letters that are nearly the beginning of the values looked for.
const NEARLY: &str = "aaaaaaac";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("judge") => {
            judge_one(Path::new(&arguments[2]), Path::new(&arguments[3]));
            ExitCode::SUCCESS
        }
        // What `cargo test` asks of every test program.
        Some("--list") => ExitCode::SUCCESS,
        _ => judge_all(),
    }
}

/// In a process of its own: verdict, microseconds, kB.
fn judge_one(file: &Path, proof: &Path) {
    let pki = Pki::new();
    let trust = trust_of(&pki, &seal_of(&pki));
    let (file, proof) = (std::fs::read(file).unwrap(), std::fs::read(proof).unwrap());
    let start = cpu_us();
    let report = judge_at(&file, (!proof.is_empty()).then_some(&proof), &trust, NOW);
    let took = cpu_us() - start;
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak = peak.trim().trim_end_matches(" kB");
    let mut out = std::io::stdout();
    writeln!(out, "{} {took} {peak}", report.verification.verdict.code()).unwrap();
}

/// Processor time of this process so far in microseconds, in steps of 10 ms: other programs on the machine do not count.
fn cpu_us() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    // utime and stime, fields 14 and 15 of proc(5), in hundredths of a second.
    let ticks = |place: usize| fields[place].parse::<u64>().unwrap();
    (ticks(11) + ticks(12)) * 10_000
}

fn judge_all() -> ExitCode {
    let directory = tempfile::tempdir().unwrap();
    let (file, proof) = (directory.path().join("file"), directory.path().join("proof"));
    let (mut slowest, mut largest) = ((0, String::new()), (0, String::new()));
    let mut wrong = Vec::new();
    let mut judged = 0;
    let mut one = |name: &str, bytes: &[u8], proof_bytes: &[u8], may_be_valid: bool| {
        std::fs::write(&file, bytes).unwrap();
        std::fs::write(&proof, proof_bytes).unwrap();
        let output =
            Command::new(std::env::current_exe().unwrap()).arg("judge").args([&file, &proof]).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let parts: Vec<&str> = said.split_whitespace().collect();
        let [verdict, took, peak] = parts[..] else {
            wrong.push(format!("{name}: the process ended without a verdict"));
            return;
        };
        let (took, peak): (u64, u64) = (took.parse().unwrap(), peak.parse().unwrap());
        if took > MAX_TIME_US || peak > MAX_MEMORY_KB || (verdict == "VALID" && !may_be_valid) {
            wrong.push(format!("{name}: {verdict}, {took} us, {peak} kB"));
        }
        slowest = slowest.clone().max((took, name.to_owned()));
        largest = largest.clone().max((peak, name.to_owned()));
        judged += 1;
    };
    let workshop = &*WORKSHOP;
    one("the genuine file", &workshop.file, &workshop.proof(&workshop.file), true);
    for forgery in forgeries::all() {
        let attempt = (forgery.make)(workshop);
        // In this process everybody trusts the same: what only another trust refuses may be VALID here.
        one(forgery.name, &attempt.file, &attempt.proof.unwrap_or_default(), true);
    }
    for (name, bytes) in giants() {
        one(name, &bytes, &workshop.proof(&bytes), name.ends_with("sealed"));
    }
    let mut out = std::io::stdout();
    writeln!(out, "{judged} files; slowest {} us ({}); largest {} kB ({})", slowest.0, slowest.1, largest.0, largest.1)
        .unwrap();
    for line in &wrong {
        writeln!(out, "beyond the limits: {line}").unwrap();
    }
    if wrong.is_empty() && judged > 100 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Files within the bounds that cost as much as can be.
fn giants() -> Vec<(&'static str, Vec<u8>)> {
    let parts = WORKSHOP.parts();
    let noise = |length: usize, seed: u32| -> Vec<u8> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..length).map(|_| next()).collect()
    };
    let with = |more: Vec<Entry>| {
        let honest = parts.iter().map(|(name, content)| Entry::deflated(name, content));
        assemble(&honest.chain(more).collect::<Vec<_>>(), &Frame::default())
    };
    let open = "<o:a xmlns:o=\"http://www.ofdspec.org/2016\">";
    let elements = |count: usize| format!("{open}{}</o:a>", "<o:b c=\"d\" e=\"f\"/>".repeat(count)).into_bytes();
    let many_files = (0..25).map(|number| Entry::deflated(&format!("x/{number}.xml"), &elements(9_000))).collect();
    let mut sealed = parts.clone();
    sealed.push(("Doc_0/Res/a.ttf".to_owned(), noise(17_000_000, 3)));
    // Some fifty times its size when inflated, under the bound.
    let half_empty = |seed: u32| [noise(500, seed), vec![0; 29_500]].concat();
    sealed.push(("Doc_0/Res/b.ttf".to_owned(), (0..466).flat_map(half_empty).collect()));
    let page = "Doc_0/Pages/Page_0/Content.xml";
    let mut wide = parts.clone();
    workshop::edit(
        &mut wide,
        page,
        "<ofd:Content>",
        &format!("<ofd:Content>{}", "<ofd:T a=\"\" b=\"\"/>".repeat(19_000)),
    );
    let mut long_text = parts.clone();
    let text = format!("<ofd:Content><ofd:TextCode>{}</ofd:TextCode>", "字".repeat(160_000));
    workshop::edit(&mut long_text, page, "<ofd:Content>", &text);
    let listed = |number: usize, path: &str| format!("<ofd:Page ID=\"{}\" BaseLoc=\"{path}\"/>", 5000 + number);
    // A page of 2 MB that takes long to parse, listed 64 times.
    let mut repeated = parts.clone();
    let entities = |count: usize| {
        let one = |byte: u8| if byte < 128 { "&lt;" } else { "&gt;" };
        format!("<ofd:T>{}</ofd:T>", noise(count, 11).into_iter().map(one).collect::<String>())
    };
    workshop::edit(&mut repeated, page, "<ofd:Content>", &format!("<ofd:Content>{}", entities(510_000)));
    let again: String = (0..63).map(|number| listed(number, "Pages/Page_0/Content.xml")).collect();
    workshop::edit(&mut repeated, "Doc_0/Document.xml", "</ofd:Pages>", &format!("{again}</ofd:Pages>"));
    // All the XML that may be, in pages that the document names, so that it is parsed twice.
    let pages = |body: &str| {
        let mut parts = parts.clone();
        let all: String = (1..64).map(|number| listed(number, &format!("Pages/Page_{number}/Content.xml"))).collect();
        workshop::edit(&mut parts, "Doc_0/Document.xml", "</ofd:Pages>", &format!("{all}</ofd:Pages>"));
        let page = format!("<ofd:Page xmlns:ofd=\"http://www.ofdspec.org/2016\">{body}</ofd:Page>").into_bytes();
        parts.extend((1..64).map(|number| (format!("Doc_0/Pages/Page_{number}/Content.xml"), page.clone())));
        WORKSHOP.sealing().file(parts)
    };
    let mut pdf = b"%PDF-1.7\n".to_vec();
    pdf.extend(noise(19_900_000, 9));
    let many = (0..900).map(|number| Entry::stored(&format!("d/{number}.bin"), &noise(20_000, number))).collect();
    vec![
        ("19 MB that do not compress, 31 MB in all, sealed", WORKSHOP.sealing().file(sealed)),
        ("19 MB stored", with(vec![Entry::stored("Doc_0/a.bin", &noise(19_000_000, 1))])),
        ("225,000 elements in 25 files", with(many_files)),
        ("19,000 elements on the page, sealed", WORKSHOP.sealing().file(wide)),
        ("2 MB of XML that 64 pages name", WORKSHOP.sealing().file(repeated)),
        ("64 pages of 500,000 elements, sealed", pages(&"<ofd:b/>".repeat(7_900))),
        ("64 pages of 1,000,000 references to characters, sealed", pages(&entities(15_900))),
        ("40,000 fields in the data", WORKSHOP.sealing().file(fields(40_000, "x"))),
        (
            "64 fields of 8 kB on pages of 480 kB",
            WORKSHOP.sealing().file(fields(64, &format!("aaaaaaab{}", NEARLY.repeat(999)))),
        ),
        ("480 kB of text on the page, sealed", WORKSHOP.sealing().file(long_text)),
        ("900 entries more", with(many)),
        ("a PDF of 20 MB", pdf),
        ("a text of 30 MB", vec![b'a'; 30_000_000]),
        ("an archive of nothing but beginnings", zip::assemble(&[], &Frame::default()).repeat(500_000)),
    ]
}

/// The genuine files with so many fields of one value, which stands on the last two pages in halves behind much text that is nearly
/// it, and as many metadata as there may be.
fn fields(count: usize, value: &str) -> Vec<(String, Vec<u8>)> {
    let mut parts = WORKSHOP.parts();
    let mut data = WORKSHOP.data.clone();
    let one =
        FieldData { value: value.to_owned(), salt: String::new(), label: String::new(), ..data.fields[0].clone() };
    data.fields = (0..count).map(|number| FieldData { key: format!("f{number}"), ..one.clone() }).collect();
    workshop::replace(&mut parts, "Doc_0/Attachs/licence.json", serde_json::to_vec(&data).unwrap());
    let (first, second) = value.split_at(value.len() / 2);
    let text = format!("<ofd:Content><ofd:TextCode>{}{first}</ofd:TextCode>", NEARLY.repeat(60_000));
    workshop::edit(&mut parts, "Doc_0/Pages/Page_0/Content.xml", "<ofd:Content>", &text);
    let page = format!("<o:Page xmlns:o=\"http://www.ofdspec.org/2016\"><o:TextCode>{second}</o:TextCode></o:Page>");
    parts.push(("Doc_0/Pages/Page_1/Content.xml".to_owned(), page.into_bytes()));
    let listed = "<ofd:Page ID=\"5000\" BaseLoc=\"Pages/Page_1/Content.xml\"/></ofd:Pages>";
    workshop::edit(&mut parts, "Doc_0/Document.xml", "</ofd:Pages>", listed);
    let datum = |number: usize| format!("<ofd:CustomData Name=\"KZ_f{number}\">{value}</ofd:CustomData>");
    let custom: String = (0..count.min(19_000)).map(datum).collect();
    workshop::edit(&mut parts, "OFD.xml", "</ofd:CustomDatas>", &format!("{custom}</ofd:CustomDatas>"));
    parts
}
