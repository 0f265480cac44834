//! Forms and uploads: bounded, timed, in memory only while they are worked on.

use super::trouble::Trouble;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt, Limited};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The longest form: 64 fields of 1,000 Chinese characters, percent-encoded, and room.
const MAX_FORM: usize = 1024 * 1024;
/// What a multipart body has beside its files.
const AROUND_FILES: usize = 16 * 1024;
/// Parts of an upload: two files and some fields.
const MAX_PARTS: usize = 16;
/// How long a body may take: a register of 48 MiB at 7 Mbit/s.
const BODY_TIME: Duration = Duration::from_secs(60);
/// Bytes of a body that is too long that are read and thrown away, so that the browser sees the answer and not a broken connection.
const DRAINED: usize = 128 * 1024 * 1024;

/// A form's fields, in order.
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// The first value of a field, without space around it; empty when it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// All values of a field.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
    }

    /// A value exactly as it was sent: passwords may begin with a space.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Trouble;

    async fn from_request(request: Request, state: &S) -> Result<Self, Trouble> {
        let (parts, body) = request.into_parts();
        if announced(&parts.headers).is_some_and(|length| length > MAX_FORM) {
            return Err(Trouble::TooLarge(MAX_FORM / 1024 / 1024));
        }
        let bytes = whole(body, MAX_FORM).await?;
        let request = Request::from_parts(parts, Body::from(bytes));
        let form = axum::Form::<Vec<(String, String)>>::from_request(request, state).await;
        form.map(|form| Self(form.0)).map_err(|_| Trouble::BadForm)
    }
}

/// A file of an upload.
pub(crate) struct File {
    /// Its name, without directories.
    pub(crate) name: String,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
}

/// A form with files.
pub(crate) struct Upload {
    /// The fields.
    pub(crate) form: Form,
    files: Vec<(String, File)>,
    _share: OwnedSemaphorePermit,
}

impl Upload {
    /// Reads an upload of at most `limit` bytes of files, when there is memory for it.
    pub(crate) async fn read(request: Request, limit: usize, budget: &Arc<Semaphore>) -> Result<Self, Trouble> {
        let (parts, body) = request.into_parts();
        let most = limit.saturating_add(AROUND_FILES);
        // Chunked bodies do not say how much memory they will take; browsers always announce a form's length.
        let length = announced(&parts.headers).ok_or(Trouble::BadForm)?;
        if length > most {
            drain(body).await;
            return Err(Trouble::TooLarge(limit / 1024 / 1024));
        }
        let kib = u32::try_from(length.div_ceil(1024).max(1)).unwrap_or(u32::MAX);
        let share = Arc::clone(budget).try_acquire_many_owned(kib).map_err(|_| Trouble::TooMany)?;
        let bytes = whole(body, most).await?;
        let request = Request::from_parts(parts, Body::from(bytes));
        let parts = Multipart::from_request(request, &()).await.map_err(|_| Trouble::BadForm)?;
        let (fields, files) = sorted(parts).await?;
        if files.iter().any(|(_, file)| file.bytes.len() > limit) {
            return Err(Trouble::TooLarge(limit / 1024 / 1024));
        }
        Ok(Self { form: Form(fields), files, _share: share })
    }

    /// Takes a file out; none when there is none of the name or it is empty (a file field that was left alone).
    pub(crate) fn take(&mut self, name: &str) -> Option<File> {
        let place = self.files.iter().position(|(known, file)| known == name && !file.bytes.is_empty())?;
        Some(self.files.swap_remove(place).1)
    }
}

/// Fields and files of a multipart body.
pub(crate) async fn sorted(mut parts: Multipart) -> Result<(Vec<(String, String)>, Vec<(String, File)>), Trouble> {
    let (mut fields, mut files) = (Vec::new(), Vec::new());
    while let Some(part) = parts.next_field().await.map_err(|_| Trouble::BadForm)? {
        if fields.len().saturating_add(files.len()) >= MAX_PARTS {
            return Err(Trouble::BadForm);
        }
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().map(|name| base_name(name).to_owned());
        let bytes = part.bytes().await.map_err(|_| Trouble::BadForm)?;
        match file_name {
            Some(file_name) => files.push((name, File { name: file_name, bytes: bytes.to_vec() })),
            None => fields.push((name, String::from_utf8(bytes.to_vec()).map_err(|_| Trouble::BadForm)?)),
        }
    }
    Ok((fields, files))
}

/// The last part of a path of any system, at most 120 characters.
fn base_name(name: &str) -> &str {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.char_indices().nth(120).and_then(|(place, _)| last.get(..place)).unwrap_or(last)
}

fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn whole(body: Body, most: usize) -> Result<Bytes, Trouble> {
    let collected = tokio::time::timeout(BODY_TIME, Limited::new(body, most).collect()).await;
    let collected = collected.map_err(|_| Trouble::Slow)?;
    let collected = collected.map_err(|error| match error.downcast_ref::<http_body_util::LengthLimitError>() {
        Some(_) => Trouble::TooLarge(most / 1024 / 1024),
        None => Trouble::Slow,
    })?;
    Ok(collected.to_bytes())
}

/// Reads and forgets.
async fn drain(body: Body) {
    let mut limited = Limited::new(body, DRAINED);
    let reading = async { while let Some(Ok(_)) = limited.frame().await {} };
    // Whoever is slower sees a broken connection.
    let _slow = tokio::time::timeout(BODY_TIME, reading).await.is_err();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_loses_its_directories() {
        let names = ["a.csv", "/etc/a.csv", "..\\..\\a.csv", "C:\\x\\a.csv"];
        assert!(names.iter().all(|name| base_name(name) == "a.csv"));
        assert_eq!(base_name(&"证".repeat(300)).chars().count(), 120);
    }

    #[test]
    fn a_field_is_trimmed_and_a_password_is_not() {
        let form = Form(vec![("a".to_owned(), " x ".to_owned()), ("a".to_owned(), "y".to_owned())]);
        assert_eq!((form.get("a"), form.raw("a"), form.get("b")), ("x", " x ", ""));
        assert_eq!(form.all("a"), [" x ", "y"]);
    }
}
