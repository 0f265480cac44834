//! The files that a licence has (docs/spec/licence-file.md, section 1): a package with any other is not one of ours.

use crate::ofd::{LICENCE_JSON, SEAL, SIGNATURE, SIGNED_VALUE};
use crate::package::Package;
use crate::page::MAX_PAGES;

/// The files whose names are fixed.
const FIXED: [&str; 10] = [
    "OFD.xml",
    "Doc_0/Document.xml",
    "Doc_0/PublicRes.xml",
    "Doc_0/DocumentRes.xml",
    "Doc_0/Attachs/Attachments.xml",
    LICENCE_JSON,
    "Doc_0/Signs/Signatures.xml",
    SEAL,
    SIGNATURE,
    SIGNED_VALUE,
];

/// The first entry that the table does not have.
pub(super) fn stranger<'p>(package: &'p Package<'_>) -> Option<&'p str> {
    package.iter().map(|(path, _)| path).find(|path| !is_listed(path))
}

fn is_listed(path: &str) -> bool {
    let between = |before: &str, after: &str| path.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    let is_page = |number: &str| is_number(number) && number.parse().is_ok_and(|number: usize| number < MAX_PAGES);
    FIXED.contains(&path)
        || between("Doc_0/Tpls/Tpl_", "/Content.xml").is_some_and(is_page)
        || between("Doc_0/Pages/Page_", "/Content.xml").is_some_and(is_page)
        || between("Doc_0/Res/image_", ".png").is_some_and(is_number)
        || between("Doc_0/Res/", ".ttf").is_some_and(|name| !name.is_empty() && !name.contains('/'))
}

/// Decimal digits without leading zeros.
fn is_number(text: &str) -> bool {
    let is_plain = text == "0" || !text.starts_with('0');
    !text.is_empty() && is_plain && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_that_of_the_specification() {
        let listed =
            ["OFD.xml", "Doc_0/Tpls/Tpl_63/Content.xml", "Doc_0/Pages/Page_0/Content.xml", "Doc_0/Res/image_12.png"];
        for path in listed.into_iter().chain(FIXED).chain(["Doc_0/Res/LXGWWenKai-Regular.ttf"]) {
            assert!(is_listed(path), "{path}");
        }
        for path in [
            "ofd.xml",
            "Doc_0/ofd.xml",
            "Doc_0/Pages/Page_64/Content.xml",
            "Doc_0/Pages/Page_00/Content.xml",
            "Doc_0/Pages/Page_/Content.xml",
            "Doc_0/Pages/Page_+1/Content.xml",
            "Doc_0/Pages/Page_0/Annots.xml",
            "Doc_0/Res/image_.png",
            "Doc_0/Res/image_1.jpg",
            "Doc_0/Res/.ttf",
            "Doc_0/Res/a/b.ttf",
            "Doc_0/Signs/Sign_1/Signature.xml",
            "Doc_1/Document.xml",
        ] {
            assert!(!is_listed(path), "{path}");
        }
    }
}
