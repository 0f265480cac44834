//! How large sealed licence files are: an original of ordinary content has at most 40,000 bytes with a seal as departments have it.

#[path = "support/samples.rs"]
mod samples;
#[path = "support/sealer.rs"]
mod sealer;

use sealer::{CREATED, Measured};
use std::path::Path;
use zhengku_document::font::{DEBIAN_FONTS, FontLibrary};
use zhengku_document::licence::LicenceData;
use zhengku_document::ofd::{self, OfdContent};
use zhengku_document::template;

/// The bound of the project for a licence of ordinary content.
const MOST: usize = 40_000;

#[test]
fn ordinary_licences_stay_within_forty_thousand_bytes() {
    let fonts = FontLibrary::load(Path::new(DEBIAN_FONTS)).expect("the fonts are installed");
    let sealer = Measured::new(&fonts).expect("a seal");
    let size = |data: &LicenceData, template: &str| {
        let composed = template::compose(data, template, &fonts).expect("it composes");
        let content = OfdContent {
            sheets: &composed.sheets,
            data,
            created: CREATED,
            seal_name: "行政审批专用章",
            annotation: None,
        };
        let unsealed = ofd::write(&content, &fonts).expect("it is written");
        unsealed.seal(composed.seal.page, composed.seal.place, &sealer).expect("it is sealed").len()
    };
    let ordinary = [
        (samples::food(), "permit"),
        (samples::issued_food(), "permit"),
        (samples::birth("正页"), "certificate"),
        (samples::birth("副联"), "certificate"),
        (samples::marriage(), "certificate"),
        (samples::residence(), "card"),
        (samples::issued_food(), "plain"),
    ];
    for (data, template) in ordinary {
        let bytes = size(&data, template);
        assert!(bytes <= MOST, "{template}, {}: {bytes} bytes", data.licence_type);
    }
    // The measure is not blind: an annex of ninety items on three pages is more.
    assert!(size(&samples::plain(), "plain") > MOST);
}
