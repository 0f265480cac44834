//! Files of which one part says something else than another: sealed and on the ledger.

use super::{Attempt, Forgery, forgery};
use crate::workshop::*;
use zhengku_document::licence::LicenceData;
use zhengku_document::ofd::Annotation;
use zhengku_ledger::ids::TimestampMs;
use zhengku_ledger::verdict::CheckName::{Copy, Data, Face, Identifier, Record};
use zhengku_ledger::verdict::Verdict::{Expired, Tampered, Unverifiable};

const ROOT: &str = "OFD.xml";
const PAGE: &str = "Doc_0/Pages/Page_0/Content.xml";
const JSON: &str = "Doc_0/Attachs/licence.json";

pub(super) const TABLE: &[Forgery] = &[
    forgery("the data for programs altered", Record, Tampered, "the fields are not those on the ledger", |w| {
        let mut data = w.data.clone();
        data.fields[9].value = "12345".to_owned();
        let file = w.write(&data, None);
        Attempt::anchored(w, file)
    }),
    forgery(
        "the data for programs altered, the metadata not",
        Data,
        Tampered,
        "something else than licence.json",
        |w| resealed(w, |parts| edit(parts, JSON, "12315", "12345")),
    ),
    forgery("the metadata name another holder", Data, Tampered, "in CZZT", |w| {
        resealed(w, |parts| edit(parts, ROOT, "Name=\"CZZT\">区九九合成", "Name=\"CZZT\">区八八合成"))
    }),
    forgery("the metadata extend the validity", Data, Tampered, "in ZZYXQJZRQ", |w| {
        resealed(w, |parts| edit(parts, ROOT, "Name=\"ZZYXQJZRQ\">2031", "Name=\"ZZYXQJZRQ\">2041"))
    }),
    forgery("the metadata say a thing twice", Data, Tampered, "in ZZBH", |w| {
        let datum = "<ofd:CustomData Name=\"ZZBH\">JY29999990000020</ofd:CustomData></ofd:CustomDatas>";
        resealed(w, |parts| edit(parts, ROOT, "</ofd:CustomDatas>", datum))
    }),
    forgery("the metadata have a field more", Data, Tampered, "in KZ_zusatz", |w| {
        let datum = "<ofd:CustomData Name=\"KZ_zusatz\">白酒</ofd:CustomData></ofd:CustomDatas>";
        resealed(w, |parts| edit(parts, ROOT, "</ofd:CustomDatas>", datum))
    }),
    forgery("no data for programs", Data, Unverifiable, "no licence.json", |w| {
        resealed(w, |parts| {
            edit(parts, "Doc_0/Attachs/Attachments.xml", "Name=\"licence.json\"", "Name=\"other.json\"")
        })
    }),
    forgery("data that are no JSON", Data, Tampered, "EOF while parsing", |w| {
        resealed(w, |parts| replace(parts, JSON, b"{\"format\": \"zhengku-licence/1\",".to_vec()))
    }),
    forgery("data 5,000 levels deep", Data, Tampered, "invalid type: sequence", |w| {
        resealed(w, |parts| replace(parts, JSON, format!("{{\"format\":{}", "[".repeat(5_000)).into_bytes()))
    }),
    forgery("data with a field that nobody knows", Data, Tampered, "unknown field", |w| {
        resealed(w, |parts| edit(parts, JSON, "\"version\": 1,", "\"version\": 1, \"valid\": true,"))
    }),
    forgery("data of 65 fields", Data, Unverifiable, "licence.json has 65 fields; at most 64", |w| {
        with_data(w, |data| data.fields = vec![data.fields[0].clone(); 65])
    }),
    forgery("data of nine holders", Data, Unverifiable, "licence.json has 9 holders; at most 8", |w| {
        with_data(w, |data| data.holders = vec![data.holders[0].clone(); 9])
    }),
    forgery("data with a value of 9,000 bytes", Data, Unverifiable, "a text of 9000 bytes; at most 8192", |w| {
        with_data(w, |data| data.fields[6].value = "甲".repeat(3_000))
    }),
    forgery("data with a number of 9,000 bytes", Data, Unverifiable, "a text of 9000 bytes; at most 8192", |w| {
        with_data(w, |data| data.licence_number = "9".repeat(9_000))
    }),
    forgery("a page that shows another name", Face, Tampered, "do not show the value of jyzmc", |w| {
        resealed(w, |parts| edit(parts, PAGE, "区九九合成", "区八八合成"))
    }),
    forgery("an identifier with a wrong check character", Identifier, Tampered, "check", |w| {
        identified(w, |text| text.replace(".001.J", ".001.K"))
    }),
    forgery("an identifier that is none", Identifier, Tampered, "does not begin with 1.2.156.3005.2", |w| {
        identified(w, |_| "SP2026".to_owned())
    }),
    forgery("an identifier of another type", Identifier, Tampered, "another licence type", |w| {
        identified(w, |_| rebuilt("11999999000000019M102", ISSUER, 1))
    }),
    forgery("an identifier of another issuer", Identifier, Tampered, "another issuer", |w| {
        identified(w, |_| rebuilt("11999999000000019M101", OTHER, 1))
    }),
    forgery("an identifier of another version", Identifier, Tampered, "another version", |w| {
        identified(w, |_| rebuilt("11999999000000019M101", ISSUER, 2))
    }),
    forgery("a copy after its time", Copy, Expired, "good until", |w| copy(w, NOW.0 - 1000, |_| {})),
    forgery("a copy that does not say for what", Copy, Tampered, "must say who made it", |w| {
        copy(w, NOW.0 + 86_400_000, |parts| edit(parts, ROOT, "Name=\"JZJZZSY\"", "Name=\"XX\""))
    }),
    forgery("a copy that does not say until when", Copy, Tampered, "must say who made it", |w| {
        copy(w, NOW.0 + 86_400_000, |parts| edit(parts, ROOT, "Name=\"JZJYXQJZSJ\"", "Name=\"XX\""))
    }),
    forgery("a copy until the 99th of a month", Copy, Tampered, "cannot be read", |w| {
        copy(w, 1_799_000_000_000, |parts| {
            let text = String::from_utf8(part(parts, ROOT).to_vec()).unwrap();
            let end = text.split("Name=\"JZJYXQJZSJ\">").nth(1).unwrap()[..14].to_owned();
            edit(parts, ROOT, &end, "20261199000000");
        })
    }),
];

