//! The token of a run: got by one attempt while the others wait, or go on with the one before.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::service::reply::Reply;
use crate::service::token::{Granted, Token};

/// Where a token can't be renewed and the one before is still good, it is asked for again after so long.
const AGAIN: Duration = Duration::from_secs(5);

/// Keeps the token in force.
#[derive(Debug, Default)]
pub struct Tokens {
    /// Never held across a wait.
    kept: Mutex<Kept>,
    /// Held by the one who asks.
    asking: tokio::sync::Mutex<()>,
    /// How often a token was asked for.
    asked: AtomicU64,
    hopeless: AtomicBool,
}

#[derive(Debug, Default)]
struct Kept {
    token: Option<Arc<Token>>,
    /// Whether the last one was refused.
    refused: bool,
    /// What came of the last request, for those who waited for it.
    failure: Option<Reply>,
    /// Until then the token is not renewed.
    rest_until: Option<Instant>,
}

impl Tokens {
    /// The token in force; where there is none, or it is about to end, the one that `ask` gets. Who waits while
    /// another asks takes what comes of that, a token or none; who has one that is still good does not wait.
    ///
    /// # Errors
    /// What an attempt meets in place of an answer: there is no token.
    pub async fn get(&self, ask: impl Future<Output = Granted>) -> Result<Arc<Token>, Reply> {
        let asked_before = self.asked.load(Ordering::Acquire);
        let _turn = match self.good() {
            Some((token, true)) => return Ok(token),
            Some((token, false)) => match self.asking.try_lock() {
                Ok(turn) => turn,
                Err(_) => return Ok(token),
            },
            None => self.asking.lock().await,
        };
        if self.asked.load(Ordering::Acquire) != asked_before {
            let kept = self.kept();
            match (&kept.token, &kept.failure) {
                (Some(token), _) => return Ok(Arc::clone(token)),
                (None, Some(reply)) => return Err(reply.clone()),
                // It was refused meanwhile.
                (None, None) => {}
            }
        }
        let granted = ask.await;
        self.asked.fetch_add(1, Ordering::AcqRel);
        self.keep(granted)
    }

    /// The token in force, as long as it is good.
    pub fn current(&self) -> Option<Arc<Token>> {
        self.good().map(|(token, _)| token)
    }

    /// The token in force, as long as it is good and need not be renewed.
    pub fn fresh(&self) -> Option<Arc<Token>> {
        self.good()
            .and_then(|(token, is_fresh)| is_fresh.then_some(token))
    }

    /// A token that is good, and whether it need not be renewed.
    fn good(&self) -> Option<(Arc<Token>, bool)> {
        let (kept, now) = (self.kept(), Instant::now());
        let token = kept.token.as_ref().filter(|token| token.is_alive(now))?;
        let rests = kept.rest_until.is_some_and(|until| now < until);
        Some((Arc::clone(token), rests || token.is_fresh(now)))
    }

    fn keep(&self, granted: Granted) -> Result<Arc<Token>, Reply> {
        let (mut kept, now) = (self.kept(), Instant::now());
        kept.failure = None;
        let reply = match granted {
            Granted::Token(mut token) => {
                token.after_refusal = std::mem::take(&mut kept.refused);
                let token = Arc::new(token);
                kept.token = Some(Arc::clone(&token));
                return Ok(token);
            }
            Granted::NotNow(reply) => match kept.token.clone() {
                Some(token) if token.is_alive(now) => {
                    kept.rest_until = Some(now + AGAIN);
                    return Ok(token);
                }
                _ => reply,
            },
            Granted::Refused(words) => Reply::NoToken(words),
        };
        kept.token = None;
        kept.failure = Some(reply.clone());
        Err(reply)
    }

    /// Takes note that the service refused this token: the next attempt needs another. Where it was itself got because
    /// of a refusal and never taken, no other will be, either.
    pub fn refused(&self, token: &Arc<Token>) {
        let mut kept = self.kept();
        if kept
            .token
            .as_ref()
            .is_some_and(|current| Arc::ptr_eq(current, token))
        {
            if token.is_hopeless() {
                self.hopeless.store(true, Ordering::Relaxed);
            }
            kept.token = None;
            kept.refused = true;
            kept.rest_until = None;
        }
    }

    /// Whether a token that is refused is worth being renewed.
    pub fn are_worth_asking_for(&self) -> bool {
        !self.hopeless.load(Ordering::Relaxed)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Answer;
    use crate::service::token::{When, granted};
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
            quota: None,
            body: body.into(),
        };
        let answered = Instant::now();
        granted(Reply::Http(answer), When { asked, answered }, &|text| text)
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
            tokens.refused(&first);
            assert!(
                Arc::ptr_eq(&second, &tokens.get(ask(&times, 8)).await.unwrap()),
                "an old one's refusal says nothing about the new one"
            );
            tokens.refused(&second);
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

    #[test]
    fn while_one_renews_it_the_others_go_on_with_the_one_that_is_still_good() {
        paused(async {
            let (tokens, times) = (Tokens::default(), AtomicU64::new(0));
            let first = tokens.get(ask(&times, 8)).await.unwrap();
            sleep(Duration::from_secs(5)).await;
            let start = Instant::now();
            let renewing = tokens.get(ask(&times, 8));
            let other = async {
                tokio::task::yield_now().await;
                let token = tokens.get(ask(&times, 8)).await.unwrap();
                (token, start.elapsed())
            };
            let (renewed, (other, waited)) = tokio::join!(renewing, other);
            assert!(Arc::ptr_eq(&other, &first) && waited.is_zero());
            assert!(!Arc::ptr_eq(&renewed.unwrap(), &first));
            assert_eq!(times.load(Ordering::SeqCst), 2);
        });
    }

    #[test]
    fn a_token_that_cannot_be_renewed_is_used_until_its_end() {
        paused(async {
            let (tokens, times) = (Tokens::default(), AtomicU64::new(0));
            let first = tokens.get(ask(&times, 40)).await.unwrap();
            let fail = || async {
                times.fetch_add(1, Ordering::SeqCst);
                Granted::NotNow(Reply::NoConnection("away".into()))
            };
            sleep(Duration::from_secs(31)).await;
            for _ in 0..3 {
                assert!(Arc::ptr_eq(&first, &tokens.get(fail()).await.unwrap()));
            }
            assert_eq!(times.load(Ordering::SeqCst), 2, "not with every call");
            sleep(Duration::from_secs(10)).await;
            assert!(tokens.get(fail()).await.is_err());
        });
    }

    #[test]
    fn a_second_refusal_in_a_row_says_that_no_token_will_be_taken() {
        paused(async {
            let (tokens, times) = (Tokens::default(), AtomicU64::new(0));
            let first = tokens.get(ask(&times, 300)).await.unwrap();
            tokens.refused(&first);
            let second = tokens.get(ask(&times, 300)).await.unwrap();
            second.prove();
            tokens.refused(&second);
            assert!(tokens.are_worth_asking_for(), "it was taken before");
            let third = tokens.get(ask(&times, 300)).await.unwrap();
            tokens.refused(&third);
            assert!(!tokens.are_worth_asking_for());
        });
    }
}
