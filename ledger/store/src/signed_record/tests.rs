use super::*;

struct Place {
    _scratch: tempfile::TempDir,
    store: PathBuf,
}

impl Place {
    fn new() -> Self {
        let scratch = tempfile::TempDir::new().unwrap();
        let store = scratch.path().join("ledger");
        Self { _scratch: scratch, store }
    }

    fn open(&self) -> Result<SignedRecord, StoreError> {
        SignedRecord::open(&self.store, true)
    }

    fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(directory_of(&self.store))
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Cuts the file that holds a candidate.
    fn tear(&self, one: &Signed) {
        let directory = directory_of(&self.store);
        let slots = read_slots(&directory).unwrap();
        let slot = slots.whole.iter().find(|slot| slot.block == one.block).unwrap();
        let path = slot_path(&directory, slot.number);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
    }
}

fn candidate(height: u64, round: u32) -> Signed {
    let label = format!("{height} {round}");
    let block = BlockId::from_digest(sha256(label.as_bytes()));
    Signed { height: Height(height), round, block, proposal: label.into_bytes() }
}

#[test]
fn one_candidate_a_height_takes_two_files() {
    let place = Place::new();
    let mut record = place.open().unwrap();
    assert!(record.newest().is_none());
    for height in 1..20 {
        record.record(candidate(height, 0)).unwrap();
        assert_eq!(record.newest(), Some(&candidate(height, 0)));
        assert_eq!(record.of_height(Height(height)).unwrap(), [candidate(height, 0)]);
    }
    assert_eq!(place.files(), ["00", "01"]);
    assert_eq!(place.open().unwrap().newest(), Some(&candidate(19, 0)));
}

#[test]
fn all_candidates_of_a_height_come_back_and_make_room_later() {
    let place = Place::new();
    let mut record = place.open().unwrap();
    record.record(candidate(1, 0)).unwrap();
    let all: Vec<Signed> = (0..10).map(|round| candidate(2, round)).collect();
    all.iter().for_each(|one| record.record(one.clone()).unwrap());
    // Proposed again in a later round: known already.
    record.record(Signed { round: 11, ..candidate(2, 9) }).unwrap();
    assert_eq!(record.of_height(Height(2)).unwrap(), all);
    let mut record = place.open().unwrap();
    assert_eq!(record.of_height(Height(2)).unwrap(), all);
    let files = place.files();
    (3..9).for_each(|height| record.record(candidate(height, 0)).unwrap());
    assert_eq!(place.files(), files, "slots of older heights are used again");
    assert_eq!(place.open().unwrap().newest(), Some(&candidate(8, 0)));
}

#[test]
fn two_candidates_of_one_round_are_both_kept() {
    let place = Place::new();
    let mut record = place.open().unwrap();
    let other = Signed { round: 0, ..candidate(1, 7) };
    record.record(candidate(1, 0)).unwrap();
    record.record(other.clone()).unwrap();
    assert_eq!(place.open().unwrap().of_height(Height(1)).unwrap(), [candidate(1, 0), other]);
}

#[test]
fn the_height_never_goes_down() {
    let place = Place::new();
    let mut record = place.open().unwrap();
    record.record(candidate(5, 0)).unwrap();
    let refused = record.record(candidate(4, 3));
    assert!(matches!(refused, Err(StoreError::RolledBack { tip: Height(4), signed: Height(5) })), "{refused:?}");
    let mut again = place.open().unwrap();
    assert!(matches!(again.record(candidate(4, 3)), Err(StoreError::RolledBack { .. })));
    assert!(matches!(check_not_behind(&place.store, Height(3)), Err(StoreError::RolledBack { .. })));
    assert!(check_not_behind(&place.store, Height(4)).is_ok());
}

/// Whatever is torn by a crash is the newest write; the record of the height before, or the other candidates, are whole.
#[test]
fn a_torn_write_loses_itself_only() {
    for rounds in 1..5 {
        let place = Place::new();
        let mut record = place.open().unwrap();
        record.record(candidate(1, 0)).unwrap();
        (0..rounds).for_each(|round| record.record(candidate(2, round)).unwrap());
        place.tear(&candidate(2, rounds - 1));
        let mut record = place.open().unwrap();
        let newest = if rounds == 1 { candidate(1, 0) } else { candidate(2, rounds - 2) };
        assert_eq!(record.newest(), Some(&newest));
        assert_eq!(record.of_height(Height(2)).unwrap().len(), rounds as usize - 1);
        record.record(candidate(2, rounds - 1)).unwrap();
        assert_eq!(place.open().unwrap().of_height(Height(2)).unwrap().len(), rounds as usize);
        place.tear(&candidate(2, rounds - 1));
        place.tear(&newest);
        let refused = place.open().err().unwrap();
        assert!(matches!(refused, StoreError::Damaged { .. }), "{refused:?}");
    }
}

/// The very first write, torn: nothing was voted on yet.
#[test]
fn a_torn_first_write_is_no_record() {
    let place = Place::new();
    place.open().unwrap().record(candidate(1, 0)).unwrap();
    place.tear(&candidate(1, 0));
    let mut record = place.open().unwrap();
    assert!(record.newest().is_none());
    assert!(matches!(require(&place.store, Height(0)), Err(StoreError::SignedRecordMissing { .. })));
    record.record(candidate(1, 0)).unwrap();
    assert_eq!(place.files(), ["00"]);
}

/// More rounds than are kept: the oldest make room, and one that is proposed again stays.
#[test]
fn the_record_is_bounded() {
    let place = Place::new();
    let mut record = place.open().unwrap();
    let kept = candidate(1, 0);
    for round in 0..300 {
        record.record(candidate(1, round)).unwrap();
        if round % 20 == 0 {
            record.record(Signed { round, ..kept.clone() }).unwrap();
        }
        assert!(record.of_height(Height(1)).unwrap().iter().any(|one| one.block == kept.block), "round {round}");
    }
    assert_eq!(place.files().len(), MAX_CANDIDATES);
    let all = place.open().unwrap().of_height(Height(1)).unwrap();
    assert!(all.iter().any(|one| one.block == candidate(1, 299).block));
    assert!(!all.iter().any(|one| one.block == candidate(1, 5).block));
}
