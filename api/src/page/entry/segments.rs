//! The bytes of an entry, cut into its fields: each with its name in the specification, its value in words, and its bytes.
//! All segments together are the entry's canonical encoding, byte for byte.

mod governance;
mod registers;

use crate::page::directory::roles;
use crate::page::language::Language;
use crate::page::show::{grouped, short};
use zhengku_crypto::digest::Digest;
use zhengku_ledger::codec;
use zhengku_ledger::entry::{Entry, EntryBody, Licence, LicenceType, Organisation, OrganisationStatus, Origin};
use zhengku_ledger::ids::{EntryKey, LicenceTypeNumber, OrganisationNumber};
use zhengku_ledger::state::Directory;

/// One field.
pub(crate) struct Segment {
    /// Its name in docs/spec/proof.md.
    pub(crate) name: &'static str,
    /// Its name for people.
    pub(crate) label: &'static str,
    /// Its value for people.
    pub(crate) value: String,
    /// Where the value leads, when it names another entry.
    pub(crate) link: Option<String>,
    /// Whether the value is a digest, drawn in figures of one width.
    pub(crate) is_digest: bool,
    /// Its bytes.
    pub(crate) bytes: String,
}

/// What stands above the proof: enough to see what the entry is about.
const FACTS: &[&str] = &[
    "issuer",
    "issued_on",
    "valid_from",
    "valid_to",
    "credit_code",
    "roles",
    "code",
    "definer",
    "validity",
    "fields",
    "organisation",
    "url",
    "proposer",
    "change",
    "expires",
    "approvals",
    "node",
    "evidence",
    "files",
    "seal",
    "template",
    "id",
    "owner",
    "made",
    "proves",
    "source",
    "approver",
];

impl Segment {
    /// Whether it stands above the proof.
    pub(crate) fn is_fact(&self) -> bool {
        FACTS.contains(&self.name)
    }
}

/// Collects segments.
struct Cut<'d> {
    t: Language,
    directory: &'d Directory,
    segments: Vec<Segment>,
    taken: usize,
}

/// The number of an entry's kind, as it is encoded.
pub(crate) fn kind_number(entry: &Entry) -> u8 {
    codec::encode(&entry.body).first().copied().unwrap_or_default()
}

/// The segments of an entry.
pub(crate) fn of(t: Language, directory: &Directory, entry: &Entry) -> Vec<Segment> {
    let mut cut = Cut { t, directory, segments: Vec::new(), taken: 0 };
    cut.plain("version", t.entry_version(), entry.version.to_string(), codec::encode(&entry.version));
    cut.digest("key", t.entry_key(), Some(entry.key.digest()), codec::encode(&entry.key));
    cut.previous(entry);
    let origin = &entry.origin;
    let height = grouped(origin.height.0);
    cut.linked("height", t.entry_block(), height, format!("/blocks/{}", origin.height), codec::encode(&origin.height));
    let by =
        if origin.transaction == Origin::SCHEDULED { t.scheduled().to_owned() } else { grouped(origin.transaction) };
    cut.plain("transaction", t.entry_transaction(), by, codec::encode(&origin.transaction));
    cut.plain("item", t.entry_item(), grouped(origin.item), codec::encode(&origin.item));
    let kind = kind_number(entry);
    cut.plain("kind", t.entry_kind_label(), format!("{kind} · {}", t.entry_kind(kind)), vec![kind]);
    match &entry.body {
        EntryBody::Organisation(organisation) => cut.organisation(organisation),
        EntryBody::LicenceType(licence_type) => cut.licence_type(licence_type),
        EntryBody::Licence(licence) => cut.licence(licence),
        EntryBody::Node(node) => cut.node(node),
        EntryBody::Parameters(parameters) => cut.parameters(parameters),
        EntryBody::Proposal(proposal) => cut.proposal(proposal),
        EntryBody::Offence(offence) => cut.offence(offence),
        EntryBody::Seal(seal) => cut.seal(seal),
        EntryBody::MaterialType(material) => cut.material_type(material),
        EntryBody::BatchApproval(approval) => cut.batch_approval(approval),
    }
    cut.rest(&codec::encode(entry))
}

