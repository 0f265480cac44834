//! Seals of the demo's issuers: which of several is used, and until when.

use super::*;
use crate::clock::{Clock, SystemClock};
use crate::demo;
use crate::node::Node;
use zhengku_document::font::DEBIAN_FONTS;
use zhengku_store::StoreOptions;

struct Office {
    _directory: tempfile::TempDir,
    layout: Layout,
    node: Node,
    fonts: FontLibrary,
}

impl Office {
    fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::new(&directory.path().join("node"));
        let node = demo::init(&layout, &StoreOptions::default(), Arc::new(SystemClock)).unwrap();
        let fonts = FontLibrary::load(std::path::Path::new(DEBIAN_FONTS)).unwrap();
        Self { _directory: directory, layout, node, fonts }
    }

    fn issuer(&self) -> Organisation {
        let directory = Read::directory(&self.node);
        directory.organisations().find(|one| one.roles.include(Roles::ISSUER)).unwrap().clone()
    }

    /// Makes and files a seal of the issuer at a time, for so many years.
    fn filed(&self, kind: SealKind, now: TimestampMs, years: u8) -> SealNumber {
        let (owner, ring, mut random) = (self.issuer(), self.node.ring(), Randomness::new());
        let seals = Seals { ledger: &self.node, keyring: &ring, keys: self.node.keys(), layout: &self.layout, now };
        let name = owner.name_zh.as_str().replace("(样例)", "");
        let number = seals.apply(&[Application { owner: owner.number, name, kind }], &mut random).unwrap()[0];
        seals.make(number, &self.fonts, years, &mut random).unwrap();
        seals.file(number, &mut random).unwrap();
        number
    }

    fn in_use(&self, now: TimestampMs) -> Option<SealNumber> {
        let ring = self.node.ring();
        let seals = Seals { ledger: &self.node, keyring: &ring, keys: self.node.keys(), layout: &self.layout, now };
        let trust = Pki::open(&self.layout).unwrap().trust().unwrap();
        seals.in_use(&trust).unwrap().of(self.issuer().number).map(|seal| seal.number)
    }
}

#[test]
fn the_seal_that_is_in_force_and_for_licences_is_used() {
    let office = Office::open();
    let now = SystemClock.now();
    let hours = |count: u64| TimestampMs(now.0.saturating_add(count * 3_600_000));
    assert_eq!(office.in_use(now), None);
    let legal = office.filed(SealKind::LegalName, now, 5);
    assert_eq!(office.in_use(now), Some(legal), "an organisation's own seal stands on licences too");
    let licence = office.filed(SealKind::Licence, now, 5);
    assert_eq!(office.in_use(now), Some(licence));
    // Newer ones: of the legal name, for something else, and one that is over after a year.
    let _ = office.filed(SealKind::LegalName, now, 5);
    let _ = office.filed(SealKind::Special, now, 5);
    assert_eq!(office.in_use(now), Some(licence));
    let short = office.filed(SealKind::Licence, now, 1);
    assert_eq!(office.in_use(hours(400 * 24)), Some(licence), "the newest is over");
    // Where nothing is in force any more, the one that ended is named.
    assert_eq!(office.in_use(hours(6 * 366 * 24)), Some(short));

    let ends = ends(&office.layout).unwrap();
    assert_eq!(ends.len(), 5);
    let last = |number: SealNumber| ends.iter().find(|(known, _)| *known == number).unwrap().1;
    assert_eq!(last(short), seconds(now) + 365 * DAY_S);
    assert_eq!(last(licence), seconds(now) + 5 * 365 * DAY_S);
    assert!(super::ends(&Layout::new(&office.layout.root().join("nothing"))).unwrap().is_empty());
}
