//! A body that ends before its end.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use http_body::Frame;

/// Half of a body; then the connection breaks.
#[derive(Debug)]
struct CutShort {
    part: Option<Bytes>,
    waited: bool,
}

/// An answer of which half of the body comes: one that says how long it is, or one in chunks.
pub fn cut_short(body: &[u8], in_chunks: bool) -> Response {
    let part = Bytes::copy_from_slice(&body[..body.len() / 2]);
    let cut_short = CutShort {
        part: Some(part),
        waited: false,
    };
    let response = Body::new(cut_short);
    let kind = (CONTENT_TYPE, "application/json".to_owned());
    if in_chunks {
        return ([kind], response).into_response();
    }
    let length = (CONTENT_LENGTH, body.len().to_string());
    ([kind, length], response).into_response()
}

impl http_body::Body for CutShort {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(part) = self.part.take() {
            return Poll::Ready(Some(Ok(Frame::data(part))));
        }
        if !self.waited {
            // What is there already is written first.
            self.waited = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }
}
