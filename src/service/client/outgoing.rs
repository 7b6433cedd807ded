//! A request's body, which tells when it is written.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;

/// Is told when an attempt leaves.
pub trait Leaving: Clone + Send + Sync + Unpin + 'static {
    /// The request is being written.
    fn leave(&self);

    /// When it was.
    fn left(&self) -> Option<Instant>;

    /// Whether it was.
    fn has_left(&self) -> bool {
        self.left().is_some()
    }
}

/// A body of known length. The connection asks for it when the head is ready to be written, and not before
/// there is a connection.
#[derive(Debug)]
pub struct Outgoing<L> {
    content: Option<Bytes>,
    leaving: L,
}

/// What leaves without being told by anybody else.
#[derive(Debug, Clone, Default)]
pub struct Unpaced(Arc<OnceLock<Instant>>);

impl Leaving for Unpaced {
    fn leave(&self) {
        self.0.get_or_init(Instant::now);
    }

    fn left(&self) -> Option<Instant> {
        self.0.get().copied()
    }
}

impl<L: Leaving> Outgoing<L> {
    /// A body with this content.
    pub fn new(content: Vec<u8>, leaving: L) -> Self {
        Self {
            content: Some(content.into()),
            leaving,
        }
    }
}

impl<L: Leaving> Body for Outgoing<L> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.leaving.leave();
        Poll::Ready(self.content.take().map(|content| Ok(Frame::data(content))))
    }

    fn is_end_stream(&self) -> bool {
        self.content.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(
            self.content
                .as_ref()
                .map_or(0, |content| content.len() as u64),
        )
    }
}
