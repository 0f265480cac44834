//! Arbitrary values of every type that is hashed or signed, with the extremes of each field, from a number.

use crate::block::{Ballot, Bid, Certificate, Genesis, Header, Offence, Step, Vote};
use crate::codec::{Bounded, Text};
use crate::current::CurrencyProof;
use crate::entry::licence::{Change, Ground, GroundCode, MAX_HOLDERS};
use crate::entry::{
    Alias, BatchApprovalRecord, DisclosedField, Entry, EntryBody, Field, FieldKind, FieldRule, FileKind,
    GovernanceChange, GovernanceProposal, Level, Licence, LicenceFile, LicenceType, MadeSeal, MaterialKind,
    MaterialSource, MaterialType, NamedState, Node, NodeRole, NodeStatus, OffenceRecord, Openness, Organisation,
    OrganisationStatus, Origin, Parameters, ProposalStatus, RecordDigests, Roles, SealKind, SealRecord, SealStatus,
    StateName, Status, ValidityRule,
};
use crate::fixtures::{Sequence, list, signer, text};
use crate::ids::{
    BlockId, ChainId, Date, EntryKey, Height, Holder, IdempotencyKey, LicenceTypeNumber, LogIndex, MaterialTypeNumber,
    OrganisationNumber, SealNumber, TimestampMs, TransactionId,
};
use crate::proof::{EntryProof, Proof};
use crate::transaction::{
    Approval, BatchApproval, Correction, Mint, Outcome, Payload, PayloadKind, RejectCode, SealApplication,
    SealCancellation, SealFiling, SealMaking, SignedTransaction, StatusChange, SupersedeCause, Supersession,
};
use crate::validator_set::{Validator, ValidatorSet};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::domain::Domain;
use zhengku_crypto::sign::{PublicKey, Signature, Signer, Sm2Signer};

pub(super) struct Arbitrary(pub(super) Sequence);

impl Arbitrary {
    pub(super) fn of(seed: u64) -> Self {
        Self(Sequence(seed))
    }

    fn number(&mut self) -> u64 {
        let any = self.0.next();
        [0, 1, u64::MAX, any, any % 1000][self.0.below(5) as usize]
    }

    fn small(&mut self) -> u32 {
        self.number() as u32
    }

