use super::*;

const NOW_S: i64 = 1_790_000_000;

#[test]
fn authorities_are_there_whole_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let layout = Layout::new(directory.path());
    let keys = KeyStore::new(&layout.keys());
    keys.create().unwrap();
    let create = || Pki::create(&layout, &keys, "样例", 1, NOW_S, &mut Randomness::new());
    let is_none = || matches!(Pki::open(&layout), Err(PkiError::None { .. }));

    // The second key cannot be made: something has its name.
    std::fs::create_dir(keys.path(SEAL_AUTHORITY_KEY)).unwrap();
    assert!(create().is_err());
    assert!(is_none() && keys.holds(ROOT_KEY), "no half of it");
    let root = keys.signer(ROOT_KEY).unwrap().public_key();
    std::fs::remove_dir(keys.path(SEAL_AUTHORITY_KEY)).unwrap();

    // The lists cannot be written.
    let lists = layout.pki().with_added_extension("unfinished").join("lists");
    std::fs::remove_dir(&lists).unwrap();
    std::fs::write(&lists, "in the way").unwrap();
    assert!(create().is_err());
    assert!(is_none());
    std::fs::remove_file(&lists).unwrap();

    // Nothing is in the way any more: the same call goes on with the keys that are there.
    let made = create().unwrap();
    assert_eq!(*made.root().public_key(), root);
    let opened = Pki::open(&layout).unwrap();
    assert_eq!(opened.trust().unwrap().lists.len(), 2);
    assert!(matches!(create(), Err(PkiError::Exists { .. })));
    assert!(!layout.pki().with_added_extension("unfinished").exists());

    // A key of before is not taken for new authorities without a sign that they were begun.
    std::fs::remove_dir_all(layout.pki()).unwrap();
    assert!(create().is_err());
    assert!(is_none());
}
