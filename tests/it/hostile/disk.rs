//! A disk that is full, and one that is read-only: real file systems, in a mount namespace of the test's own.

use super::{assert_intact, small_site};
use zhengku_tests::files::text;
use zhengku_tests::run::{binary, in_namespace};
use zhengku_tests::site::{FIRST_ENTRIES, MARRIAGE, Site};

/// Arguments: zhengku, node, register, mount point. The node moves onto a small tmpfs, which is filled by an import; then it grows.
const FULL: &str = r#"
set -u
mount -t tmpfs -o size=20m tmpfs "$4" && cp -a "$2" "$4/node" || exit 90
"$1" import "$3" --data "$4/node" -o json --lang zh 2> "$4.zh"; echo "zh $?"
"$1" import "$3" --data "$4/node" -o json --lang en 2> "$4.en"; echo "en $?"
mount -o remount,size=300m "$4" || exit 91
"$1" ledger fsck --data "$4/node" -o json; echo "fsck $?"
"$1" import "$3" --data "$4/node" -o json; echo "resumed $?"
"$1" ledger fsck --data "$4/node" -o json; echo "fsck $?"
"#;

#[test]
fn a_full_disk_is_reported_and_loses_nothing() {
    let site = Site::with_registers(54, 40_000, true);
    let mount = site.path().join("mount");
    std::fs::create_dir(&mount).unwrap();
    let (zhengku, register, node) = (binary("zhengku"), site.register(MARRIAGE), site.node());
    let ran = in_namespace(FULL, &[text(&zhengku), text(&node), text(&register), text(&mount)]).exits(0);
    for (language, expected) in [("zh", "磁盘已满"), ("en", "full")] {
        let err = std::fs::read_to_string(format!("{}.{language}", mount.display())).unwrap();
        assert!(ran.out.contains(&format!("{language} 2\n")), "{ran:#?}\n{err}");
        assert!(err.contains(expected) && !err.contains("panicked"), "{err}");
    }
    assert_eq!(ran.out.matches("fsck 0\n").count(), 2, "{ran:#?}");
    assert!(ran.out.contains("resumed 0\n"), "{ran:#?}");
    let line = ran.out.lines().find(|line| line.contains("\"accepted\"")).unwrap();
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    let count = |name: &str| line[name].as_u64().unwrap();
    assert_eq!(count("accepted") + count("repeated"), 40_000, "{line}");
    assert!(count("accepted") > 0, "the disk was full before the end: {line}");
    assert_eq!(count("log_size"), 40_000 + FIRST_ENTRIES);
}

/// Arguments: zhengku, node, register, number.
const READ_ONLY: &str = r#"
set -u
mount --bind "$2" "$2" && mount -o remount,ro,bind "$2" || exit 90
for lang in zh en; do
  "$1" import "$3" --data "$2" --lang $lang 2>&1; echo "code $?"
  "$1" licence revoke "$4" --ground x --data "$2" --lang $lang 2>&1; echo "code $?"
  "$1" init --data "$2/new" --lang $lang 2>&1; echo "code $?"
done
"$1" ledger status --data "$2" -o json; echo "reading $?"
"#;

#[test]
fn a_read_only_directory_is_reported() {
    let (site, size) = small_site(55);
    let (zhengku, register, node) = (binary("zhengku"), site.register(MARRIAGE), site.node());
    let number = &site.numbers(MARRIAGE)[0];
    let ran = in_namespace(READ_ONLY, &[text(&zhengku), text(&node), text(&register), number]).exits(0);
    assert_eq!(ran.out.matches("code 2\n").count(), 6, "{}", ran.out);
    assert!(!ran.out.contains("panicked"), "{}", ran.out);
    let lines =
        |start: &str, text: &str| ran.out.lines().filter(|line| line.starts_with(start) && line.contains(text)).count();
    assert_eq!(lines("错误:", "只读"), 3, "{}", ran.out);
    assert_eq!(lines("error:", "Read-only"), 3, "{}", ran.out);
    assert!(ran.out.contains("reading 0\n"), "a reader needs no write access: {}", ran.out);
    assert_intact(&site, size);
}
