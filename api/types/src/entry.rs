//! Entries of the log and their proofs.

use crate::{
    BatchApproval, Certificate, Header, Hex, LicenceType, MaterialType, Node, Octets, Organisation, Proposal, Seal,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{LogTree, leaf_hash};
use zhengku_ledger::ids::LogIndex;
use zhengku_ledger::{codec, entry};

/// An entry of the log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// Its place in the log.
    pub index: u64,
    /// What it is about.
    pub key: Hex,
    /// The entry of the same key that it superseded.
    pub previous: Option<u64>,
    /// The height of the block that appended it.
    pub height: u64,
    /// The place of its transaction in the block.
    pub transaction: u32,
    /// The place of its item in the transaction.
    pub item: u32,
    /// Its leaf hash in the log (RFC 6962).
    pub leaf: Hex,
    /// Its content.
    pub body: EntryBody,
    /// The canonical bytes: what the leaf hash covers.
    pub canonical: Octets,
}

/// The content of an entry.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EntryBody {
    /// An organisation.
    Organisation(Organisation),
    /// A licence type.
    LicenceType(LicenceType),
    /// A licence.
    Licence(Licence),
    /// A node of the network.
    Node(Node),
    /// The parameters of the ledger.
    Parameters {
        /// The canonical bytes.
        canonical: Octets,
    },
    /// A proposed change of governance.
    Proposal(Proposal),
    /// A validator's offence.
    Offence {
        /// Its number.
        number: u32,
        /// The node.
        node: String,
        /// Who reported it.
        reporter: u32,
        /// The canonical bytes, both signatures among them.
        canonical: Octets,
    },
    /// A seal of the register.
    Seal(Seal),
    /// A material type.
    MaterialType(MaterialType),
    /// A second person's approval of a mass action.
    BatchApproval(BatchApproval),
}

/// A licence: digests, pseudonyms, dates and status.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Licence {
    /// Its type's number.
    pub licence_type: u32,
    /// Its issuer's number.
    pub issuer: u32,
    /// Its version.
    pub version: u16,
    /// The pseudonyms of its holders.
    pub holders: Vec<Hex>,
    /// The root over its face fields.
    pub fields_root: Hex,
    /// The number of its face fields.
    pub field_count: u16,
    /// SHA-256 of its record.
    pub record_sha256: Hex,
    /// SM3 of its record.
    pub record_sm3: Hex,
    /// Its files as given out.
    pub files: Vec<LicenceFile>,
    /// The number of the seal on them.
    pub seal: Option<u32>,
    /// The date of issue.
    #[schema(example = "2026-11-21")]
    pub issued_on: String,
    /// The first day of validity.
    pub valid_from: String,
    /// The last day; none: it never ends.
    pub valid_to: Option<String>,
    /// Its status.
    #[schema(example = "valid")]
    pub status: String,
    /// Its status in Chinese.
    pub status_zh: String,
    /// Whether it, or its end, is contested (异议中).
    pub disputed: bool,
    /// The number of the legal ground of this state.
    pub ground: u8,
    /// The keyed pseudonym of the operator who brought this state, when it is recorded.
    pub operator: Option<Hex>,
    /// The other part of a twin.
    pub twin: Option<Hex>,
    /// The licence it replaces.
    pub replaces: Option<Hex>,
    /// The licence that replaced it.
    pub replaced_by: Option<Hex>,
}

/// A file of a licence.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct LicenceFile {
    /// Its format: `ofd` or `pdf`.
    #[schema(example = "ofd")]
    pub format: String,
    /// SHA-256 of its bytes.
    pub sha256: Hex,
    /// SM3 of its bytes.
    pub sm3: Hex,
}

/// The licence that a file belongs to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct FileOwner {
    /// The height at which it was read, or a newer one.
    pub height: u64,
    /// Whether the file is one of the licence's newest state; if not, an amendment has given out others since.
    pub is_newest: bool,
    /// The newest entry of the licence.
    pub entry: Entry,
}

/// An entry with its two paths.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct EntryProof {
    /// The entry.
    pub entry: Entry,
    /// From its leaf to the header's log root.
    pub path: Vec<Hex>,
    /// The 2,048 bits of the bitmap around its own.
    pub chunk: Octets,
    /// From the chunk to the header's currency root.
    pub chunk_path: Vec<Hex>,
}

/// An entry with its paths to a certified header.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Witness {
    /// The header.
    pub header: Header,
    /// Its certificate; none for block 0.
    pub certificate: Option<Certificate>,
    /// Whether the entry was the newest of its key at that height.
    pub is_current: bool,
    /// The entry with its paths.
    pub proof: EntryProof,
}

