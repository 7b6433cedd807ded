//! A request's body, which tells when it is written.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::Notify;

/// Is told when an attempt leaves.
pub trait Leaving: Clone + Send + Sync + Unpin + 'static {
    /// The request is being written.
    fn leave(&self);

    /// Whether it was.
    fn has_left(&self) -> bool;
}

/// A body of known length. The connection asks for it when the head is ready to be written, and not before
/// there is a connection.
#[derive(Debug)]
pub struct Outgoing<L> {
    content: Option<Bytes>,
    leaving: L,
    left: Arc<Notify>,
}

/// What leaves without being told by anybody else.
#[derive(Debug, Clone, Default)]
pub struct Unpaced(Arc<AtomicBool>);

impl Leaving for Unpaced {
    fn leave(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn has_left(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl<L: Leaving> Outgoing<L> {
    /// A body with this content, which wakes who waits for it to have `left`.
    pub fn new(content: Vec<u8>, leaving: L, left: Arc<Notify>) -> Self {
        Self {
            content: Some(content.into()),
            leaving,
            left,
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
        self.left.notify_one();
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
