use super::*;
use crate::codec;
use crate::fixtures::*;
use crate::ids::{ChainId, OrganisationNumber};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::domain::Domain;
use zhengku_crypto::merkle::{BatchTree, leaf_hash, static_root};
use zhengku_crypto::sign::{Signature, SignatureError, Signer};

fn honest() -> SignedTransaction {
    let items = vec![mint(key(1), licence(PLAIN)), mint(key(2), licence(MARRIAGE)), mint(key(3), licence(ENDING))];
    SignedTransaction::sign(
        ChainId::from_digest(digest("chain")),
        ISSUER,
        idempotency(1),
        mints(items),
        &signer_of(ISSUER),
    )
    .unwrap()
}

fn changed(
    change: impl FnOnce(&mut Envelope, &mut Signature, &mut Payload),
) -> Result<VerifiedTransaction, TransactionError> {
    let one = honest();
    let (mut envelope, mut signature, mut payload) = (one.envelope().clone(), *one.signature(), one.payload().clone());
    change(&mut envelope, &mut signature, &mut payload);
    let forged = SignedTransaction::danger_from_committed(envelope, signature, payload);
    let read = SignedTransaction::decode(&forged.encode()).map(SignedTransaction::verify);
    let verified = forged.verify();
    match read {
        Ok(read) => assert_eq!(read, verified),
        Err(error) => assert_eq!(Err(error), verified, "reading and verifying agree on the shape"),
    }
    verified
}

#[test]
fn an_honest_transaction_verifies() {
    let verified = honest().verify().unwrap();
    assert_eq!((verified.id(), verified.signed()), (honest().envelope().id(), &honest()));
    assert_eq!(changed(|_, _, _| {}), Ok(verified));
}

/// The id is of the envelope alone: the items hang below it by their root, the signature does not change it.
#[test]
fn id_and_block_leaf() {
    let one = honest();
    let bytes = codec::encode(one.envelope());
    assert_eq!(one.envelope().id().digest(), &Domain::TransactionId.hash(&bytes));
    let leaf = [bytes, codec::encode(one.signature())].concat();
    assert_eq!(one.clone().verify().unwrap().block_leaf(), leaf);
    let Payload::Mint(items) = one.payload() else { unreachable!("it mints") };
    let hashes: Vec<Digest> = items.iter().map(|item| leaf_hash::<BatchTree>(&codec::encode(item))).collect();
    assert_eq!((one.envelope().items_root, one.payload().item_hashes()), (static_root::<BatchTree>(&hashes), hashes));
}

#[test]
fn the_signature_covers_every_field_of_the_envelope() {
    let changes: [fn(&mut Envelope); 3] = [
        |one| one.chain = ChainId::from_digest(digest("elsewhere")),
        |one| one.organisation = OrganisationNumber(3),
        |one| one.idempotency = idempotency(2),
    ];
    for change in changes {
        assert_eq!(
            changed(|envelope, _, _| change(envelope)),
            Err(TransactionError::Signature(SignatureError::Refused))
        );
    }
    let other_key = changed(|envelope, _, _| envelope.signer = signer(7).public_key());
    assert_eq!(other_key, Err(TransactionError::Signature(SignatureError::Refused)));
    let version = changed(|envelope, _, _| envelope.version = 2);
    assert_eq!(version, Err(TransactionError::Version { actual: 2 }));
    let root = changed(|envelope, _, _| envelope.items_root = Digest::ZERO);
    assert!(matches!(root, Err(TransactionError::ItemsRoot { expected: Digest::ZERO, .. })));
}

#[test]
fn kind_and_count_are_those_of_the_items() {
    let count = changed(|envelope, _, _| envelope.count = 4);
    let (kind, actual_kind) = (PayloadKind::Mint, PayloadKind::Mint);
    assert_eq!(count, Err(TransactionError::PayloadMismatch { announced: 4, kind, actual: 3, actual_kind }));
    let kind = changed(|envelope, _, _| envelope.kind = PayloadKind::Correct);
    assert!(matches!(kind, Err(TransactionError::PayloadMismatch { kind: PayloadKind::Correct, .. })));
    let fewer = changed(|_, _, payload| *payload = mints(vec![mint(key(1), licence(PLAIN))]));
    assert!(matches!(fewer, Err(TransactionError::PayloadMismatch { announced: 3, actual: 1, .. })));
}

/// A correction has the same bytes as a minting; the kind in the envelope and in the payload tells them apart.
#[test]
fn items_of_another_kind_with_the_same_bytes() {
    let as_corrections = |payload: &Payload| {
        let Payload::Mint(items) = payload else { unreachable!("it mints") };
        let one = |item: &Mint| Correction { key: item.key, licence: item.licence.clone() };
        Payload::Correct(list(items.iter().map(one).collect()))
    };
    let both = changed(|envelope, _, payload| {
        *payload = as_corrections(payload);
        envelope.kind = PayloadKind::Correct;
        assert_eq!(payload.items_root(), envelope.items_root);
    });
    assert_eq!(both, Err(TransactionError::Signature(SignatureError::Refused)));
    let payload_alone = changed(|_, _, payload| *payload = as_corrections(payload));
    assert!(matches!(payload_alone, Err(TransactionError::PayloadMismatch { .. })));
}

#[test]
fn the_root_covers_every_item_and_their_order() {
    let reorder: [fn(&mut Vec<Mint>); 4] = [
        |items| items.swap(0, 2),
        |items| items[1].licence.version = 2,
        |items| items[1].key = key(9),
        |items| items[2] = items[1].clone(),
    ];
    for change in reorder {
        let refused = changed(|_, _, payload| {
            let Payload::Mint(items) = payload.clone() else { unreachable!("it mints") };
            let mut items = items.into_vec();
            change(&mut items);
            *payload = mints(items);
        });
        assert!(matches!(refused, Err(TransactionError::ItemsRoot { .. })));
    }
}

#[test]
fn a_foreign_signature() {
    let other = signer(7).sign(Domain::Transaction, b"another message").unwrap();
    let refused = changed(|_, signature, _| *signature = other);
    assert_eq!(refused, Err(TransactionError::Signature(SignatureError::Refused)));
    // The right key over the right bytes, but as a vote: the domain is part of what is signed.
    let vote = signer_of(ISSUER).sign(Domain::Precommit, &codec::encode(honest().envelope())).unwrap();
    let refused = changed(|_, signature, _| *signature = vote);
    assert_eq!(refused, Err(TransactionError::Signature(SignatureError::Refused)));
}

#[test]
fn kinds_counts_and_entries() {
    let reissue = |cause| Supersession { cause, old: key(1), new: key(2), licence: licence(PLAIN) };
    let payloads = [
        (Payload::RegisterOrganisation(list(vec![organisation(ISSUER, crate::entry::Roles::ISSUER)])), 1),
        (mints(vec![mint(key(1), licence(PLAIN)), mint(key(2), licence(PLAIN))]), 2),
        (Payload::Supersede(list(vec![reissue(SupersedeCause::Amend), reissue(SupersedeCause::Renew)])), 2),
        (Payload::Supersede(list(vec![reissue(SupersedeCause::Amend), reissue(SupersedeCause::Reissue)])), 3),
    ];
    for (payload, entries) in payloads {
        assert_eq!(payload.entry_count(), entries);
        assert_eq!(codec::encode(&payload)[0], payload.kind() as u8, "the number of the kind is that of the payload");
    }
}
