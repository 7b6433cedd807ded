//! The token of a run: got by one attempt while the others wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::service::reply::Reply;
use crate::service::token::{Granted, Token};

/// Keeps the token in force.
#[derive(Debug, Default)]
pub struct Tokens {
    kept: Mutex<Kept>,
    /// How often a token was asked for.
    asked: AtomicU64,
}

#[derive(Debug, Default)]
enum Kept {
    #[default]
    Nothing,
    Token(Arc<Token>),
    /// What came of the last request, for those who waited for it.
    Failure(Reply),
}

impl Tokens {
    /// The token in force; where there is none, or it is about to end, the one that `ask` gets. Who waits while
    /// another asks takes what comes of that, a token or none.
    ///
    /// # Errors
    /// What an attempt meets in place of an answer: there is no token.
    pub async fn get(&self, ask: impl Future<Output = Granted>) -> Result<Arc<Token>, Reply> {
        let asked_before = self.asked.load(Ordering::Acquire);
        let mut kept = self.kept.lock().await;
        match &*kept {
            Kept::Token(token) if token.is_fresh(Instant::now()) => return Ok(Arc::clone(token)),
            Kept::Failure(reply) if self.asked.load(Ordering::Acquire) != asked_before => {
                return Err(reply.clone());
            }
            _ => {}
        }
        let granted = ask.await;
        self.asked.fetch_add(1, Ordering::AcqRel);
        let reply = match granted {
            Granted::Token(token) => {
                let token = Arc::new(token);
                *kept = Kept::Token(Arc::clone(&token));
                return Ok(token);
            }
            Granted::NotNow(reply) => reply,
            Granted::Refused(words) => Reply::NoToken(words),
        };
        *kept = Kept::Failure(reply.clone());
        Err(reply)
    }

    /// Takes note that the service refused this token: the next attempt needs another.
    pub async fn refused(&self, token: &Arc<Token>) {
        let mut kept = self.kept.lock().await;
        if matches!(&*kept, Kept::Token(current) if Arc::ptr_eq(current, token)) {
            *kept = Kept::Nothing;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Answer;
    use crate::service::token::granted;
    use std::time::Duration;
    use tokio::time::{Instant, sleep};

    /// A token that lives so many seconds, after one second.
    async fn ask(times: &AtomicU64, seconds: u64) -> Granted {
        times.fetch_add(1, Ordering::SeqCst);
        let asked = Instant::now();
        sleep(Duration::from_secs(1)).await;
        let body = format!(r#"{{"data":{{"accessToken":"t","ttlSeconds":{seconds}}}}}"#);
        let answer = Answer {
            status: 200,
            retry_after: None,
            body: body.into(),
        };
        granted(Reply::Http(answer), asked)
    }

    fn paused<T>(test: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build();
        runtime.unwrap().block_on(test)
    }

    #[test]
    fn one_asks_while_the_others_wait() {
        paused(async {
            let (tokens, times, start) = (Tokens::default(), AtomicU64::new(0), Instant::now());
            let get = || tokens.get(ask(&times, 300));
            let (first, second, third) = tokio::join!(get(), get(), get());
            assert!(Arc::ptr_eq(&first.unwrap(), &second.unwrap()) && third.is_ok());
            assert_eq!(times.load(Ordering::SeqCst), 1);
            assert_eq!(start.elapsed(), Duration::from_secs(1));
        });
    }

    #[test]
    fn a_failure_is_shared_by_those_who_waited_and_asked_about_again_by_others() {
        paused(async {
            let (tokens, times) = (Tokens::default(), AtomicU64::new(0));
            let fail = || async {
                times.fetch_add(1, Ordering::SeqCst);
                sleep(Duration::from_secs(1)).await;
                Granted::NotNow(Reply::NoConnection("away".into()))
            };
            let (first, second) = tokio::join!(tokens.get(fail()), tokens.get(fail()));
            assert!(first.is_err() && second.is_err());
            assert_eq!(times.load(Ordering::SeqCst), 1);
            assert!(tokens.get(fail()).await.is_err());
            assert_eq!(times.load(Ordering::SeqCst), 2);
        });
    }

    #[test]
    fn a_token_is_renewed_before_it_ends_and_once_it_is_refused() {
        paused(async {
            let (tokens, times) = (Tokens::default(), AtomicU64::new(0));
            let first = tokens.get(ask(&times, 8)).await.unwrap();
            assert!(tokens.get(ask(&times, 8)).await.is_ok());
            assert_eq!(times.load(Ordering::SeqCst), 1);
            sleep(Duration::from_secs(5)).await;
            let second = tokens.get(ask(&times, 8)).await.unwrap();
            assert_eq!(times.load(Ordering::SeqCst), 2, "two seconds ahead");
            tokens.refused(&first).await;
            assert!(
                Arc::ptr_eq(&second, &tokens.get(ask(&times, 8)).await.unwrap()),
                "an old one's refusal says nothing about the new one"
            );
            tokens.refused(&second).await;
            assert!(tokens.get(ask(&times, 8)).await.is_ok());
            assert_eq!(times.load(Ordering::SeqCst), 3);
        });
    }

    #[test]
    fn who_gives_up_asking_leaves_it_to_the_next() {
        paused(async {
            let (tokens, times) = (Tokens::default(), AtomicU64::new(0));
            let given_up =
                tokio::time::timeout(Duration::from_millis(500), tokens.get(ask(&times, 300)));
            assert!(given_up.await.is_err());
            assert!(tokens.get(ask(&times, 300)).await.is_ok());
        });
    }
}
