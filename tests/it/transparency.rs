//! The log as strangers read it: another implementation of C2SP signed notes, checkpoints and tiles accepts what this ledger serves,
//! and finds what is planted.

use std::collections::BTreeMap;
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{LogTree, leaf_hash};
use zhengku_ledger::checkpoint::Checkpoint;
use zhengku_ledger::ids::{Height, TimestampMs};
use zhengku_ledger::log::Edge;
use zhengku_tests::forge::{ENTRIES_PER_BLOCK, Forge, HEIGHT, members_at};
use zhengku_tests::tlog::{consistency, entries, head, inclusion};

/// The resources of a log by path, as an HTTP server would give them.
#[derive(Clone, Default)]
struct Served(BTreeMap<String, Vec<u8>>);

impl Served {
    fn get(&self, path: &str) -> Option<Vec<u8>> {
        self.0.get(path).cloned()
    }

    /// The tiles and bundles of a log, made from its edge and full tiles.
    fn of(all: &[Vec<u8>]) -> (Self, Digest) {
        let (mut served, mut edge) = (Self::default(), Edge::default());
        let joined = |hashes: &[Digest]| hashes.iter().flat_map(|hash| *hash.as_bytes()).collect::<Vec<u8>>();
        for entry in all {
            for tile in edge.append(leaf_hash::<LogTree>(entry)) {
                served.0.insert(format!("tile/{}/{}", tile.level, place(tile.index)), joined(&tile.hashes));
            }
        }
        for (level, hashes) in edge.levels().iter().enumerate().filter(|(_, hashes)| !hashes.is_empty()) {
            let number = (all.len() as u64 >> (8 * level)) / 256;
            served.0.insert(format!("tile/{level}/{}.p/{}", place(number), hashes.len()), joined(hashes));
        }
        for (number, bundle) in (0..).zip(all.chunks(256)) {
            let partial = if bundle.len() < 256 { format!(".p/{}", bundle.len()) } else { String::new() };
            let length = |entry: &[u8]| u16::try_from(entry.len()).unwrap().to_be_bytes();
            let bytes = bundle.iter().flat_map(|entry| [&length(entry)[..], entry].concat()).collect();
            served.0.insert(format!("tile/entries/{}{partial}", place(number)), bytes);
        }
        (served, edge.root())
    }
}

/// `x001/234`.
fn place(number: u64) -> String {
    let last = format!("{:03}", number % 1000);
    if number < 1000 { last } else { format!("x{:03}/{last}", number / 1000) }
}

/// A log of any entries with a checkpoint that a bare quorum of the last set signed.
fn log_of(forge: &Forge, all: &[Vec<u8>]) -> Served {
    let (mut served, root) = Served::of(all);
    let (height, time) = (Height(9), TimestampMs(7));
    let checkpoint = Checkpoint { chain: forge.chain(), size: all.len() as u64, root, height, time };
    served.0.insert("checkpoint".to_owned(), Forge::sign(checkpoint, &members_at(9)[..5]).text().into_bytes());
    served
}

#[test]
fn a_stranger_reads_the_whole_log() {
    let forge = Forge::default();
    let all = forge.encoded_entries();
    let (mut served, root) = Served::of(&all);
    assert_eq!(root, forge.header(HEIGHT).log_root);
    served.0.insert("checkpoint".to_owned(), forge.checkpoint(HEIGHT, members_at(HEIGHT)).text().into_bytes());
    let fetch = |path: &str| served.get(path);
    let keys = forge.verifier_keys(HEIGHT);
    let newest = head(&fetch, &keys, 5).unwrap();
    assert_eq!((newest.size, newest.signers.len()), (ENTRIES_PER_BLOCK * HEIGHT, 7));
    assert_eq!(newest.origin, format!("zhengku.invalid/{}", forge.chain()));
    assert_eq!(newest.extension, format!("height {HEIGHT}\ntime {}\n", forge.header(HEIGHT).time.0));
    assert_eq!(entries(&fetch, &newest).unwrap(), all);
    for index in [0, 1, 255, 256, 2047, 5000, newest.size - 1] {
        let entry = &all[usize::try_from(index).unwrap()];
        let theirs = inclusion(&fetch, &newest, index, entry).unwrap();
        if index > 1 {
            let ours = forge.proof(HEIGHT, index).licence.path;
            let same = theirs.iter().map(|hash| hash.0).eq(ours.iter().map(|hash| *hash.as_bytes()));
            assert!(same, "the path of {index} in our proofs is theirs");
        }
    }
    let older = forge.checkpoint(3, members_at(3)).text().into_bytes();
    let old = head(&|_: &str| Some(older.clone()), &forge.verifier_keys(3), 3).unwrap();
    let theirs = consistency(&fetch, &old, &newest).unwrap();
    let ours = forge.extension(3, HEIGHT).path;
    assert!(theirs.iter().map(|hash| hash.0).eq(ours.iter().map(|hash| *hash.as_bytes())));
}

/// Sizes at which tiles and bundles begin and end, three levels of tiles included.
#[test]
fn logs_of_every_awkward_size() {
    let forge = Forge::default();
    for size in [1_u32, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000] {
        let all: Vec<Vec<u8>> = (0..size).map(|number| number.to_le_bytes().to_vec()).collect();
        let served = log_of(&forge, &all);
        let fetch = |path: &str| served.get(path);
        let head = head(&fetch, &forge.verifier_keys(9), 5).unwrap();
        assert_eq!(entries(&fetch, &head).unwrap(), all, "{size} entries");
    }
}

#[test]
fn a_stranger_finds_what_is_planted() {
    let forge = Forge::default();
    let all: Vec<Vec<u8>> = (0..700_u32).map(|number| number.to_le_bytes().to_vec()).collect();
    let honest = log_of(&forge, &all);
    let keys = forge.verifier_keys(9);
    let judged = |served: &Served| {
        let fetch = |path: &str| served.get(path);
        head(&fetch, &keys, 5).and_then(|head| entries(&fetch, &head))
    };
    assert_eq!(judged(&honest).as_ref(), Ok(&all));
    for path in honest.0.keys() {
        let mut planted = honest.clone();
        let body = planted.0.get_mut(path).unwrap();
        let middle = body.len() / 2;
        body[middle] ^= 1;
        assert!(judged(&planted).is_err(), "a byte of {path}");
        let mut missing = honest.clone();
        missing.0.remove(path);
        assert!(judged(&missing).is_err(), "{path} is missing");
        let mut cut = honest.clone();
        cut.0.get_mut(path).unwrap().pop();
        assert!(judged(&cut).is_err(), "{path} is cut");
    }
    let fetch = |path: &str| honest.get(path);
    assert!(head(&fetch, &keys, 6).is_err(), "more than signed");
    assert!(head(&fetch, &forge.verifier_keys(1)[..1], 1).is_err(), "keys of another set");
    let newest = head(&fetch, &keys, 5).unwrap();
    assert!(inclusion(&fetch, &newest, 5, b"another entry").is_err());
    let mut rewritten = all.clone();
    rewritten[3] = b"rewritten".to_vec();
    let (_, root) = Served::of(&rewritten[..300]);
    let old = zhengku_tests::tlog::Head {
        origin: String::new(),
        size: 300,
        root: tlog_tiles::Hash(*root.as_bytes()),
        extension: String::new(),
        signers: vec![],
    };
    assert!(consistency(&fetch, &old, &newest).is_err(), "the older log is no prefix");
}
