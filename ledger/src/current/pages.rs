//! A list in pages behind `Arc`: cloning shares every page, writing copies the page it touches.

use std::sync::Arc;

/// A growing list of `T` in pages of `PAGE` elements.
#[derive(Clone)]
pub(super) struct Pages<T, const PAGE: usize> {
    pages: Vec<Arc<Vec<T>>>,
    length: usize,
}

impl<T, const PAGE: usize> Default for Pages<T, PAGE> {
    fn default() -> Self {
        Self { pages: Vec::new(), length: 0 }
    }
}

impl<T: Copy, const PAGE: usize> Pages<T, PAGE> {
    pub(super) const fn len(&self) -> usize {
        self.length
    }

    pub(super) fn at(&self, index: usize) -> Option<&T> {
        self.pages.get(index.checked_div(PAGE)?)?.get(index.checked_rem(PAGE)?)
    }

    pub(super) fn at_mut(&mut self, index: usize) -> Option<&mut T> {
        Arc::make_mut(self.pages.get_mut(index.checked_div(PAGE)?)?).get_mut(index.checked_rem(PAGE)?)
    }

    pub(super) fn push(&mut self, element: T) {
        if self.length.is_multiple_of(PAGE) {
            self.pages.push(Arc::new(Vec::with_capacity(PAGE)));
        }
        if let Some(page) = self.pages.last_mut() {
            Arc::make_mut(page).push(element);
            self.length = self.length.saturating_add(1);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.pages.iter().flat_map(|page| page.iter())
    }
}
