//! What stands on the fake ledger: who signs, what is minted and changed.

use super::state::State;
use zhengku_crypto::digest::{Digest, sha256};
use zhengku_crypto::sign::{Ed25519Signer, Signer};
use zhengku_ledger::codec::{Bounded, Text};
use zhengku_ledger::entry::licence::{Change, Ground, GroundCode};
use zhengku_ledger::entry::{
    FieldKind, FieldRule, FileKind, Level, Licence, LicenceFile, LicenceType, Openness, Organisation,
    OrganisationStatus, RecordDigests, Roles, SealKind, Status, ValidityRule,
};
use zhengku_ledger::identifier::{IdentifierError, NumberKind, UnifiedCreditCode};
use zhengku_ledger::ids::{
    ChainId, Date, EntryKey, Holder, IdempotencyKey, LicenceTypeNumber, LogIndex, OrganisationNumber, SealNumber,
};
use zhengku_ledger::state::StateView;
use zhengku_ledger::transaction::{
    Mint, Payload, SealApplication, SealFiling, SealMaking, SignedTransaction, StatusChange, SupersedeCause,
    Supersession, VerifiedTransaction,
};

pub(crate) const GOVERNOR: OrganisationNumber = OrganisationNumber(0);
pub(crate) const DEFINER: OrganisationNumber = OrganisationNumber(1);
/// Issues most of the sample.
pub(crate) const ISSUER: OrganisationNumber = OrganisationNumber(2);
pub(crate) const OTHER_ISSUER: OrganisationNumber = OrganisationNumber(3);
/// May not act.
pub(crate) const BARRED: OrganisationNumber = OrganisationNumber(4);

/// The Beijing date on which the sample starts.
const TODAY: Date = Date(20_778);

/// The key of the issuers' pseudonyms, for lookups by number.
pub(crate) const PSEUDONYM_KEY: [u8; 32] = [42; 32];

/// The key an organisation of the sample signs with.
pub(crate) fn signer_of(organisation: OrganisationNumber) -> Ed25519Signer {
    signer(100 + organisation.0 as u8)
}

pub(crate) fn signer(seed: u8) -> Ed25519Signer {
    Ed25519Signer::from_secret(&[seed; 32]).unwrap()
}

fn text<const MAX: usize>(content: &str) -> Text<MAX> {
    Text::new(content).unwrap()
}

fn list<T, const MIN: usize, const MAX: usize>(items: Vec<T>) -> Bounded<T, MIN, MAX> {
    Bounded::new(items).unwrap()
}

fn digest(label: &str) -> Digest {
    sha256(label.as_bytes())
}

/// Numbers that are the same on every machine (SplitMix64).
pub(crate) struct Sequence(pub(crate) u64);

