//! The segments of the registers: seals, material types, approvals, and what licences and their types say about files.

use super::Cut;
use crate::page::show::{grouped, short};
use zhengku_ledger::codec;
use zhengku_ledger::entry::{
    BatchApprovalRecord, Ground, Licence, LicenceType, MaterialSource, MaterialType, SealRecord,
};
use zhengku_ledger::ids::{EntryKey, SealNumber};

impl Cut<'_> {
    /// The last fields of a licence type: what the catalogue says beyond the face.
    pub(super) fn catalogue(&mut self, one: &LicenceType) {
        let t = self.t;
        let aliases: Vec<String> =
            one.aliases.iter().map(|alias| format!("{} {}", alias.jurisdiction, alias.code)).collect();
        self.plain("aliases", t.aliases(), self.listed(&aliases), codec::encode(&one.aliases));
        self.plain("template", t.template(), one.template.as_str().to_owned(), codec::encode(&one.template));
        let openness = t.pick(one.openness.name_zh(), one.openness.name_en());
        self.plain("openness", t.openness(), openness.to_owned(), codec::encode(&one.openness));
        let level = t.pick(one.level.name_zh(), one.level.name_en());
        self.plain("level", t.standard_level(), level.to_owned(), codec::encode(&one.level));
        let placeholder = t.yes_no(one.placeholder).to_owned();
        self.plain("placeholder", t.placeholder(), placeholder, codec::encode(&one.placeholder));
        let start = one.collection_start.map_or_else(|| t.none().to_owned(), |date| t.date(date));
        self.plain("collection_start", t.collection_start(), start, codec::encode(&one.collection_start));
        let states: Vec<String> = one.states.iter().map(|name| format!("{} {}", name.code, name.name_zh)).collect();
        self.plain("states", t.state_names(), self.listed(&states), codec::encode(&one.states));
    }

    /// The files of a licence and the seal on them.
    pub(super) fn files(&mut self, one: &Licence) {
        let t = self.t;
        let files: Vec<String> =
            one.files.iter().map(|file| format!("{} {}", file.kind.name(), short(&file.sha256))).collect();
        self.plain("files", t.files(), self.listed(&files), codec::encode(&one.files));
        match one.seal {
            Some(number) => self.seal_of(number, codec::encode(&one.seal)),
            None => self.plain("seal", t.seal(), t.none().to_owned(), codec::encode(&one.seal)),
        }
    }

    fn seal_of(&mut self, number: SealNumber, bytes: Vec<u8>) {
        let known = self.directory.seal(number).map_or("", |one| one.name_zh.as_str());
        let link = format!("/keys/{}", hex::encode(EntryKey::of_seal(number).digest().as_bytes()));
        self.linked("seal", self.t.seal(), format!("{number} · {known}"), link, bytes);
    }

    pub(super) fn ground(&mut self, one: &Ground) {
        let t = self.t;
        self.plain("ground", t.ground(), t.ground_code(one.code).to_owned(), codec::encode(&one.code));
        self.digest("ground_text", t.ground_text(), one.text.as_ref(), codec::encode(&one.text));
        self.digest("operator", t.operator(), one.operator.as_ref(), codec::encode(&one.operator));
    }

    pub(super) fn seal(&mut self, one: &SealRecord) {
        let t = self.t;
        self.plain("number", t.number(), one.number.to_string(), codec::encode(&one.number));
        self.plain("id", t.seal_id(), one.id.as_str().to_owned(), codec::encode(&one.id));
        self.issuer("owner", t.seal_owner(), one.owner);
        self.plain("name_zh", t.name_zh(), one.name_zh.as_str().to_owned(), codec::encode(&one.name_zh));
        let kind = t.pick(one.kind.name_zh(), one.kind.name_en());
        self.plain("kind_of_seal", t.seal_kind(), kind.to_owned(), codec::encode(&one.kind));
        let made = one.made.as_ref().map_or_else(
            || t.none().to_owned(),
            |made| {
                let maker = self.directory.organisation(made.maker);
                let maker = maker.map_or("", |known| t.pick(known.name_zh.as_str(), known.name_en.as_str()));
                let days = format!("{} – {}", t.date(made.valid_from), t.date(made.valid_to));
                format!("{maker} · {days} · {}", short(&made.sha256))
            },
        );
        self.plain("made", t.seal_made(), made, codec::encode(&one.made));
        let status = t.pick(one.status.name_zh(), one.status.name_en());
        self.plain("status", t.status(), status.to_owned(), codec::encode(&one.status));
        self.plain("changed", t.changed(), one.changed.to_utc_text(), codec::encode(&one.changed));
        self.ground(&one.ground);
    }

    pub(super) fn material_type(&mut self, one: &MaterialType) {
        let t = self.t;
        self.plain("number", t.number(), one.number.to_string(), codec::encode(&one.number));
        self.plain("code", t.material_code(), one.code.as_str().to_owned(), codec::encode(&one.code));
        self.plain("name_zh", t.name_zh(), one.name_zh.as_str().to_owned(), codec::encode(&one.name_zh));
        self.plain("name_en", t.name_en(), one.name_en.as_str().to_owned(), codec::encode(&one.name_en));
        self.issuer("definer", t.definer(), one.definer);
        let proves = t.pick(one.kind.name_zh(), one.kind.name_en());
        self.plain("proves", t.proves(), proves.to_owned(), codec::encode(&one.kind));
        let source = match one.source {
            MaterialSource::Applicant => t.by_applicant().to_owned(),
            MaterialSource::Licence(number) => {
                let known = self.directory.licence_type(number);
                known.map_or("", |one| t.pick(one.name_zh.as_str(), one.name_en.as_str())).to_owned()
            }
            MaterialSource::Department(number) => {
                let known = self.directory.organisation(number);
                known.map_or("", |one| t.pick(one.name_zh.as_str(), one.name_en.as_str())).to_owned()
            }
        };
        self.plain("source", t.material_source(), source, codec::encode(&one.source));
    }

    pub(super) fn batch_approval(&mut self, one: &BatchApprovalRecord) {
        let t = self.t;
        self.issuer("organisation", t.organisation(), one.organisation);
        self.digest("items_root", t.items_root(), Some(&one.items_root), codec::encode(&one.items_root));
        self.plain("count", t.items(), grouped(one.count), codec::encode(&one.count));
        let kind = t.payload_kind(one.kind as u8).to_owned();
        self.plain("payload_kind", t.request(), kind, codec::encode(&one.kind));
        let digits = hex::encode(one.approver.as_bytes());
        let key = format!("{} {}…", one.approver.algorithm().name(), digits.get(..16).unwrap_or(&digits));
        self.plain("approver", t.approver(), key, codec::encode(&one.approver));
        let used = one.used_by.as_ref().map(zhengku_ledger::ids::TransactionId::digest);
        self.digest("used_by", t.used_by(), used, codec::encode(&one.used_by));
    }

    fn listed(&self, items: &[String]) -> String {
        if items.is_empty() { self.t.none().to_owned() } else { items.join("、") }
    }
}
