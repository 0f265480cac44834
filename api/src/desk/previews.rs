//! The newest previews, so that a page's pictures are drawn once for each saving. In memory only: they show persons.

use super::port::Preview;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Previews kept: one for each operator who works at the same time, at about 200 KB.
const KEPT: usize = 32;

/// The newest previews.
#[derive(Default)]
pub(crate) struct Previews(Mutex<VecDeque<(String, Arc<Preview>)>>);

impl Previews {
    /// The preview of a draft's revision.
    pub(crate) fn find(&self, id: &str, revision: u64) -> Option<Arc<Preview>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|(of, preview)| of == id && preview.revision == revision);
        found.map(|(_, preview)| Arc::clone(preview))
    }

    /// Keeps a preview; the draft's older one goes.
    pub(crate) fn keep(&self, id: &str, preview: Preview) -> Arc<Preview> {
        let preview = Arc::new(preview);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(of, _)| of != id);
        kept.truncate(KEPT.saturating_sub(1));
        kept.push_front((id.to_owned(), Arc::clone(&preview)));
        preview
    }

    /// Forgets a draft that is signed or thrown away.
    pub(crate) fn forget(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(of, _)| of != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_revision_of_the_newest_drafts_is_kept() {
        let previews = Previews::default();
        let of = |revision| Preview { revision, pages: Vec::new() };
        previews.keep("a", of(1));
        previews.keep("a", of(2));
        assert!(previews.find("a", 1).is_none() && previews.find("a", 2).is_some());
        for number in 0..100 {
            previews.keep(&number.to_string(), of(1));
        }
        assert!(previews.find("a", 2).is_none() && previews.find("99", 1).is_some());
        assert_eq!(previews.0.lock().unwrap().len(), KEPT);
        previews.forget("99");
        assert!(previews.find("99", 1).is_none());
    }
}
