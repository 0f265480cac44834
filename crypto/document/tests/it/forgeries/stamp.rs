//! Stamps that the signer put where none may stand: seal and ledger are right.

use super::{Attempt, Forgery, forgery};
use crate::workshop::sealing::{PLACE, stamp};
use crate::workshop::*;
use zhengku_ledger::verdict::CheckName::Stamp;
use zhengku_ledger::verdict::Verdict::Tampered;

pub(super) const TABLE: &[Forgery] = &[
    forgery("a stamp beyond the edge", Stamp, Tampered, "not wholly on its page", |w| at(w, "260 140 42 42")),
    forgery("a stamp above the page", Stamp, Tampered, "not wholly on its page", |w| at(w, "215 -30 42 42")),
    forgery("a stamp of twice the size", Stamp, Tampered, "not shown in its size", |w| at(w, "100 100 84 84")),
    forgery("a stamp too small to see", Stamp, Tampered, "not shown in its size", |w| at(w, "100 100 0.5 0.5")),
    forgery("a stamp smaller than on any card", Stamp, Tampered, "not shown in its size", |w| at(w, "100 100 15 15")),
    forgery("a small stamp drawn out", Stamp, Tampered, "not shown in its size", |w| at(w, "100 100 20 28")),
    forgery("a stamp drawn out", Stamp, Tampered, "not shown in its size", |w| at(w, "100 100 42 60")),
    forgery("a stamp on no page", Stamp, Tampered, "a page that the document does not have", |w| {
        with(w, stamp("9999", PLACE))
    }),
    forgery("two stamps of one seal", Stamp, Tampered, "exactly one place", |w| {
        with(w, format!("{}{}", stamp(&w.page(), PLACE), stamp(&w.page(), "15 140 42 42")))
    }),
    forgery("no stamp", Stamp, Tampered, "exactly one place", |w| with(w, String::new())),
    forgery("half a stamp", Stamp, Tampered, "only a part", |w| {
        with(w, stamp(&w.page(), PLACE).replace("/>", " Clip=\"0 0 21 42\"/>"))
    }),
];

fn at(workshop: &Workshop, boundary: &str) -> Attempt {
    with(workshop, stamp(&workshop.page(), boundary))
}

fn with(workshop: &Workshop, stamps: String) -> Attempt {
    let mut sealing = workshop.sealing();
    sealing.stamps = stamps;
    Attempt::anchored(workshop, sealing.file(workshop.parts()))
}
