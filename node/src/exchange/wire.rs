//! Framing: a length of four bytes (big-endian), then the message. Nothing is reserved for a length that was only announced.

use super::message::{Answer, MAX_ANSWER_BYTES, Protocol, Question};
use async_trait::async_trait;
use futures::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use libp2p::request_response;
use std::io;

/// The codec of every protocol.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Wire {
    /// Whether questions are written as random bytes, for [`flood`](super::flood).
    pub(super) junk: bool,
}

impl AsRef<str> for Protocol {
    fn as_ref(&self) -> &str {
        self.name()
    }
}

fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[derive(Debug, thiserror::Error)]
#[error("a message of {announced} bytes where {limit} are allowed")]
struct TooLong {
    announced: usize,
    limit: usize,
}

async fn read_frame<T: AsyncRead + Unpin + Send>(io: &mut T, limit: usize) -> io::Result<bytes::Bytes> {
    let mut length = [0_u8; 4];
    io.read_exact(&mut length).await?;
    let announced = u32::from_be_bytes(length) as usize;
    if announced > limit {
        return Err(invalid(TooLong { announced, limit }));
    }
    let mut bytes = Vec::new();
    io.take(announced as u64).read_to_end(&mut bytes).await?;
    if bytes.len() == announced { Ok(bytes.into()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

async fn write_frame<T: AsyncWrite + Unpin + Send>(io: &mut T, message: &[u8]) -> io::Result<()> {
    let length = u32::try_from(message.len()).map_err(invalid)?;
    io.write_all(&length.to_be_bytes()).await?;
    io.write_all(message).await
}

#[async_trait]
impl request_response::Codec for Wire {
    type Protocol = Protocol;
    type Request = Question;
    type Response = Answer;

    async fn read_request<T>(&mut self, protocol: &Protocol, io: &mut T) -> io::Result<Question>
    where
        T: AsyncRead + Unpin + Send,
    {
        Question::decode(*protocol, read_frame(io, protocol.question_bytes()).await?).map_err(invalid)
    }

    async fn read_response<T>(&mut self, protocol: &Protocol, io: &mut T) -> io::Result<Answer>
    where
        T: AsyncRead + Unpin + Send,
    {
        Answer::decode(*protocol, read_frame(io, MAX_ANSWER_BYTES).await?).map_err(invalid)
    }

    async fn write_request<T>(&mut self, _: &Protocol, io: &mut T, question: Question) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        if self.junk {
            return io.write_all(&super::flood::nonsense(&question.encode())).await;
        }
        write_frame(io, &question.encode()).await
    }

    async fn write_response<T>(&mut self, _: &Protocol, io: &mut T, answer: Answer) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        write_frame(io, &answer.encode()).await
    }
}
