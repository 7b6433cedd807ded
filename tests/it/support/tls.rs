//! Certificates made for a test, and a server that shows them.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ConfigBuilder, ServerConfig, ServerConnection, StreamOwned, WantsVerifier};

use super::canned::Request;
use super::{Workplace, read_request};

/// A certificate authority that nobody trusts but who is told to.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new([]).expect("no names are valid names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("there is chance enough");
        Self(CertifiedIssuer::self_signed(params, key).expect("it signs itself"))
    }

    /// Writes its certificate to `ca.pem`.
    pub fn trusted_in(&self, work: &Workplace) {
        work.list("ca.pem", self.0.pem());
    }

    /// Writes what a server shows that is one of these names to `server.pem`, and its key to `server.key`.
    pub fn written_for(&self, work: &Workplace, names: &[&str]) {
        let (chain, key) = self.pair(names, 2100);
        work.list("server.pem", pem("CERTIFICATE", &chain[0]));
        work.list("server.key", pem("PRIVATE KEY", key.secret_der()));
    }

    /// What a server shows that is one of these names.
    pub fn certify(&self, names: &[&str]) -> ServerConfig {
        self.certify_until(names, 2100)
    }

    /// The same, where only clients are let in that show a certificate of its making.
    pub fn certify_for_known_clients(&self, names: &[&str]) -> ServerConfig {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut roots = rustls::RootCertStore::empty();
        roots.add(self.0.der().clone()).expect("it is an authority");
        let known =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build();
        let (chain, key) = self.pair(names, 2100);
        config(provider)
            .with_client_cert_verifier(known.expect("there is an authority"))
            .with_single_cert(chain, key)
            .expect("key and certificate fit")
    }

    /// The same up to the first day of a year.
    pub fn certify_until(&self, names: &[&str], year: i32) -> ServerConfig {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let (chain, key) = self.pair(names, year);
        config(provider)
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("key and certificate fit")
    }

    fn pair(
        &self,
        names: &[&str],
        year: i32,
    ) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("the names are valid");
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().expect("there is chance enough");
        let certificate = params.signed_by(&key, &self.0).expect("it is signed");
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        (vec![certificate.der().clone()], key)
    }
}

fn pem(label: &str, content: &[u8]) -> String {
    let content = BASE64_STANDARD.encode(content);
    let lines: Vec<_> = content
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect();
    let lines = lines.join("\n");
    format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n")
}

fn config(provider: Arc<CryptoProvider>) -> ConfigBuilder<ServerConfig, WantsVerifier> {
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has them")
}

/// Answers over TLS as a test says, one request a connection.
pub struct TlsServer {
    port: u16,
    asked: Arc<Mutex<Vec<Request>>>,
}

impl TlsServer {
    pub fn answering(
        config: ServerConfig,
        answers: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        Self::behind(config, answers, |_| {})
    }

    /// The same behind something that reads and writes first, such as a proxy.
    pub fn behind(
        config: ServerConfig,
        answers: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static,
        first: impl Fn(&TcpStream) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let asked: Arc<Mutex<Vec<Request>>> = Arc::default();
        let record = Arc::clone(&asked);
        let config = Arc::new(config);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                first(&stream);
                let connection =
                    ServerConnection::new(Arc::clone(&config)).expect("the set-up is whole");
                let mut stream = StreamOwned::new(connection, stream);
                // A client that does not trust the certificate asks for nothing.
                let Some(request) = read_request(&mut stream) else {
                    continue;
                };
                let n = {
                    let mut record = record.lock().expect("no test thread has failed");
                    record.push(request);
                    record.len() - 1
                };
                // Who has gone away needs no answer.
                let _gone = stream.write_all(&answers(n));
                stream.conn.send_close_notify();
                let _gone = stream.flush();
            }
        });
        Self { port, asked }
    }

    /// Says something that is no TLS, and hangs up.
    pub fn hanging_up(greeting: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                // What is not read before would reset the connection, and take the greeting with it.
                let _hello = stream.read(&mut [0; 4096]);
                let _gone = stream.write_all(greeting.as_bytes());
            }
        });
        let asked = Arc::default();
        Self { port, asked }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    pub fn asked(&self) -> Vec<Request> {
        self.asked
            .lock()
            .expect("no test thread has failed")
            .clone()
    }
}

/// The head of a request to a proxy, which is answered so.
pub fn proxy_head(stream: &TcpStream, answer: &str) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    let mut reader = stream;
    while !head.ends_with(b"\r\n\r\n") && reader.read_exact(&mut byte).is_ok() {
        head.push(byte[0]);
    }
    // Who has gone away needs no answer.
    let _gone = reader.write_all(answer.as_bytes());
    String::from_utf8_lossy(&head).into_owned()
}
