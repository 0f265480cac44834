//! Forged packages: everything that lets a ZIP archive say one thing to one program and something else to another.

use super::{Attempt, Forgery, forgery};
use crate::workshop::zip::{Entry, Frame, assemble};
use crate::workshop::*;
use zhengku_ledger::verdict::CheckName::{File, Package};
use zhengku_ledger::verdict::Verdict::{Tampered, Unverifiable};

pub(super) const TABLE: &[Forgery] = &[
    forgery("data behind the archive", Package, Tampered, "after the end", |w| {
        framed(w, |f| f.trailer = b"hidden".to_vec())
    }),
    forgery("a comment of the archive", Package, Tampered, "after the end", |w| {
        framed(w, |f| f.comment = b"hidden".to_vec())
    }),
    forgery("a program before the archive", File, Unverifiable, "its first line is not \"ZHENGKU-PROOF 1\"", |w| {
        framed(w, |f| f.prefix = b"MZ hidden".to_vec())
    }),
    forgery(
        "an entry before the first that the directory does not list",
        Package,
        Tampered,
        "belong to no entry",
        |w| {
            let hidden = assemble(&[Entry::stored("OFD.xml", b"<other/>")], &Frame::default());
            let local = hidden[..30 + 7 + 8].to_vec();
            framed(w, |f| f.prefix = local)
        },
    ),
    forgery("bytes between two entries", Package, Tampered, "belong to no entry", |w| {
        entries(w, |e| e[1].gap = vec![7; 9])
    }),
    forgery("bytes before the directory", Package, Tampered, "before the central directory", |w| {
        framed(w, |f| f.before_directory = vec![0; 40])
    }),
    forgery("bytes between directory and end", Package, Tampered, "before the end of the central", |w| {
        framed(w, |f| f.before_end = vec![0; 12])
    }),
    forgery("the same name twice", Package, Tampered, "\"Doc_0/Document.xml\" stands twice", |w| {
        entries(w, |e| e.push(e[1].clone()))
    }),
    forgery("the same name in capitals", Package, Tampered, "\"DOC_0/document.xml\" stands twice", |w| {
        entries(w, |e| e.push(Entry::stored("DOC_0/document.xml", b"<other/>")))
    }),
    forgery("a name that climbs out with ..", Package, Tampered, "leads outside", |w| {
        extra(w, "Doc_0/../../etc/cron.d/x")
    }),
    forgery("an absolute name", Package, Tampered, "leads outside", |w| extra(w, "/etc/passwd")),
    forgery("a name with backslashes", Package, Tampered, "some systems take for a path", |w| extra(w, "Doc_0\\x.xml")),
    forgery("a drive in a name", Package, Tampered, "some systems take for a path", |w| extra(w, "C:x.xml")),
    forgery("a control character in a name", Package, Tampered, "control character", |w| extra(w, "Doc_0/x\u{0}.xml")),
    forgery("a dot at the end of a name", Package, Tampered, "leads outside", |w| extra(w, "Doc_0/Document.xml.")),
    forgery("an empty part in a name", Package, Tampered, "leads outside", |w| extra(w, "Doc_0//Document.xml")),
    forgery("an empty name", Package, Tampered, "empty or longer", |w| extra(w, "")),
    forgery("a name of 300 bytes", Package, Tampered, "empty or longer", |w| extra(w, &"n".repeat(300))),
    forgery("a name in two Unicode spellings", Package, Tampered, "composed UTF-8", |w| {
        entries(w, |e| e.push(Entry { flags: 1 << 11, ..Entry::stored("Doc_0/e\u{301}.xml", b"x") }))
    }),
    forgery("a name in an undeclared encoding", Package, Tampered, "composed UTF-8", |w| extra(w, "Doc_0/证照.xml")),
    forgery("a file that is also a directory", Package, Tampered, "a file and a directory", |w| {
        extra(w, "Doc_0/Document.xml/x")
    }),
    forgery("a symbolic link", Package, Tampered, "no ordinary file", |w| {
        entries(w, |e| e[1].attributes = 0o120_777 << 16)
    }),
    forgery("a device", Package, Tampered, "no ordinary file", |w| entries(w, |e| e[1].attributes = 0o020_644 << 16)),
    forgery("a file with the set-user-id bit", Package, Tampered, "no ordinary file", |w| {
        entries(w, |e| e[1].attributes = 0o104_755 << 16)
    }),
    forgery("a directory as an entry", Package, Tampered, "no ordinary file", |w| {
        entries(w, |e| e[1].attributes = 0x10)
    }),
    forgery("65,000 entries", Package, Unverifiable, "65000 entries", |w| {
        let many: Vec<Entry> = (0..65_000).map(|number| Entry::stored(&format!("{number}"), b"")).collect();
        Attempt::anchored(w, assemble(&many, &Frame::default()))
    }),
    forgery("more entries declared than there are", Package, Tampered, "the central directory is missing", |w| {
        framed(w, |f| f.count = Some(40))
    }),
    forgery("fewer entries declared than there are", Package, Tampered, "before the end of the central", |w| {
        framed(w, |f| f.count = Some(3))
    }),
    forgery("a bomb: 30 MB of zeros in 30 kB", Package, Unverifiable, "inflates to more than", |w| {
        entries(w, |e| e.push(Entry::deflated("Doc_0/bomb.xml", &vec![0; 30_000_000])))
    }),
    forgery("a bomb that declares 100 bytes", Package, Tampered, "data that its header declares: length", |w| {
        let bomb = Entry::deflated("Doc_0/bomb.xml", &vec![0; 30_000_000]);
        entries(w, |e| e.push(Entry { length: 100, directory_length: 100, ..bomb }))
    }),
    forgery("a bomb in many small pieces", Package, Unverifiable, "the entries inflate to", |w| {
        let piece = Entry::deflated("x", &vec![0; 1_000_000]);
        let named = |number: u32| {
            let name = format!("Doc_0/{number}.xml").into_bytes();
            Entry { name: name.clone(), local_name: name, ..piece.clone() }
        };
        entries(w, |e| e.extend((0..500).map(named)))
    }),
    forgery("an encrypted entry", Package, Unverifiable, "encryption is not used", |w| entries(w, |e| e[1].flags = 1)),
    forgery("a data descriptor", Package, Unverifiable, "data descriptor", |w| entries(w, |e| e[1].flags = 8)),
    forgery("a compression that few programs know", Package, Unverifiable, "other than deflate", |w| {
        entries(w, |e| e[1].method = 12)
    }),
    forgery("a version of ZIP from the future", Package, Unverifiable, "above 2.0", |w| {
        entries(w, |e| e[1].version = 63)
    }),
    forgery("two names for one entry", Package, Tampered, "headers differ in name", |w| {
        entries(w, |e| e[1].local_name = b"Doc_0/Documents.xml"[..18].to_vec())
    }),
    forgery("two lengths for one entry", Package, Tampered, "headers differ in length", |w| {
        entries(w, |e| e[1].directory_length -= 1)
    }),
    forgery("two entries over the same bytes", Package, Tampered, "belong to no entry or to two", |w| {
        entries(w, |e| e[2].offset = Some(0))
    }),
    forgery("a wrong checksum", Package, Tampered, "declares: checksum", |w| entries(w, |e| e[1].checksum ^= 1)),
    forgery("stored data of two lengths", Package, Tampered, "two lengths of stored data", |w| {
        entries(w, |e| {
            let content = b"abcdef";
            e.push(Entry { length: 3, directory_length: 3, ..Entry::stored("Doc_0/x.bin", content) });
        })
    }),
    forgery("bytes behind a compressed stream", Package, Tampered, "behind the compressed stream", |w| {
        entries(w, |e| e[1].data.extend(b"hidden"))
    }),
    forgery("data that do not inflate", Package, Tampered, "no deflate stream", |w| {
        entries(w, |e| e[1].data = vec![0xff; 40])
    }),
    forgery("zip64 sizes", Package, Unverifiable, "zip64", |w| entries(w, |e| e[1].directory_length = u32::MAX)),
    forgery("an extra field", Package, Unverifiable, "extra field", |w| {
        entries(w, |e| e[1].extra = vec![0x75, 0x70, 4, 0, 1, 2, 3, 4])
    }),
    forgery("a comment on an entry", Package, Unverifiable, "comment", |w| {
        entries(w, |e| e[1].comment = b"hidden".to_vec())
    }),
    forgery("an archive in parts", Package, Unverifiable, "several parts", |w| framed(w, |f| f.disk = 1)),
    forgery("a file cut off", Package, Tampered, "missing or cut off", |w| {
        let mut file = w.file.clone();
        file.truncate(file.len() / 2);
        Attempt::anchored(w, file)
    }),
    forgery("a file of 25 MB", Package, Unverifiable, "bytes; at most", |w| {
        entries(w, |e| e.push(Entry::stored("Doc_0/large.bin", &vec![1; 25_000_000])))
    }),
];

/// The genuine files in a frame that was tampered with.
fn framed(workshop: &Workshop, change: impl FnOnce(&mut Frame)) -> Attempt {
    let mut frame = Frame::default();
    change(&mut frame);
    Attempt::anchored(workshop, assemble(&honest(workshop), &frame))
}

/// The genuine files, some of them tampered with.
fn entries(workshop: &Workshop, change: impl FnOnce(&mut Vec<Entry>)) -> Attempt {
    let mut entries = honest(workshop);
    change(&mut entries);
    Attempt::anchored(workshop, assemble(&entries, &Frame::default()))
}

/// One entry more.
fn extra(workshop: &Workshop, name: &str) -> Attempt {
    entries(workshop, |entries| entries.push(Entry::stored(name, b"x")))
}

fn honest(workshop: &Workshop) -> Vec<Entry> {
    workshop.parts().iter().map(|(name, content)| Entry::deflated(name, content)).collect()
}