fn resealed(workshop: &Workshop, change: impl FnOnce(&mut Parts)) -> Attempt {
    let mut parts = workshop.parts();
    change(&mut parts);
    Attempt::anchored(workshop, workshop.sealing().file(parts))
}

/// The genuine pages with other data attached.
fn with_data(workshop: &Workshop, change: impl FnOnce(&mut LicenceData)) -> Attempt {
    let mut data = workshop.data.clone();
    change(&mut data);
    resealed(workshop, |parts| replace(parts, JSON, data.to_json()))
}

fn rebuilt(type_code: &str, issuer: &str, version: u16) -> String {
    use zhengku_ledger::identifier::{LicenceIdentifier, LicenceTypeCode, UnifiedCreditCode};
    let (type_code, issuer) = (LicenceTypeCode::parse(type_code).unwrap(), UnifiedCreditCode::parse(issuer).unwrap());
    LicenceIdentifier::build(&type_code, &issuer, "SP2026112100000001", version).unwrap().as_str().to_owned()
}

/// The whole file written with another identifier.
fn identified(workshop: &Workshop, change: impl FnOnce(&str) -> String) -> Attempt {
    let licence_identifier = change(&workshop.data.licence_identifier);
    let data = LicenceData { licence_identifier, ..workshop.data.clone() };
    Attempt::anchored(workshop, workshop.write(&data, None))
}

/// An annotated copy, changed before it was sealed; the ledger knows the original alone.
fn copy(workshop: &Workshop, expires_ms: u64, change: impl FnOnce(&mut Parts)) -> Attempt {
    let annotation = Annotation {
        maker: "样例市政务服务中心".to_owned(),
        cause: "办理演示事项".to_owned(),
        expires: TimestampMs(expires_ms),
        created: TimestampMs(1_795_233_600_000),
    };
    let mut parts = parts(&workshop.write(&workshop.data, Some(annotation)));
    change(&mut parts);
    let file = workshop.sealing().file(parts);
    let proof = Some(workshop.proof(&workshop.file));
    Attempt { proof, ..Attempt::anchored(workshop, file) }
}
