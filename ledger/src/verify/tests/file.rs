use super::*;
use base64::Engine;
use zhengku_crypto::digest::sha256;

fn honest() -> Vec<u8> {
    SMALL.proof.to_file().into_bytes()
}

fn judged(bytes: &[u8]) -> Verification {
    verify_file(bytes, &SMALL.trust, ANY_AGE)
}

/// Writes the digest line anew, as a forger would.
fn with_digest(text: &str) -> Vec<u8> {
    let body = text.rsplit_once("sha256: ").map_or(text, |(body, _)| body);
    format!("{body}sha256: {}\n", sha256(body.as_bytes())).into_bytes()
}

fn edited(change: impl FnOnce(String) -> String) -> Vec<u8> {
    let before = String::from_utf8(honest()).unwrap();
    let after = change(before.clone());
    assert_ne!(before, after, "nothing was edited");
    with_digest(&after)
}

/// Every byte of the file, changed in two bits: never valid.
#[test]
fn no_byte_can_change_unnoticed() {
    let honest = honest();
    assert_eq!(judged(&honest).verdict, Verdict::Valid);
    for place in 0..honest.len() {
        for bit in [0x01, 0x20] {
            let mut changed = honest.clone();
            changed[place] ^= bit;
            let verdict = judged(&changed).verdict;
            assert!(
                matches!(verdict, Verdict::Tampered | Verdict::Unverifiable),
                "byte {place} ^ {bit:#x}: {verdict:?}"
            );
        }
    }
}

/// The head is made from the proof; another text with a right digest line is found.
#[test]
fn a_changed_head_with_a_right_digest_is_tampered() {
    let edits: [(&str, &str); 9] = [
        ("机构2", "机构3"),
        ("有效 valid", "有效  valid"),
        ("张三", "李四"),
        ("证照0 Type 0", "证照1 Type 1"),
        ("版本 Version: 001", "版本 Version: 002"),
        ("2030-", "2099-"),
        ("trust only the verifier", "trust this text"),
        ("block 4", "block 5"),
        ("-----BEGIN ZHENGKU PROOF-----\n", "-----BEGIN ZHENGKU PROOF-----\n\n"),
    ];
    for (from, to) in edits {
        let verification = judged(&edited(|text| text.replacen(from, to, 1)));
        assert_eq!(verification.verdict, Verdict::Tampered, "{from} to {to}");
        assert_eq!(verification.checks.len(), 1, "only the file check is reported");
        assert_eq!(verification.as_of, None);
    }
    let appended = judged(&edited(|text| text.replace("-----END", "AAAA\n-----END")));
    assert_eq!(appended.verdict, Verdict::Tampered);
    let inserted = judged(&edited(|text| text.replacen("\n\n", "\n附注 Note: 长期有效\n\n", 1)));
    assert_eq!(inserted.verdict, Verdict::Tampered);
}

/// Base64 has one spelling here: other line widths, padding and trailing bits are refused.
#[test]
fn the_layout_of_the_base64_is_fixed() {
    let joined = |text: String| {
        let (head, rest) = text.split_once("PROOF-----\n").unwrap();
        let (encoded, tail) = rest.split_once("\n-----END").unwrap();
        format!("{head}PROOF-----\n{}\n-----END{tail}", encoded.replace('\n', ""))
    };
    assert_eq!(judged(&edited(joined)).verdict, Verdict::Tampered);
    let spaced = judged(&edited(|text| text.replacen("\n-----END", " \n-----END", 1)));
    assert_eq!(spaced.verdict, Verdict::Tampered);
    let bytes = SMALL.proof.encode();
    let longer = [bytes.clone(), vec![0]].concat();
    for other in [longer, bytes[..bytes.len() - 1].to_vec(), Vec::new()] {
        let encoded = base64::engine::general_purpose::STANDARD.encode(other);
        let replaced = judged(&edited(|text| {
            let (head, rest) = text.split_once("PROOF-----\n").unwrap();
            format!("{head}PROOF-----\n{encoded}\n-----END{}", rest.split_once("\n-----END").unwrap().1)
        }));
        assert_eq!(replaced.verdict, Verdict::Tampered);
    }
}

#[test]
fn line_endings_spaces_and_marks_are_part_of_the_file() {
    let text = String::from_utf8(honest()).unwrap();
    let crlf = text.replace('\n', "\r\n");
    for changed in [
        crlf.clone().into_bytes(),
        with_digest(&crlf),
        format!("\u{feff}{text}").into_bytes(),
        format!("{text}\n").into_bytes(),
        format!("{text} ").into_bytes(),
        text.trim_end().as_bytes().to_vec(),
        format!("\n{text}").into_bytes(),
        text.to_uppercase().into_bytes(),
        text.replace("sha256: ", "SHA256: ").into_bytes(),
        [honest(), honest()].concat(),
        text.replacen("ZHENGKU-PROOF 1\n", "ZHENGKU-PROOF 1 \n", 1).into_bytes(),
        text.replacen("ZHENGKU-PROOF 1\n", "ZHENGKU-PROOF 01\n", 1).into_bytes(),
    ] {
        assert_eq!(judged(&changed).verdict, Verdict::Tampered, "{:?}", String::from_utf8_lossy(&changed[..40]));
    }
}