impl Sequence {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

fn credit_code(number: u32) -> String {
    for check in "0123456789X".chars() {
        let mut code = format!("11310000{number:08}{check}");
        let expected = match UnifiedCreditCode::check(&format!("{code}0")) {
            Err(IdentifierError::CheckCharacter { kind: NumberKind::UnifiedCreditCode, expected, .. }) => expected,
            _ => '0',
        };
        code.push(expected);
        if UnifiedCreditCode::check(&code).is_ok() {
            return code;
        }
    }
    unreachable!("every body has check characters")
}

pub(crate) fn organisation(number: u32, name_zh: &str, name_en: &str, roles: Roles) -> Organisation {
    Organisation {
        number: OrganisationNumber(number),
        credit_code: text(&credit_code(10_000_000 + number)),
        name_zh: text(name_zh),
        name_en: text(name_en),
        roles,
        keys: list(vec![signer_of(OrganisationNumber(number)).public_key()]),
        status: OrganisationStatus::Active,
    }
}

fn organisations() -> Vec<Organisation> {
    let mut barred = organisation(4, "某停用机构(样例)", "A Barred Office (sample)", Roles::ISSUER);
    barred.status = OrganisationStatus::Barred;
    vec![
        organisation(1, "市司法局(样例)", "Justice Bureau (sample)", Roles::DEFINER),
        organisation(2, "黄浦区民政局(样例)", "Huangpu Civil Affairs Bureau (sample)", Roles::ISSUER),
        organisation(3, "嘉定区市场监督管理局(样例)", "Jiading Market Regulation Bureau (sample)", Roles::ISSUER),
        barred,
        organisation(5, "浦东新区公安分局(样例)", "Pudong Public Security Branch (sample)", Roles::ISSUER),
        organisation(6, "制章中心(样例)", "Seal Office (sample)", Roles::SEAL_MAKER),
    ]
}

fn licence_type(number: u32, name_zh: &str, name_en: &str, holders: u8) -> LicenceType {
    let rule = |key, label, mandatory| FieldRule {
        key: text(key),
        label_zh: text(label),
        label_en: text(key),
        kind: FieldKind::Text,
        code: text(""),
        mandatory,
    };
    LicenceType {
        number: LicenceTypeNumber(number),
        code: text(&format!("{}{:03}", credit_code(10_000_001), number + 1)),
        name_zh: text(name_zh),
        name_en: text(name_en),
        definer: DEFINER,
        issuers: list(vec![]),
        holder_kinds: Bounded::new(vec![111]).unwrap(),
        min_holders: holders,
        max_holders: holders,
        twin: false,
        validity: ValidityRule::MayEnd,
        fields: list(vec![rule("name", "姓名", true), rule("number", "编号", true), rule("remark", "备注", false)]),
        aliases: Bounded::default(),
        template: text("plain"),
        openness: Openness::Restricted,
        level: Level::National,
        placeholder: true,
        collection_start: None,
        states: Bounded::default(),
    }
}

fn licence(number: u64, licence_type: u32, issuer: OrganisationNumber) -> Licence {
    let holder = |part: u64| Holder::from_digest(digest(&format!("holder {number} {part}")));
    let holders = if licence_type == 0 { vec![holder(0), holder(1)] } else { vec![holder(0)] };
    let file = LicenceFile { kind: FileKind::Ofd, sha256: file_of(number), sm3: digest(&format!("sm3 {number}")) };
    let is_sealed = number.is_multiple_of(100);
    let files = if is_sealed { vec![file] } else { vec![] };
    let seal = is_sealed.then_some(SealNumber(u32::from(issuer == OTHER_ISSUER)));
    Licence {
        licence_type: LicenceTypeNumber(licence_type),
        issuer,
        version: 1,
        holders: list(holders),
        fields_root: digest(&format!("fields {number}")),
        field_count: 3,
        record: RecordDigests {
            sha256: digest(&format!("record {number}")),
            sm3: zhengku_crypto::digest::sm3(format!("record {number}").as_bytes()),
        },
        files: list(files),
        seal,
        issued_on: Date(TODAY.0 - 365),
        valid_from: Date(TODAY.0 - 365),
        valid_to: (licence_type != 0).then_some(Date(TODAY.0 + 1460)),
        status: Status::Valid,
        disputed: false,
        ground: Ground { code: GroundCode::Issue, text: None, operator: None },
        twin: None,
        replaces: None,
        replaced_by: None,
    }
}

/// The seals of the two issuers, from application to filing.
fn seals(chain: ChainId) -> Vec<VerifiedTransaction> {
    let maker = OrganisationNumber(6);
    let ground = Ground { code: GroundCode::Decision, text: None, operator: None };
    let apply = |(owner, number): (OrganisationNumber, u32)| {
        let (id, name_zh) = (text(&format!("ES31000000{number:04}")), text("证照专用章(样例)"));
        let item = SealApplication { number: SealNumber(number), id, name_zh, kind: SealKind::Licence, ground };
        signed(chain, owner, &format!("apply {number}"), Payload::ApplySeal(list(vec![item])))
    };
    let make = |number: u32| SealMaking {
        number: SealNumber(number),
        sha256: digest(&format!("seal {number}")),
        sm3: digest(&format!("seal {number} by sm3")),
        certificates: list(vec![digest(&format!("certificate {number}"))]),
        valid_from: Date(TODAY.0 - 730),
        valid_to: Date(TODAY.0 + 730),
        ground,
    };
    let file =
        |number: u32| SealFiling { number: SealNumber(number), sha256: digest(&format!("seal {number}")), ground };
    let mut all: Vec<_> = [(ISSUER, 0), (OTHER_ISSUER, 1)].map(apply).to_vec();
    all.push(signed(chain, maker, "make", Payload::MakeSeal(list([0, 1].map(make).to_vec()))));
    all.push(signed(chain, maker, "file", Payload::FileSeal(list([0, 1].map(file).to_vec()))));
    all
}

/// SHA-256 of the file of a licence: every hundredth has one.
pub(crate) fn file_of(number: u64) -> Digest {
    digest(&format!("file {number}"))
}

/// The key of the sample's licence of a number.
pub(crate) fn key_of(number: u64) -> EntryKey {
    let pseudonyms = zhengku_crypto::pseudonym::PseudonymKey::from_bytes(PSEUDONYM_KEY);
    EntryKey::from_digest(pseudonyms.licence(&format!("{}001", credit_code(10_000_001)), &format!("{number:06}")))
}

/// The code of the first licence type, as a lookup names it.
pub(crate) fn first_type_code() -> String {
    format!("{}001", credit_code(10_000_001))
}

fn signed(chain: ChainId, organisation: OrganisationNumber, label: &str, payload: Payload) -> VerifiedTransaction {
    let key = IdempotencyKey::from_digest(digest(label));
    SignedTransaction::sign(chain, organisation, key, payload, &signer_of(organisation)).unwrap().verify().unwrap()
}

/// A transaction that mints licence `number`.
pub(crate) fn mint_one(chain: ChainId, number: u64) -> VerifiedTransaction {
    let items = vec![Mint { key: key_of(number), licence: licence(number, 1, ISSUER) }];
    signed(chain, ISSUER, &format!("one licence {number}"), Payload::Mint(list(items)))
}

/// A transaction under the same idempotency key as [`mint_one`], and with another content.
pub(crate) fn conflicting(chain: ChainId, number: u64) -> VerifiedTransaction {
    let items = vec![Mint { key: key_of(number), licence: licence(number + 1, 1, ISSUER) }];
    signed(chain, ISSUER, &format!("one licence {number}"), Payload::Mint(list(items)))
}

/// A transaction of [`ISSUER`] that a stranger signed.
pub(crate) fn mint_by_stranger(chain: ChainId, number: u64) -> VerifiedTransaction {
    let items = vec![Mint { key: key_of(number), licence: licence(number, 1, ISSUER) }];
    let key = IdempotencyKey::from_digest(digest("stranger"));
    let payload = Payload::Mint(list(items));
    SignedTransaction::sign(chain, ISSUER, key, payload, &signer(250)).unwrap().verify().unwrap()
}

/// What the next block of the sample holds.
pub(crate) fn transactions(state: &State, sequence: &mut Sequence) -> Vec<VerifiedTransaction> {
    let (chain, height) = (state.tip().header.chain, state.tip().header.height.next().0);
    let label = |what: &str| format!("{what} {height}");
    match height {
        1 => vec![signed(chain, GOVERNOR, "register", Payload::RegisterOrganisation(list(organisations())))],
        2 => {
            let types = vec![
                licence_type(0, "结婚证", "Marriage Certificate", 2),
                licence_type(1, "食品经营许可证", "Food Business Licence", 1),
                licence_type(2, "居住证", "Residence Permit", 1),
            ];
            let mut all = vec![signed(chain, DEFINER, "define", Payload::DefineLicenceType(list(types)))];
            all.extend(seals(chain));
            all
        }
        _ => {
            let count = 1 + sequence.below(40);
            let kind = sequence.below(3) as u32;
            let issuer = if kind == 1 { OTHER_ISSUER } else { ISSUER };
            let mint = |item| {
                let number = height * 100 + item;
                Mint { key: key_of(number), licence: licence(number, kind, issuer) }
            };
            let mut all =
                vec![signed(chain, issuer, &label("mint"), Payload::Mint(list((0..count).map(mint).collect())))];
            all.extend(change(state, sequence, &label("change")));
            all.extend(reissue(state, sequence, height, &label("reissue")));
            all
        }
    }
}

fn any_licence(state: &State, sequence: &mut Sequence) -> Option<(EntryKey, Licence)> {
    let index = LogIndex(sequence.below(state.tip().header.log_size));
    let entry = state.entry_at(index)?;
    let current = state.tip().current.bit(index) == Some(true);
    entry.licence().filter(|licence| current && licence.status == Status::Valid).map(|one| (entry.key, one.clone()))
}

fn change(state: &State, sequence: &mut Sequence, label: &str) -> Option<VerifiedTransaction> {
    let (key, licence) = any_licence(state, sequence)?;
    let change = if sequence.below(2) == 0 { Change::Suspend } else { Change::Cancel };
    let ground = Ground { code: GroundCode::Decision, text: None, operator: None };
    let items = vec![StatusChange { key, change, ground }];
    Some(signed(state.tip().header.chain, licence.issuer, label, Payload::ChangeStatus(list(items))))
}

fn reissue(state: &State, sequence: &mut Sequence, height: u64, label: &str) -> Option<VerifiedTransaction> {
    let (old, mut licence) = any_licence(state, sequence)?;
    licence.version += 1;
    let new = key_of(height * 100 + 99);
    let items = vec![Supersession { cause: SupersedeCause::Reissue, old, new, licence: licence.clone() }];
    // Some of these break a rule: rejected transactions belong to the sample.
    Some(signed(state.tip().header.chain, licence.issuer, label, Payload::Supersede(list(items))))
}
