//! The desk of a department (制证台): what the pages of `zhengku-api` ask for, done over the directory's ledger, vault, keys and seals.
//!
//! Everything here blocks: [`adapter::DeskPort`] moves it to threads that may. Drafts, batches, approvals and the list of what was issued
//! lie as sealed papers below `papers/`.

mod adapter;
mod batch;
mod draft;
mod error;
mod issued;
mod issuers;
mod jobs;
pub(crate) mod operators;
mod prefill;
mod preview;
mod register;
mod sign;
mod source;
mod state;
mod status;
mod succession;
#[cfg(test)]
mod tests;

pub(crate) use adapter::DeskPort;

use crate::access::Access;
use crate::failure::Failure;
use crate::issuing;
use issued::Line;
use jobs::Jobs;
use operators::Operators;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zhengku_api::desk::port::DeskState;
use zhengku_crypto::digest::Digest;
use zhengku_document::font::FontLibrary;
use zhengku_document::trust::SealTrust;
use zhengku_ledger::entry::{LicenceType, Organisation};
use zhengku_ledger::ids::TimestampMs;
use zhengku_library::issue;
use zhengku_library::papers::Papers;
use zhengku_library::random::Randomness;
use zhengku_library::register::{Mapping, Mappings};
use zhengku_node::NodeError;
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_node::keys::KeyRing;
use zhengku_node::layout::Layout;
use zhengku_node::pki::Pki;
use zhengku_node::public::{Showing, Versions};
use zhengku_verify::trust::TrustFile;

/// A department's desk.
pub(crate) struct Desk {
    access: Access,
    layout: Layout,
    fonts: Arc<FontLibrary>,
    mappings: Mappings,
    drafts: Papers,
    issued: Papers,
    approvals: Papers,
    batches: Papers,
    operators: Operators,
    versions: Versions,
    seal_trust: Mutex<Arc<SealTrust>>,
    /// What was issued here, oldest first.
    lines: Mutex<Vec<Line>>,
    /// How the signings of this run went.
    steps: Mutex<sign::Steps>,
    state: Mutex<DeskState>,
    /// The signers here, opened once; [`Desk::look`] opens them again when the ledger or the directory has others.
    ring: Mutex<KeyRing>,
    jobs: Jobs,
    /// One signing, one change, one saving at a time: each reads what it changes.
    turn: Mutex<()>,
}

impl Desk {
    /// Opens the desk of a directory.
    pub(crate) fn open(access: Access, layout: Layout, fonts: Arc<FontLibrary>) -> Result<Self, Failure> {
        let papers = |name: &str| -> Result<Papers, Failure> {
            Ok(Papers::open(&layout.papers().join(name), access.keys().wrapping_key()?)?)
        };
        let (drafts, issued) = (papers("drafts")?, papers("issued")?);
        let (approvals, batches) = (papers("approvals")?, papers("batches")?);
        let lines = issued::load(&issued)?;
        let operators = Operators::open(layout.root())?;
        let seal_trust = Mutex::new(Arc::new(seal_trust(&layout)?));
        let state = state::unknown(operators.mass_limit());
        let ring = Mutex::new(access.ring());
        let desk = Self {
            access,
            ring,
            fonts,
            mappings: Mappings::built_in(),
            drafts,
            issued,
            approvals,
            batches,
            operators,
            versions: Versions::default(),
            seal_trust,
            lines: Mutex::new(lines),
            steps: Mutex::default(),
            state: Mutex::new(state),
            jobs: Jobs::default(),
            turn: Mutex::new(()),
            layout,
        };
        desk.settle_batches()?;
        desk.look();
        Ok(desk)
    }

    fn now(&self) -> TimestampMs {
        SystemClock.now()
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What everybody may see.
    fn show<T>(&self, work: impl FnOnce(&Showing<'_, Access>) -> T) -> T {
        let directory = self.access.directory();
        let ring = self.ring();
        let may_issue = |kind: &LicenceType| {
            let mapping = self.mapping(kind.code.as_str());
            mapping.is_some_and(|mapping| issue::own_issuers(&directory, &ring, &mapping).next().is_some())
        };
        let seal_trust = Arc::clone(&self.seal_trust.lock().unwrap_or_else(PoisonError::into_inner));
        work(&Showing {
            source: &self.access,
            layout: &self.layout,
            fonts: Some(&self.fonts),
            seal_trust: &seal_trust,
            versions: &self.versions,
            may_issue: &may_issue,
        })
    }

    /// The form of a type: its mapping file, or what its fields in the catalogue give; none when they give none.
    fn mapping(&self, code: &str) -> Option<Arc<Mapping>> {
        let built_in = self.mappings.iter().find(|mapping| mapping.type_code() == code).map(Arc::clone);
        built_in.or_else(|| Mapping::of_type(&self.licence_type(code)?).ok().map(Arc::new))
    }

    /// The issuer that signs licences of a type here; the first of several.
    fn own_issuer(&self, mapping: &Mapping) -> Option<Organisation> {
        issue::own_issuers(&self.access.directory(), &self.ring(), mapping).next().cloned()
    }

    fn ring(&self) -> KeyRing {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether there is no type that an issuer here may issue.
    pub(crate) fn issues_nothing(&self) -> bool {
        let directory = self.access.directory();
        let mut codes = directory.licence_types().map(|kind| kind.code.as_str());
        !codes.any(|code| self.mapping(code).is_some_and(|mapping| self.own_issuer(&mapping).is_some()))
    }

    fn licence_type(&self, code: &str) -> Option<LicenceType> {
        self.access.directory().licence_types().find(|kind| kind.code.as_str() == code).cloned()
    }

    /// The pseudonym of an operator, as grounds on the ledger name him.
    fn operator_pseudonym(&self, login: &str) -> Digest {
        self.access.pseudonyms().holder("operator", login)
    }

    fn lines(&self) -> MutexGuard<'_, Vec<Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A word that nobody can guess and that says nothing.
fn new_id(random: &mut Randomness) -> Result<String, Failure> {
    let bytes: [u8; 12] = random.array().map_err(NodeError::from)?;
    Ok(hex::encode(bytes))
}

/// A name with its middle masked: 张*明, 示例市***公司.
fn masked(name: &str) -> String {
    let all: Vec<char> = name.trim().chars().collect();
    let shown = match all.len() {
        0 | 1 => 0,
        2..=4 => 1,
        _ => 2,
    };
    let hide = |(place, one): (usize, &char)| {
        let is_end = place < shown || (all.len() > 2 && place.saturating_add(shown) >= all.len());
        if is_end { *one } else { '*' }
    };
    all.iter().enumerate().map(hide).collect()
}

/// The authorities of seals that this desk trusts: its own, and those that its trust file names.
fn seal_trust(layout: &Layout) -> Result<SealTrust, Failure> {
    let mut trust = match read_trust(&layout.trust())? {
        Some(file) => SealTrust { seals: Vec::new(), ..file.seals },
        None => SealTrust::default(),
    };
    if let Ok(pki) = Pki::open(layout) {
        crate::command::seal::trust::add_authorities(&pki, &mut trust)?;
    }
    Ok(trust)
}

fn read_trust(path: &Path) -> Result<Option<TrustFile>, Failure> {
    match std::fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        read => Ok(Some(serde_json::from_slice(&read.map_err(Failure::file(path))?)?)),
    }
}

/// Fonts, once for a process.
pub(crate) fn fonts() -> Result<Arc<FontLibrary>, Failure> {
    issuing::fonts()
}