/// Keys to look for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FindRequest {
    /// The keys.
    #[schema(min_items = 1, max_items = 4096,
        example = json!(["7a68656e676b752f554354c3f7c6524618c3cdf7d2cf58cb4569643ea7bfc7ea"]))]
    pub keys: Vec<Hex>,
}

/// What was found, in the order of the keys.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Found {
    /// The height at which it was read, or a newer one.
    pub height: u64,
    /// One for each key; none where there is no entry.
    pub items: Vec<Option<FoundEntry>>,
}

/// An entry that was found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct FoundEntry {
    /// Its place in the log.
    pub index: u64,
    /// Its canonical bytes.
    pub canonical: Octets,
}

/// A licence to look for by its number.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookupRequest {
    /// The licence type's code (GB/T 36904).
    #[schema(min_length = 1, max_length = 21, example = "113100001000000163001")]
    pub licence_type: String,
    /// The licence's number.
    #[schema(min_length = 1, max_length = 128, example = "000300")]
    pub number: String,
}

impl From<(LogIndex, &entry::Entry)> for Entry {
    fn from((index, entry): (LogIndex, &entry::Entry)) -> Self {
        let canonical = codec::encode(entry);
        Self {
            index: index.0,
            key: entry.key.digest().into(),
            previous: entry.previous.map(|previous| previous.0),
            height: entry.origin.height.0,
            transaction: entry.origin.transaction,
            item: entry.origin.item,
            leaf: leaf_hash::<LogTree>(&canonical).into(),
            body: EntryBody::from(&entry.body),
            canonical: Octets(canonical),
        }
    }
}

impl From<&entry::EntryBody> for EntryBody {
    fn from(body: &entry::EntryBody) -> Self {
        match body {
            entry::EntryBody::Organisation(organisation) => Self::Organisation(organisation.into()),
            entry::EntryBody::LicenceType(licence_type) => Self::LicenceType(licence_type.into()),
            entry::EntryBody::Licence(licence) => Self::Licence(licence.into()),
            entry::EntryBody::Node(node) => Self::Node(node.into()),
            entry::EntryBody::Parameters(parameters) => {
                Self::Parameters { canonical: Octets(codec::encode(parameters)) }
            }
            entry::EntryBody::Proposal(proposal) => Self::Proposal(proposal.into()),
            entry::EntryBody::Offence(offence) => Self::Offence {
                number: offence.number,
                node: offence.node.to_string(),
                reporter: offence.reporter.0,
                canonical: Octets(codec::encode(offence)),
            },
            entry::EntryBody::Seal(seal) => Self::Seal(seal.into()),
            entry::EntryBody::MaterialType(material) => Self::MaterialType(material.into()),
            entry::EntryBody::BatchApproval(approval) => Self::BatchApproval(approval.into()),
        }
    }
}

impl From<&entry::LicenceFile> for LicenceFile {
    fn from(file: &entry::LicenceFile) -> Self {
        Self { format: file.kind.name().to_ascii_lowercase(), sha256: file.sha256.into(), sm3: file.sm3.into() }
    }
}

impl From<&entry::Licence> for Licence {
    fn from(licence: &entry::Licence) -> Self {
        let key = |key: Option<zhengku_ledger::ids::EntryKey>| key.map(|key| key.digest().into());
        Self {
            licence_type: licence.licence_type.0,
            issuer: licence.issuer.0,
            version: licence.version,
            holders: licence.holders.iter().map(|holder| holder.digest().into()).collect(),
            fields_root: licence.fields_root.into(),
            field_count: licence.field_count,
            record_sha256: licence.record.sha256.into(),
            record_sm3: licence.record.sm3.into(),
            files: licence.files.iter().map(LicenceFile::from).collect(),
            seal: licence.seal.map(|seal| seal.0),
            issued_on: licence.issued_on.to_text(),
            valid_from: licence.valid_from.to_text(),
            valid_to: licence.valid_to.map(zhengku_ledger::ids::Date::to_text),
            status: licence.status.name_en().to_owned(),
            status_zh: licence.status.name_zh().to_owned(),
            disputed: licence.disputed,
            ground: licence.ground.code as u8,
            operator: licence.ground.operator.map(Into::into),
            twin: key(licence.twin),
            replaces: key(licence.replaces),
            replaced_by: key(licence.replaced_by),
        }
    }
}

impl From<&zhengku_ledger::proof::EntryProof> for EntryProof {
    fn from(proof: &zhengku_ledger::proof::EntryProof) -> Self {
        let path = |path: &[Digest]| path.iter().map(Hex::from).collect();
        Self {
            entry: Entry::from((proof.index, &proof.entry)),
            path: path(&proof.path),
            chunk: Octets(proof.currency.chunk.to_vec()),
            chunk_path: path(&proof.currency.path),
        }
    }
}
