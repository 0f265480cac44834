//! Genuine seals on files that the ledger does not have, or does not hold good any more.

use super::{Attempt, Forgery, forgery};
use crate::workshop::*;
use zhengku_crypto::digest::sha256;
use zhengku_document::verify::TrustStore;
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::entry::{FileKind, Status};
use zhengku_ledger::ids::{ChainId, Date, EntryKey};
use zhengku_ledger::verdict::CheckName::{
    Anchoring, Certificate, Currency, File, Ledger, Period, Record, Status as State,
};
use zhengku_ledger::verdict::Verdict::{
    Expired, NotAnchored, NotYetValid, Revoked, Superseded, Suspended, Tampered, Untrusted, Unverifiable,
};

pub(super) const TABLE: &[Forgery] = &[
    forgery("a second file by the true signer", Anchoring, Tampered, "other digests", |w| {
        let file = w.sealing().file(w.parts());
        Attempt { proof: Some(w.proof(&w.file)), ..Attempt::anchored(w, file) }
    }),
    forgery("a file that the ledger lists by one digest only", Anchoring, Tampered, "other digests", |w| {
        let file = w.sealing().file(w.parts());
        let mut listed = digests(&w.file, FileKind::Ofd);
        listed.sha256 = sha256(&file);
        let proof = w.proof_with(&w.file, |record| record.licence.files = Bounded::new(vec![listed]).unwrap());
        Attempt { proof: Some(proof), ..Attempt::anchored(w, file) }
    }),
    forgery("an OFD that the ledger lists as a PDF", Anchoring, NotAnchored, "lists no OFD file", |w| {
        Attempt::recorded(w, |record| {
            record.licence.files = Bounded::new(vec![digests(&w_file(), FileKind::Pdf)]).unwrap();
        })
    }),
    forgery("a licence without files on the ledger", Anchoring, NotAnchored, "lists no OFD file", |w| {
        Attempt::recorded(w, |record| record.licence.files = Bounded::new(vec![]).unwrap())
    }),
    forgery("no proof", Anchoring, Unverifiable, "no proof was given", |w| Attempt {
        proof: None,
        ..Attempt::anchored(w, w.file.clone())
    }),
    forgery("something else than a proof", File, Unverifiable, "its first line is not", |w| Attempt {
        proof: Some(w.file.clone()),
        ..Attempt::anchored(w, w.file.clone())
    }),
    forgery(
        "a proof with a character changed",
        File,
        Tampered,
        "in the proof beside the file: the digest in the last line is not",
        |w| {
            let mut proof = w.proof(&w.file);
            let place = proof.len() / 2;
            proof[place] = if proof[place] == b'A' { b'B' } else { b'A' };
            Attempt { proof: Some(proof), ..Attempt::anchored(w, w.file.clone()) }
        },
    ),
    forgery(
        "a damaged proof is told from a damaged file",
        Anchoring,
        Tampered,
        "proof beside the file is damaged",
        |w| {
            let mut proof = w.proof(&w.file);
            let place = proof.len() / 3;
            proof[place] = if proof[place] == b'A' { b'B' } else { b'A' };
            Attempt { proof: Some(proof), ..Attempt::anchored(w, w.file.clone()) }
        },
    ),
    forgery("no ledger to trust", Ledger, Unverifiable, "no ledger is trusted", |w| {
        let trust = TrustStore { ledger: None, ..w.trust() };
        Attempt { trust, ..Attempt::anchored(w, w.file.clone()) }
    }),
    forgery("the proof of another licence", Record, Unverifiable, "another licence", |w| {
        Attempt::recorded(w, |record| record.key = EntryKey::from_digest(sha256(b"another")))
    }),
    forgery("a proof of another ledger", Ledger, Untrusted, "the trust file names 1f1f1f", |w| {
        Attempt::recorded(w, |record| record.chain = ChainId::from_digest(sha256(b"another")))
    }),
    forgery("two votes of four", Certificate, Untrusted, "2 votes, 3 are needed", |w| {
        Attempt::recorded(w, |record| record.voters = vec![0, 1])
    }),
    forgery("a licence of another issuer on the ledger", Record, Tampered, "the issuer is not", |w| {
        Attempt::recorded(w, |record| record.issuer_code = OTHER.to_owned())
    }),
    forgery("a licence of another type on the ledger", Record, Tampered, "the licence type is not", |w| {
        Attempt::recorded(w, |record| record.type_code = "11999999000000019M102".to_owned())
    }),
    forgery("a licence of other dates on the ledger", Record, Tampered, "the dates are not", |w| {
        Attempt::recorded(w, |record| record.licence.valid_to = Some(Date(22_000)))
    }),
    forgery("other fields on the ledger", Record, Tampered, "the fields are not", |w| {
        Attempt::recorded(w, |record| record.licence.fields_root = sha256(b"other"))
    }),
    forgery("fewer fields on the ledger", Record, Tampered, "the fields are not", |w| {
        Attempt::recorded(w, |record| record.licence.field_count -= 1)
    }),
    forgery("a newer version on the ledger", Record, Superseded, "the ledger has version 2", |w| {
        Attempt::recorded(w, |record| record.licence.version = 2)
    }),
    forgery("a newer version with a file of its own", Anchoring, Superseded, "this file is of version 1", |w| {
        Attempt::recorded(w, |record| {
            record.licence.version = 2;
            record.licence.files = Bounded::new(vec![digests(b"newer", FileKind::Ofd)]).unwrap();
        })
    }),
    forgery("a proof from before the last change", Currency, Superseded, "newer entry", |w| {
        Attempt::recorded(w, |record| record.superseded = true)
    }),
    forgery("a licence that was cancelled", State, Revoked, "cancelled", |w| status(w, Status::Cancelled)),
    forgery("a licence that was withdrawn", State, Revoked, "withdrawn", |w| status(w, Status::Withdrawn)),
    forgery("a licence that is suspended", State, Suspended, "suspended", |w| status(w, Status::Suspended)),
    forgery("a licence that was replaced", State, Superseded, "replaced", |w| status(w, Status::Replaced)),
    forgery("a licence after its last day", Period, Expired, "to the end of 2031-11-20", |w| {
        let now = zhengku_ledger::ids::TimestampMs(22_700 * 86_400_000);
        let mut attempt = Attempt { now, ..Attempt::anchored(w, w.file.clone()) };
        let list = |issuer| {
            let der = pki::list(issuer, &[], SIGNED_S, 22_800 * DAY_S);
            zhengku_crypto::certificate::RevocationList::from_der(&der).unwrap()
        };
        attempt.trust.lists = vec![list(&w.pki.root), list(&w.pki.authority)];
        attempt
    }),
    forgery("a licence before its first day", Period, NotYetValid, "2027-03-23 to the end of", |w| {
        let mut data = w.data.clone();
        (data.valid_from, data.issued_on) = (Date(20_900), Date(20_778));
        let file = w.write(&data, None);
        let proof = ledger::Record::of(&data, vec![digests(&file, FileKind::Ofd)]).proof();
        Attempt { proof: Some(proof), ..Attempt::anchored(w, file) }
    }),
    forgery("a PDF with a byte changed", Anchoring, Tampered, "other digests", |w| {
        let proof = w.proof_with(b"%PDF-1.7 genuine", |record| {
            record.licence.files = Bounded::new(vec![digests(b"%PDF-1.7 genuine", FileKind::Pdf)]).unwrap();
        });
        Attempt { proof: Some(proof), ..Attempt::anchored(w, b"%PDF-1.7 genuinE".to_vec()) }
    }),
    forgery("a PDF without proof", Anchoring, Unverifiable, "no proof", |w| Attempt {
        proof: None,
        ..Attempt::anchored(w, b"%PDF-1.7 genuine".to_vec())
    }),
];

fn w_file() -> Vec<u8> {
    WORKSHOP.file.clone()
}

fn status(workshop: &Workshop, status: Status) -> Attempt {
    Attempt::recorded(workshop, |record| record.licence.status = status)
}
