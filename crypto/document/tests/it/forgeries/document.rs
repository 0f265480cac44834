//! Documents that the signer sealed knowingly, but that no verifier should open: the seal and the ledger are right.

use super::{Attempt, Forgery, forgery};
use crate::workshop::*;
use zhengku_ledger::verdict::CheckName::Document;
use zhengku_ledger::verdict::Verdict::{Tampered, Unverifiable};

const ROOT: &str = "OFD.xml";
const PAGE: &str = "Doc_0/Pages/Page_0/Content.xml";
const DOCUMENT: &str = "Doc_0/Document.xml";
const ATTACHMENTS: &str = "Doc_0/Attachs/Attachments.xml";

pub(super) const TABLE: &[Forgery] = &[
    forgery("XML 100,000 levels deep", Document, Unverifiable, "levels", |w| {
        inside(w, &format!("{}{}", "<ofd:CT>".repeat(100_000), "</ofd:CT>".repeat(100_000)))
    }),
    forgery("XML of 100,000 elements", Document, Unverifiable, "elements", |w| inside(w, &"<ofd:CT/>".repeat(100_000))),
    forgery("an element with 5,000 attributes", Document, Unverifiable, "attributes", |w| {
        let attributes: String = (0..5_000).map(|number| format!(" a{number}=\"\"")).collect();
        inside(w, &format!("<ofd:CT{attributes}/>"))
    }),
    forgery("3 MB of XML in one file", Document, Unverifiable, "2097152 bytes", |w| inside(w, &spaces(3_000_000))),
    forgery("1.5 MB of text in one element", Document, Unverifiable, "bytes of text", |w| {
        let text: String = (0_u64..300_000).map(|number| format!("{:05}", number * 7919 % 99_991)).collect();
        inside(w, &format!("<ofd:CT>{text}</ofd:CT>"))
    }),
    forgery("8 MB of XML in many files", Document, Unverifiable, "in all", |w| {
        resealed(w, |parts| {
            let body = format!("<ofd:A xmlns:ofd=\"http://www.ofdspec.org/2016\">{}</ofd:A>", spaces(1_000_000));
            parts.extend((0..8).map(|number| (format!("Doc_0/x{number}.xml"), body.clone().into_bytes())));
        })
    }),
    forgery("an entity bomb", Document, Tampered, "document type", |w| {
        resealed(w, |parts| {
            let bomb = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>\n<ofd:OFD";
            edit(parts, ROOT, "<ofd:OFD", bomb);
        })
    }),
    forgery("an entity from outside", Document, Tampered, "document type", |w| {
        resealed(w, |parts| {
            let outside = "<!DOCTYPE x SYSTEM \"http://198.51.100.1/x.dtd\">\n<ofd:Page";
            edit(parts, PAGE, "<ofd:Page", outside);
        })
    }),
    forgery("an entity of its own", Document, Tampered, "an entity is not used", |w| {
        inside(w, "<ofd:CT>&copy;</ofd:CT>")
    }),
    forgery("a processing instruction", Document, Tampered, "processing instruction", |w| inside(w, "<?php run ?>")),
    forgery("XML in UTF-16", Document, Tampered, "not UTF-8", |w| {
        resealed(w, |parts| {
            let text = String::from_utf8(part(parts, PAGE).to_vec()).unwrap();
            replace(parts, PAGE, text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        })
    }),
    forgery("XML that says it is GBK", Document, Tampered, "not UTF-8", |w| {
        resealed(w, |parts| edit(parts, PAGE, "encoding=\"UTF-8\"", "encoding=\"GBK\""))
    }),
    forgery("an element that readers of another standard would show", Document, Tampered, "namespace", |w| {
        inside(w, "<svg xmlns=\"http://www.w3.org/2000/svg\"/>")
    }),
    forgery("a control character on the page", Document, Tampered, "U+0001 is no character", |w| {
        inside(w, "<ofd:CT>\u{1}</ofd:CT>")
    }),
    forgery("a control character by reference", Document, Tampered, "U+0002 is no character", |w| {
        inside(w, "<ofd:CT>&#2;</ofd:CT>")
    }),
    forgery("a control character in an attribute", Document, Tampered, "U+001F is no character", |w| {
        inside(w, "<ofd:CT Name=\"&#x1F;\"/>")
    }),
    forgery("a code point that is no character", Document, Tampered, "U+FFFE is no character", |w| {
        inside(w, "<!-- \u{fffe} -->")
    }),
    forgery("an element that is never closed", Document, Tampered, "not well-formed", |w| inside(w, "<ofd:CT>")),
    forgery("a link on the page", Document, Tampered, "holds Actions", |w| {
        inside(
            w,
            "<ofd:Actions><ofd:Action Event=\"CLICK\"><ofd:URI URI=\"http://198.51.100.1/\"/></ofd:Action></ofd:Actions>",
        )
    }),
    forgery("a picture from the network", Document, Tampered, "outside the package", |w| {
        resealed(w, |parts| {
            let body = "<ofd:Res xmlns:ofd=\"http://www.ofdspec.org/2016\" BaseLoc=\"Res\"><ofd:MultiMedias>\
                        <ofd:MultiMedia ID=\"9\"><ofd:MediaFile>http://198.51.100.1/a.png</ofd:MediaFile></ofd:MultiMedia>\
                        </ofd:MultiMedias></ofd:Res>";
            parts.push(("Doc_0/Other.xml".to_owned(), body.as_bytes().to_vec()));
        })
    }),
    forgery("an attachment outside the package", Document, Tampered, "outside the package", |w| {
        resealed(w, |parts| edit(parts, ATTACHMENTS, "/Doc_0/Attachs/licence.json", "../../licence.json"))
    }),
    forgery("a page that is not there", Document, Tampered, "Page_7/Content.xml is missing", |w| {
        resealed(w, |parts| edit(parts, DOCUMENT, "Pages/Page_0/", "Pages/Page_7/"))
    }),
    forgery("no pages at all", Document, Unverifiable, "0 pages", |w| {
        resealed(w, |parts| {
            let page = format!("<ofd:Page ID=\"{}\" BaseLoc=\"Pages/Page_0/Content.xml\"/>", w.page());
            edit(parts, DOCUMENT, &page, "");
        })
    }),
    forgery("two documents in one file", Document, Tampered, "DocBody is missing or stands more than once", |w| {
        resealed(w, |parts| {
            let text = String::from_utf8(part(parts, ROOT).to_vec()).unwrap();
            let start = text.find("<ofd:DocBody>").unwrap();
            let body = text[start..text.find("</ofd:OFD>").unwrap()].to_owned();
            edit(parts, ROOT, "</ofd:OFD>", &format!("{body}</ofd:OFD>"));
        })
    }),
    forgery(
        "two root files for one document",
        Document,
        Tampered,
        "DocRoot is missing or stands more than once",
        |w| {
            resealed(w, |parts| {
                edit(parts, ROOT, "</ofd:DocRoot>", "</ofd:DocRoot><ofd:DocRoot>Doc_0/PublicRes.xml</ofd:DocRoot>")
            })
        },
    ),
    forgery("a page of no size", Document, Tampered, "not a box of four numbers", |w| {
        resealed(w, |parts| edit(parts, PAGE, ">0 0 297 210<", ">0 0 297 0<"))
    }),
    forgery("two pages of one ID", Document, Tampered, "a page's ID stands twice", |w| {
        resealed(w, |parts| {
            let page = format!("<ofd:Page ID=\"{}\" BaseLoc=\"Pages/Page_0/Content.xml\"/>", w.page());
            edit(parts, DOCUMENT, &page, &page.repeat(2));
        })
    }),
    forgery("100 pages", Document, Unverifiable, "100 pages", |w| {
        resealed(w, |parts| {
            let page = format!("<ofd:Page ID=\"{}\" BaseLoc=\"Pages/Page_0/Content.xml\"/>", w.page());
            let pages: String = (0..100)
                .map(|number| format!("<ofd:Page ID=\"{}\" BaseLoc=\"Pages/Page_0/Content.xml\"/>", 5000 + number))
                .collect();
            edit(parts, DOCUMENT, &page, &pages);
        })
    }),
    forgery("two pages of one content", Document, Tampered, "Page_0/Content.xml is named by two places", |w| {
        resealed(w, |parts| {
            let page = format!("<ofd:Page ID=\"{}\" BaseLoc=\"Pages/Page_0/Content.xml\"/>", w.page());
            edit(parts, DOCUMENT, &page, &format!("{page}{}", page.replace(&w.page(), "5000")));
        })
    }),
    forgery(
        "a page whose name hides it from the rules",
        Document,
        Tampered,
        "Content.txt, which is no .xml file",
        |w| {
            renamed(
                w,
                "<ofd:Actions><ofd:Action Event=\"CLICK\"><ofd:Sound ResourceID=\"1\"/></ofd:Action></ofd:Actions>",
            )
        },
    ),
    forgery("a template of another suffix", Document, Tampered, "Form.dat, which is no .xml file", |w| {
        more(
            w,
            "<ofd:TemplatePage ID=\"5000\" BaseLoc=\"Tpls/Form.dat\"/></ofd:CommonData>",
            "</ofd:CommonData>",
            "Tpls/Form.dat",
        )
    }),
    forgery("annotations of another suffix", Document, Tampered, "Annots.dat, which is no .xml file", |w| {
        more(w, "<ofd:Annotations>Annots.dat</ofd:Annotations><ofd:Attachments>", "<ofd:Attachments>", "Annots.dat")
    }),
    forgery("a list of annotations that an element hides", Document, Tampered, "not a place", |w| {
        let hidden = "<ofd:Annotations>Annots.dat<ofd:CT/></ofd:Annotations><ofd:Attachments>";
        more(w, hidden, "<ofd:Attachments>", "Annots.dat")
    }),
    forgery("versions of the document", Document, Tampered, "holds Versions", |w| {
        let version = "<ofd:Version ID=\"1\" Index=\"1\" Current=\"true\" BaseLoc=\"Doc_0/Document.xml\"/>";
        let versions = format!("<ofd:Versions>{version}</ofd:Versions></ofd:DocBody>");
        resealed(w, |parts| edit(parts, ROOT, "</ofd:DocBody>", &versions))
    }),
    forgery("a version in a file of its own", Document, Tampered, "holds DocVersion", |w| {
        resealed(w, |parts| {
            let version = "<ofd:DocVersion xmlns:ofd=\"http://www.ofdspec.org/2016\" ID=\"1\"><ofd:DocRoot>\
                           /Doc_0/PublicRes.xml</ofd:DocRoot></ofd:DocVersion>";
            parts.push(("Doc_0/Versions/Version_0.xml".to_owned(), version.as_bytes().to_vec()));
        })
    }),
    forgery("a cover that is not there", Document, Tampered, "Cover.png is missing", |w| {
        resealed(w, |parts| edit(parts, ROOT, "</ofd:DocInfo>", "<ofd:Cover>Doc_0/Cover.png</ofd:Cover></ofd:DocInfo>"))
    }),
    forgery(
        "a file that the format does not have",
        Document,
        Tampered,
        "Doc_0/Res/run.exe is no file of a licence",
        |w| resealed(w, |parts| parts.push(("Doc_0/Res/run.exe".to_owned(), b"MZ".to_vec()))),
    ),
    forgery("a font in a folder of its own", Document, Tampered, "is no file of a licence", |w| {
        resealed(w, |parts| parts.push(("Doc_0/Res/more/a.ttf".to_owned(), b"font".to_vec())))
    }),
];

/// Text that neither compresses like a bomb nor says anything.
fn spaces(length: usize) -> String {
    let mut noise: u32 = 1;
    let mut next = || {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if noise >> 31 == 1 { ' ' } else { '\n' }
    };
    (0..length).map(|_| next()).collect()
}

/// More XML on the page, sealed.
fn inside(workshop: &Workshop, xml: &str) -> Attempt {
    resealed(workshop, |parts| edit(parts, PAGE, "<ofd:Content>", &format!("<ofd:Content>{xml}")))
}

/// The page under another name, with more XML on it.
fn renamed(workshop: &Workshop, xml: &str) -> Attempt {
    resealed(workshop, |parts| {
        edit(parts, PAGE, "<ofd:Content>", &format!("<ofd:Content>{xml}"));
        edit(parts, DOCUMENT, "Pages/Page_0/Content.xml", "Pages/Page_0/Content.txt");
        let page = parts.iter_mut().find(|(name, _)| name == PAGE).unwrap();
        page.0 = PAGE.replace(".xml", ".txt");
    })
}

/// `to` in place of `from` in the document, and a file of that name with a link in it.
fn more(workshop: &Workshop, to: &str, from: &str, name: &str) -> Attempt {
    let link = "<ofd:Page xmlns:ofd=\"http://www.ofdspec.org/2016\"><ofd:URI URI=\"http://198.51.100.1/\"/></ofd:Page>";
    resealed(workshop, |parts| {
        edit(parts, DOCUMENT, from, to);
        parts.push((format!("Doc_0/{name}"), link.as_bytes().to_vec()));
    })
}

/// The files changed before the seal was put on.
fn resealed(workshop: &Workshop, change: impl FnOnce(&mut Parts)) -> Attempt {
    let mut parts = workshop.parts();
    change(&mut parts);
    Attempt::anchored(workshop, workshop.sealing().file(parts))
}
