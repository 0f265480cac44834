//! Pictures of what is about to be signed. Each says so across the whole page: a picture of a draft must never pass as a licence.

use super::{IssueError, PREVIEW_DPI};
use zhengku_document::font::FontLibrary;
use zhengku_document::page::Sheet;
use zhengku_document::png;
use zhengku_document::template;

/// What stands across the pages of a preview.
const MARK: &str = "预览 PREVIEW";

/// Draws pages as PNG files with the watermark of a preview.
///
/// # Errors
/// [`IssueError`].
pub fn draw_preview(mut sheets: Vec<Sheet>, fonts: &FontLibrary) -> Result<Vec<Vec<u8>>, IssueError> {
    template::watermark(&mut sheets, MARK, fonts)?;
    sheets.iter().map(|sheet| png::render(sheet, fonts, PREVIEW_DPI, &[]).map_err(IssueError::from)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use zhengku_document::font::DEBIAN_FONTS;
    use zhengku_document::page::Um;

    #[test]
    fn every_page_of_a_preview_is_marked() {
        let fonts = FontLibrary::load(Path::new(DEBIAN_FONTS)).unwrap();
        let blank = || Sheet { width: Um(210_000), height: Um(297_000), form: Vec::new(), marks: Vec::new() };
        let bare = png::render(&blank(), &fonts, PREVIEW_DPI, &[]).unwrap();
        let drawn = draw_preview(vec![blank(), blank()], &fonts).unwrap();
        assert_eq!(drawn.len(), 2);
        assert!(drawn.iter().all(|page| page.len() > 2 * bare.len()));
    }
}