#[test]
fn truncated_files() {
    let honest = honest();
    for length in (0..honest.len()).step_by(7).chain([honest.len() - 1, honest.len() - 2, 1, 15, 16]) {
        let verdict = judged(&honest[..length]).verdict;
        let expected = if length < "ZHENGKU-PROOF 1".len() { Verdict::Unverifiable } else { Verdict::Tampered };
        assert_eq!(verdict, expected, "{length} bytes");
    }
}

#[test]
fn what_was_never_a_proof_is_unverifiable() {
    let png =
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89";
    let endless = vec![b'A'; crate::proof::file::MAX_FILE_BYTES + 1];
    let utf16: Vec<u8> = String::from_utf8(honest()).unwrap().encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [
        &b""[..],
        b"\n",
        b"hello",
        png,
        &endless,
        &utf16,
        b"sha256: ",
        b"{\"a\":1}",
        &[0xff; 300],
        SMALL.proof.encode().as_slice(),
    ] {
        let verification = judged(bytes);
        assert_eq!(verification.verdict, Verdict::Unverifiable);
        assert_eq!(verification.checks[0].state, CheckState::NotChecked);
        assert!(verification.checks[0].reason_en.contains("not a proof file") || bytes.len() > 1_000_000);
    }
    // A foreign text that happens to end with its own digest.
    assert_eq!(judged(&with_digest("notes\n")).verdict, Verdict::Unverifiable);
}

/// A newer version is no forgery: the holder is told to take a newer verifier, with the digest line of either program.
#[test]
fn newer_versions_are_unverifiable() {
    let text = String::from_utf8(honest()).unwrap();
    for version in ["2", "3", "9", "10", "12", "100"] {
        let newer = text.replacen("ZHENGKU-PROOF 1", &format!("ZHENGKU-PROOF {version}"), 1);
        for bytes in [newer.clone().into_bytes(), with_digest(&newer)] {
            let verification = judged(&bytes);
            assert_eq!(verification.verdict, Verdict::Unverifiable, "{version}");
            assert!(verification.checks[0].reason_en.contains("use a newer zhengku-verify"));
        }
    }
}

/// Values that look like parts of the file do not confuse the reader.
#[test]
fn values_that_imitate_the_file_are_harmless() {
    for value in [
        "-----BEGIN ZHENGKU PROOF-----",
        "x -----BEGIN ZHENGKU PROOF-----",
        "-----END ZHENGKU PROOF-----",
        "sha256: 0000000000000000000000000000000000000000000000000000000000000000",
        "ZHENGKU-PROOF 2",
        "x\n-----BEGIN ZHENGKU PROOF-----\nAAAA\n-----END ZHENGKU PROOF-----\ny",
        "\n状态 Status: 有效 valid\n",
        "\n",
    ] {
        let fields = FieldSet::new(vec![
            Field { key: text("name"), value: text(value), salt: [1; 16] },
            Field { key: text("number"), value: text(value), salt: [2; 16] },
        ]);
        let mut world = World::new(1);
        let licence = with(licence(PLAIN), |one| (one.fields_root, one.field_count) = (fields.root(), 2));
        let index = world.apply(ISSUER, mints(vec![mint(key(1), licence)]));
        let (mut proof, trust) = prove(&mut world, index);
        proof.disclosed = list(fields.disclose(|_| true).unwrap());
        let file = proof.to_file();
        assert_eq!(verify_file(file.as_bytes(), &trust, ANY_AGE).verdict, Verdict::Valid, "{value}");
        let forged = |line: &&str| line.starts_with("状态 Status") || line.starts_with("-----");
        assert_eq!(file.lines().filter(forged).count(), 3, "no value makes a line of its own");
    }
}

/// The largest proof of the longest values still fits the limit of a file, line feeds included.
#[test]
fn the_largest_file_is_read() {
    let value = "\n".repeat(crate::entry::fields::MAX_VALUE_BYTES);
    let field = |place: u8| Field { key: text(&format!("k{place}")), value: text(&value), salt: [place; 16] };
    let fields = FieldSet::new((0..64).map(field).collect());
    let mut proof = SMALL.proof.clone();
    proof.disclosed = list(fields.disclose(|_| true).unwrap());
    let read = Proof::from_file(proof.to_file().as_bytes());
    assert!(read.as_ref() == Ok(&proof), "{:?}", read.err());
}

/// The file speaks of what the proof holds, so a person can compare it with the licence.
#[test]
fn the_head_says_what_is_proven() {
    let text = SMALL.proof.to_file();
    for line in [
        "ZHENGKU-PROOF 1\n证照状态证明 Licence status proof\n",
        "状态 Status: 有效 valid\n",
        "照面 Field: 标签name (name) = 张三\n",
        "照面 Field: 标签address (address) = 浦东新区\n",
        "发证机关 Issuer: 机构2 Organisation 2 (",
    ] {
        assert!(text.contains(line), "{line}");
    }
    assert!(!text.contains("310000-1"), "what is not disclosed does not stand in the file");
    assert!(text.lines().all(|line| line.len() <= 200));
}