    fn digest(&mut self) -> Digest {
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.0.next().to_le_bytes());
        }
        if self.0.one_in(8) { Digest::ZERO } else { Digest::from_bytes(bytes) }
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.0.one_in(2) { Some(make(self)) } else { None }
    }

    fn many<T, const MIN: usize, const MAX: usize>(&mut self, make: impl Fn(&mut Self) -> T) -> Bounded<T, MIN, MAX> {
        let most = MAX.min(MIN + 4);
        let count = MIN + self.0.below((most - MIN + 1) as u64) as usize;
        list((0..count).map(|_| make(self)).collect())
    }

    fn choose<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.0.below(all.len() as u64) as usize]
    }

    fn text<const MAX: usize>(&mut self) -> Text<MAX> {
        let letters = ['a', 'Z', '0', ' ', '-', '证', '照', '\u{e9}', '\u{1f600}', '\u{a0}'];
        let full = self.0.one_in(6);
        let count = if full { MAX } else { self.0.below(12) as usize };
        let mut content = String::new();
        for _ in 0..count {
            let letter = self.choose(&letters);
            if content.len() + letter.len_utf8() <= MAX {
                content.push(letter);
            }
        }
        text(&content)
    }

    fn key(&mut self) -> EntryKey {
        EntryKey::from_digest(self.digest())
    }

    fn public_key(&mut self) -> PublicKey {
        let seed = self.0.below(40) as u8;
        if seed == 0 { Sm2Signer::from_secret(&[7; 32]).unwrap().public_key() } else { signer(seed).public_key() }
    }

    fn signature(&mut self) -> Signature {
        signer(self.0.below(9) as u8).sign(Domain::Precommit, &self.0.next().to_le_bytes()).unwrap()
    }

    pub(super) fn organisation(&mut self) -> Organisation {
        let roles =
            [Roles::GOVERNOR, Roles::DEFINER, Roles::ISSUER, Roles::SEAL_MAKER, Roles::DEFINER.with(Roles::ISSUER)];
        Organisation {
            number: OrganisationNumber(self.small()),
            credit_code: self.text(),
            name_zh: self.text(),
            name_en: self.text(),
            roles: self.choose(&roles),
            keys: self.many(Self::public_key),
            status: self.choose(&[OrganisationStatus::Active, OrganisationStatus::Barred]),
        }
    }

    pub(super) fn licence_type(&mut self) -> LicenceType {
        let rule = |one: &mut Self| FieldRule {
            key: one.text(),
            label_zh: one.text(),
            label_en: one.text(),
            kind: one.choose(&FieldKind::ALL),
            code: one.text(),
            mandatory: one.0.one_in(2),
        };
        let alias = |one: &mut Self| Alias { jurisdiction: one.text(), code: one.text() };
        let state =
            |one: &mut Self| StateName { state: one.choose(&NamedState::ALL), code: one.text(), name_zh: one.text() };
        LicenceType {
            number: LicenceTypeNumber(self.small()),
            code: self.text(),
            name_zh: self.text(),
            name_en: self.text(),
            definer: OrganisationNumber(self.small()),
            issuers: self.many(|one| OrganisationNumber(one.small())),
            holder_kinds: self.many(|one| one.small() as u16),
            min_holders: self.small() as u8,
            max_holders: self.small() as u8,
            twin: self.0.one_in(2),
            validity: self.choose(&[ValidityRule::MayEnd, ValidityRule::MustEnd, ValidityRule::NeverEnds]),
            fields: self.many(rule),
            aliases: self.many(alias),
            template: self.text(),
            openness: self.choose(&Openness::ALL),
            level: self.choose(&Level::ALL),
            placeholder: self.0.one_in(2),
            collection_start: self.maybe(|one| Date(one.small() as i32)),
            states: self.many(state),
        }
    }

    fn ground(&mut self) -> Ground {
        let codes = [GroundCode::Issue, GroundCode::RegisterImport, GroundCode::HolderRequest, GroundCode::Law];
        Ground { code: self.choose(&codes), text: self.maybe(Self::digest), operator: self.maybe(Self::digest) }
    }

    pub(super) fn licence(&mut self) -> Licence {
        let date = |one: &mut Self| Date(one.small() as i32);
        Licence {
            licence_type: LicenceTypeNumber(self.small()),
            issuer: OrganisationNumber(self.small()),
            version: self.small() as u16,
            holders: self.many::<_, 1, MAX_HOLDERS>(|one| Holder::from_digest(one.digest())),
            fields_root: self.digest(),
            field_count: self.small() as u16,
            record: RecordDigests { sha256: self.digest(), sm3: self.digest() },
            files: self.many(Self::file),
            seal: self.maybe(|one| SealNumber(one.small())),
            issued_on: date(self),
            valid_from: date(self),
            valid_to: self.maybe(date),
            status: self.choose(&Status::ALL),
            disputed: self.0.one_in(2),
            ground: self.ground(),
            twin: self.maybe(Self::key),
            replaces: self.maybe(Self::key),
            replaced_by: self.maybe(Self::key),
        }
    }

    fn file(&mut self) -> LicenceFile {
        let kind = self.choose(&[FileKind::Ofd, FileKind::Pdf]);
        LicenceFile { kind, sha256: self.digest(), sm3: self.digest() }
    }

    fn seal(&mut self) -> SealRecord {
        let made = |one: &mut Self| MadeSeal {
            maker: OrganisationNumber(one.small()),
            sha256: one.digest(),
            sm3: one.digest(),
            certificates: one.many(Self::digest),
            valid_from: Date(one.small() as i32),
            valid_to: Date(one.small() as i32),
        };
        SealRecord {
            number: SealNumber(self.small()),
            id: self.text(),
            owner: OrganisationNumber(self.small()),
            name_zh: self.text(),
            kind: self.choose(&SealKind::ALL),
            made: self.maybe(made),
            status: self.choose(&SealStatus::ALL),
            changed: TimestampMs(self.number()),
            ground: self.ground(),
        }
    }

    fn material_type(&mut self) -> MaterialType {
        MaterialType {
            number: MaterialTypeNumber(self.small()),
            code: self.text(),
            name_zh: self.text(),
            name_en: self.text(),
            definer: OrganisationNumber(self.small()),
            kind: self.choose(&MaterialKind::ALL),
            source: match self.0.below(3) {
                0 => MaterialSource::Applicant,
                1 => MaterialSource::Licence(LicenceTypeNumber(self.small())),
                _ => MaterialSource::Department(OrganisationNumber(self.small())),
            },
        }
    }

    fn batch_approval(&mut self) -> BatchApprovalRecord {
        BatchApprovalRecord {
            organisation: OrganisationNumber(self.small()),
            items_root: self.digest(),
            count: self.small(),
            kind: self.choose(&[PayloadKind::ChangeStatus, PayloadKind::Supersede]),
            approver: self.public_key(),
            used_by: self.maybe(|one| TransactionId::from_digest(one.digest())),
        }
    }

    pub(super) fn entry(&mut self) -> Entry {
        let body = match self.0.below(10) {
            7 => EntryBody::Seal(self.seal()),
            8 => EntryBody::MaterialType(self.material_type()),
            9 => EntryBody::BatchApproval(self.batch_approval()),
            0 => EntryBody::Organisation(self.organisation()),
            1 => EntryBody::LicenceType(self.licence_type()),
            2 => EntryBody::Licence(self.licence()),
            3 => EntryBody::Node(self.node()),
            4 => EntryBody::Parameters(self.parameters()),
            5 => EntryBody::Proposal(self.proposal()),
            _ => EntryBody::Offence(OffenceRecord {
                number: self.small(),
                node: self.text(),
                reporter: OrganisationNumber(self.small()),
                evidence: self.offence(),
            }),
        };
        let origin = Origin { height: Height(self.number()), transaction: self.small(), item: self.small() };
        let previous = self.maybe(|one| LogIndex(one.number()));
        Entry { version: crate::entry::ENTRY_VERSION, key: self.key(), previous, origin, body }
    }

    fn node(&mut self) -> Node {
        Node {
            name: self.text(),
            organisation: OrganisationNumber(self.small()),
            role: self.choose(&[NodeRole::Validator, NodeRole::Observer]),
            consensus_key: self.public_key(),
            network_key: self.public_key(),
            consensus_address: self.text(),
            exchange_address: self.text(),
            url: self.text(),
            certificate: self.many(|one| one.small() as u8),
            status: self.choose(&[NodeStatus::Active, NodeStatus::Removed]),
        }
    }

    fn parameters(&mut self) -> Parameters {
        let delay = 1 + self.0.below(1000) as u32;
        Parameters { governance_delay: delay, idle_ms: self.0.below(1000) as u32, ..Parameters::default() }
    }

    fn change(&mut self) -> GovernanceChange {
        match self.0.below(6) {
            0 => GovernanceChange::AddNode(self.node()),
            1 => GovernanceChange::ReplaceNode(self.node()),
            2 => GovernanceChange::RemoveNode(self.text()),
            3 => GovernanceChange::RegisterOrganisation(self.organisation()),
            4 => GovernanceChange::UpdateOrganisation(self.organisation()),
            _ => GovernanceChange::SetParameters(self.parameters()),
        }
    }

    fn proposal(&mut self) -> GovernanceProposal {
        GovernanceProposal {
            number: self.small(),
            proposer: OrganisationNumber(self.small()),
            change: self.change(),
            approvals: self.many(|one| OrganisationNumber(one.small())),
            expires: Height(self.number()),
            status: match self.0.below(5) {
                0 => ProposalStatus::Open,
                1 => ProposalStatus::Approved { effective: Height(self.number()) },
                2 => ProposalStatus::Applied,
                3 => ProposalStatus::Failed { code: self.choose(RejectCode::ALL) },
                _ => ProposalStatus::Expired,
            },
        }
    }

    fn offence(&mut self) -> Offence {
        let validator = self.public_key();
        let bid = |one: &mut Self| Bid {
            height: Height(one.number()),
            round: one.small(),
            block: BlockId::from_digest(one.digest()),
            valid_round: one.maybe(Self::small),
        };
        let ballot = |one: &mut Self| Ballot {
            step: one.choose(&[Step::Prevote, Step::Precommit]),
            height: Height(one.number()),
            round: one.small(),
            block: one.maybe(|one| BlockId::from_digest(one.digest())),
        };
        if self.0.one_in(2) {
            let (first, second) = ((bid(self), self.signature()), (bid(self), self.signature()));
            Offence::DoubleProposal { validator, first, second }
        } else {
            let (first, second) = ((ballot(self), self.signature()), (ballot(self), self.signature()));
            Offence::DoubleVote { validator, first, second }
        }
    }

    fn payload(&mut self) -> Payload {
        let causes = [SupersedeCause::Amend, SupersedeCause::Renew, SupersedeCause::Reissue];
        match self.0.below(17) {
            10..=16 => self.payload_of_registers(),
            0 => Payload::RegisterOrganisation(self.many(Self::organisation)),
            1 => Payload::UpdateOrganisation(self.many(Self::organisation)),
            2 => Payload::DefineLicenceType(self.many(Self::licence_type)),
            3 => Payload::Mint(self.many(|one| Mint { key: one.key(), licence: one.licence() })),
            4 => Payload::ChangeStatus(self.many(|one| StatusChange {
                key: one.key(),
                change: one.choose(&Change::ALL),
                ground: one.ground(),
            })),
            5 => Payload::Correct(self.many(|one| Correction { key: one.key(), licence: one.licence() })),
            6 => Payload::ProposeChange(self.many(Self::change)),
            7 => Payload::ApproveChange(self.many(|one| Approval { proposal: one.small(), change: one.digest() })),
            8 => Payload::ReportOffence(self.many(Self::offence)),
            _ => Payload::Supersede(self.many(|one| Supersession {
                cause: one.choose(&causes),
                old: one.key(),
                new: one.key(),
                licence: one.licence(),
            })),
        }
    }

    fn payload_of_registers(&mut self) -> Payload {
        let making = |one: &mut Self| SealMaking {
            number: SealNumber(one.small()),
            sha256: one.digest(),
            sm3: one.digest(),
            certificates: one.many(Self::digest),
            valid_from: Date(one.small() as i32),
            valid_to: Date(one.small() as i32),
            ground: one.ground(),
        };
        match self.0.below(7) {
            0 => Payload::ApplySeal(self.many(|one| SealApplication {
                number: SealNumber(one.small()),
                id: one.text(),
                name_zh: one.text(),
                kind: one.choose(&SealKind::ALL),
                ground: one.ground(),
            })),
            1 => Payload::MakeSeal(self.many(making)),
            2 => Payload::RemakeSeal(self.many(making)),
            3 => Payload::FileSeal(self.many(|one| SealFiling {
                number: SealNumber(one.small()),
                sha256: one.digest(),
                ground: one.ground(),
            })),
            4 => Payload::CancelSeal(
                self.many(|one| SealCancellation { number: SealNumber(one.small()), ground: one.ground() }),
            ),
            5 => Payload::DefineMaterialType(self.many(Self::material_type)),
            _ => Payload::ApproveBatch(self.many(|one| BatchApproval {
                items_root: one.digest(),
                count: one.small(),
                kind: one.choose(&[PayloadKind::ChangeStatus, PayloadKind::Supersede]),
            })),
        }
    }

    pub(super) fn transaction(&mut self) -> SignedTransaction {
        let chain = ChainId::from_digest(self.digest());
        let (organisation, idempotency) =
            (OrganisationNumber(self.small()), IdempotencyKey::from_digest(self.digest()));
        SignedTransaction::sign(chain, organisation, idempotency, self.payload(), &signer(self.0.below(9) as u8))
            .unwrap()
    }

    pub(super) fn header(&mut self) -> Header {
        Header {
            format: self.small() as u16,
            suite: self.small() as u16,
            chain: ChainId::from_digest(self.digest()),
            height: Height(self.number()),
            time: TimestampMs(self.number()),
            proposer: self.small() as u16,
            parent: BlockId::from_digest(self.digest()),
            transaction_count: self.small(),
            transaction_root: self.digest(),
            outcome_root: self.digest(),
            log_size: self.number(),
            log_root: self.digest(),
            current_root: self.digest(),
            keys_root: self.digest(),
            validators: self.digest(),
            next_validators: self.digest(),
        }
    }

    pub(super) fn certificate(&mut self) -> Certificate {
        Certificate {
            height: Height(self.number()),
            round: self.small(),
            block: BlockId::from_digest(self.digest()),
            votes: self.many(|one| Vote { validator: one.small() as u16, signature: one.signature() }),
        }
    }

    pub(super) fn validators(&mut self) -> ValidatorSet {
        let first = self.0.below(20) as u8;
        let count = 1 + self.0.below(5) as u8;
        let one = |seed| Validator { name: self.text(), key: signer(seed).public_key() };
        ValidatorSet::new((first..first + count).map(one).collect()).unwrap()
    }

    pub(super) fn genesis(&mut self) -> Genesis {
        let count = 1 + self.0.below(3) as u32;
        let mut organisations: Vec<Organisation> = (0..count)
            .map(|number| Organisation {
                number: OrganisationNumber(number),
                credit_code: text(&crate::fixtures::credit_code(number)),
                ..self.organisation()
            })
            .collect();
        organisations[0].roles = Roles::GOVERNOR.with(organisations[0].roles);
        organisations[0].status = OrganisationStatus::Active;
        let first = self.0.below(20) as u16;
        let nodes = (first..=first + self.0.below(5) as u16).map(crate::fixtures::node).collect();
        Genesis::new(self.text(), TimestampMs(self.number()), organisations, nodes, self.parameters()).unwrap()
    }

    pub(super) fn outcome(&mut self) -> Outcome {
        match self.0.below(3) {
            0 => Outcome::Applied { first: LogIndex(self.number()), count: self.small() },
            1 => Outcome::Repeated {
                original: TransactionId::from_digest(self.digest()),
                height: Height(self.number()),
                place: self.small(),
            },
            _ => Outcome::Rejected { code: self.choose(RejectCode::ALL), item: self.small() },
        }
    }

    fn path(&mut self) -> Vec<Digest> {
        (0..self.0.below(6)).map(|_| self.digest()).collect()
    }

    fn entry_proof(&mut self) -> EntryProof {
        let mut chunk = [0; crate::current::CHUNK_BYTES];
        chunk.fill(self.small() as u8);
        EntryProof {
            index: LogIndex(self.number()),
            entry: self.entry(),
            path: self.path(),
            currency: CurrencyProof { chunk, path: self.path() },
        }
    }

    pub(super) fn proof(&mut self) -> Proof {
        let field = |one: &mut Self| DisclosedField {
            index: one.small() as u16,
            field: Field { key: one.text(), value: one.text(), salt: [one.small() as u8; 16] },
            path: one.path(),
        };
        Proof {
            version: crate::proof::PROOF_VERSION,
            header: self.header(),
            certificate: self.certificate(),
            licence: self.entry_proof(),
            issuer: self.entry_proof(),
            licence_type: self.entry_proof(),
            disclosed: self.many(field),
        }
    }
}