impl Cut<'_> {
    fn push(&mut self, segment: Segment) {
        self.taken = self.taken.saturating_add(segment.bytes.len() / 2);
        self.segments.push(segment);
    }

    fn plain(&mut self, name: &'static str, label: &'static str, value: String, bytes: Vec<u8>) {
        self.push(Segment { name, label, value, link: None, is_digest: false, bytes: hex::encode(bytes) });
    }

    fn linked(&mut self, name: &'static str, label: &'static str, value: String, link: String, bytes: Vec<u8>) {
        self.push(Segment { name, label, value, link: Some(link), is_digest: false, bytes: hex::encode(bytes) });
    }

    fn digest(&mut self, name: &'static str, label: &'static str, digest: Option<&Digest>, bytes: Vec<u8>) {
        let value = digest.map_or_else(|| self.t.none().to_owned(), short);
        let is_digest = digest.is_some();
        self.push(Segment { name, label, value, link: None, is_digest, bytes: hex::encode(bytes) });
    }

    fn previous(&mut self, entry: &Entry) {
        let (label, bytes) = (self.t.entry_previous(), codec::encode(&entry.previous));
        match entry.previous {
            Some(index) => {
                let value = self.t.entry_number(&grouped(index.0));
                self.linked("previous", label, value, format!("/entries/{index}"), bytes);
            }
            None => self.plain("previous", label, self.t.no_previous().to_owned(), bytes),
        }
    }

    fn issuer(&mut self, name: &'static str, label: &'static str, number: OrganisationNumber) {
        let known = self.directory.organisation(number);
        let known = known.map_or("", |one| self.t.pick(one.name_zh.as_str(), one.name_en.as_str()));
        let link = format!("/keys/{}", hex::encode(EntryKey::of_organisation(number).digest().as_bytes()));
        self.linked(name, label, format!("{number} · {known}"), link, codec::encode(&number));
    }

    fn type_of(&mut self, number: LicenceTypeNumber) {
        let known = self.directory.licence_type(number);
        let known = known.map_or("", |one| self.t.pick(one.name_zh.as_str(), one.name_en.as_str()));
        let link = format!("/keys/{}", hex::encode(EntryKey::of_licence_type(number).digest().as_bytes()));
        self.linked("licence_type", self.t.licence_type(), format!("{number} · {known}"), link, codec::encode(&number));
    }

    fn other_licence(&mut self, name: &'static str, label: &'static str, key: Option<EntryKey>) {
        let bytes = codec::encode(&key);
        let Some(key) = key else { return self.digest(name, label, None, bytes) };
        let link = Some(format!("/keys/{}", hex::encode(key.digest().as_bytes())));
        let value = short(key.digest());
        self.push(Segment { name, label, value, link, is_digest: true, bytes: hex::encode(bytes) });
    }

    fn organisation(&mut self, one: &Organisation) {
        let t = self.t;
        self.plain("number", t.number(), one.number.to_string(), codec::encode(&one.number));
        self.plain(
            "credit_code",
            t.credit_code(),
            one.credit_code.as_str().to_owned(),
            codec::encode(&one.credit_code),
        );
        self.plain("name_zh", t.name_zh(), one.name_zh.as_str().to_owned(), codec::encode(&one.name_zh));
        self.plain("name_en", t.name_en(), one.name_en.as_str().to_owned(), codec::encode(&one.name_en));
        self.plain("roles", t.roles(), roles(t, one.roles), codec::encode(&one.roles));
        let keys: Vec<&str> = one.keys.iter().map(|key| key.algorithm().name()).collect();
        self.plain("keys", t.keys(), format!("{} × {}", keys.len(), keys.join(", ")), codec::encode(&one.keys));
        let status = if one.status == OrganisationStatus::Active { t.active() } else { t.barred() };
        self.plain("status", t.status(), status.to_owned(), codec::encode(&one.status));
    }

    fn licence_type(&mut self, one: &LicenceType) {
        let t = self.t;
        self.plain("number", t.number(), one.number.to_string(), codec::encode(&one.number));
        self.plain("code", t.type_code(), one.code.as_str().to_owned(), codec::encode(&one.code));
        self.plain("name_zh", t.name_zh(), one.name_zh.as_str().to_owned(), codec::encode(&one.name_zh));
        self.plain("name_en", t.name_en(), one.name_en.as_str().to_owned(), codec::encode(&one.name_en));
        self.issuer("definer", t.definer(), one.definer);
        let issuers: Vec<String> = one.issuers.iter().map(ToString::to_string).collect();
        let issuers = if issuers.is_empty() { t.every_issuer().to_owned() } else { issuers.join(", ") };
        self.plain("issuers", t.issuers(), issuers, codec::encode(&one.issuers));
        let kinds: Vec<String> = one.holder_kinds.iter().map(|kind| format!("{kind:03}")).collect();
        self.plain("holder_kinds", t.holder_kind(), kinds.join(", "), codec::encode(&one.holder_kinds));
        self.plain("min_holders", t.min_holders(), one.min_holders.to_string(), codec::encode(&one.min_holders));
        self.plain("max_holders", t.max_holders(), one.max_holders.to_string(), codec::encode(&one.max_holders));
        self.plain("twin", t.twin_type(), t.yes_no(one.twin).to_owned(), codec::encode(&one.twin));
        self.plain("validity", t.validity(), t.validity_rule(one.validity).to_owned(), codec::encode(&one.validity));
        let labels: Vec<&str> = one.fields.iter().map(|field| field.label_zh.as_str()).collect();
        self.plain("fields", t.face_fields(), labels.join("、"), codec::encode(&one.fields));
        self.catalogue(one);
    }

    fn licence(&mut self, one: &Licence) {
        let t = self.t;
        self.type_of(one.licence_type);
        self.issuer("issuer", t.issuer(), one.issuer);
        self.plain("version", t.version(), one.version.to_string(), codec::encode(&one.version));
        self.plain("holders", t.holders(), t.pseudonyms(one.holders.len()), codec::encode(&one.holders));
        self.digest("fields_root", t.fields_root(), Some(&one.fields_root), codec::encode(&one.fields_root));
        self.plain("field_count", t.field_count(), one.field_count.to_string(), codec::encode(&one.field_count));
        let record = &one.record;
        self.digest("record_sha256", t.record_sha256(), Some(&record.sha256), codec::encode(&record.sha256));
        self.digest("record_sm3", t.record_sm3(), Some(&record.sm3), codec::encode(&record.sm3));
        self.files(one);
        self.plain("issued_on", t.issued_on(), t.date(one.issued_on), codec::encode(&one.issued_on));
        self.plain("valid_from", t.valid_from(), t.date(one.valid_from), codec::encode(&one.valid_from));
        let valid_to = one.valid_to.map_or_else(|| t.no_end().to_owned(), |date| t.date(date));
        self.plain("valid_to", t.valid_to(), valid_to, codec::encode(&one.valid_to));
        let status = t.pick(one.status.name_zh(), one.status.name_en());
        self.plain("status", t.registered_status(), status.to_owned(), codec::encode(&one.status));
        self.plain("disputed", t.disputed(), t.yes_no(one.disputed).to_owned(), codec::encode(&one.disputed));
        self.ground(&one.ground);
        self.other_licence("twin", t.twin(), one.twin);
        self.other_licence("replaces", t.replaces(), one.replaces);
        self.other_licence("replaced_by", t.replaced_by(), one.replaced_by);
    }

    /// What no line above has named is shown as it is, so that nothing of an entry is left out.
    fn rest(mut self, all: &[u8]) -> Vec<Segment> {
        if let Some(rest) = all.get(self.taken..).filter(|rest| !rest.is_empty()) {
            let (label, value) = (self.t.body(), self.t.bytes_count(rest.len()));
            self.plain("body", label, value, rest.to_vec());
        }
        self.segments
    }
}
