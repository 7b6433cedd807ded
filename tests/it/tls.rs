//! Certificates and proxies.

use crate::support::{Authority, Ran, TlsServer, Workplace, answer, proxy_head};

const OK: &str = r#"{"warnings":[]}"#;
const PASSWORD: &str = "hush-hush-hush";

fn workplace() -> Workplace {
    let work = Workplace::new();
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    work
}

/// Runs one call with one attempt, and makes sure that no secret stands in what it wrote.
fn run(work: &Workplace, url: &str, more: &[&str], variables: &[(&str, &str)]) -> Ran {
    let fixed = [
        "run",
        "campaign.csv",
        "--base-url",
        url,
        "--max-outage",
        "1ms",
        "--overwrite",
        "--restart",
    ];
    let mut command = work.command([&fixed[..], more].concat());
    command
        .env("BULKLABEL_PASSWORD", PASSWORD)
        .env("RUST_LOG", "trace")
        .envs(variables.iter().copied());
    let ran = Ran::from(command.output().unwrap());
    // c2FuZGJveDpodXNoLWh1c2gtaHVzaA== is sandbox:hush-hush-hush
    work.holds_none_of(
        &[
            PASSWORD,
            "c2FuZGJveDpodXNo",
            "proxy-secret",
            "bWU6cHJveHktc2Vj",
        ],
        &ran,
    );
    ran
}

/// A message without the numbers that differ from run to run and machine to machine.
fn without_numbers(message: &str) -> String {
    let mut text = message.to_owned();
    for before in ["localhost:", "os error "] {
        let mut parts = text.split(before);
        let mut kept = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            kept += before;
            kept += part.trim_start_matches(|c: char| c.is_ascii_digit());
        }
        text = kept;
    }
    text
}

/// What a run says that stopped for want of a connection.
#[track_caller]
fn no_connection(ran: Ran) -> String {
    let (code, message) = ran.unanswered();
    assert_eq!(code, "CONNECT");
    without_numbers(&message)
}

const CA: [&str; 2] = ["--ca-cert", "ca.pem"];

#[test]
fn a_certificate_authority_of_ones_own_is_trusted_when_named() {
    let (work, authority) = (workplace(), Authority::new());
    authority.trusted_in(&work);
    let server = TlsServer::answering(authority.certify(&["localhost"]), |_| answer(200, "", OK));
    run(&work, &server.url(), &CA, &[]).ended(0);
    assert!(server.asked()[0].head.contains("authorization: Basic"));
    let no_store = [("SSL_CERT_FILE", "/nowhere"), ("SSL_CERT_DIR", "/nowhere")];
    run(&work, &server.url(), &CA, &no_store).ended(0);
}

#[test]
fn a_machine_without_certificate_authorities_is_told_what_to_do() {
    let (work, authority) = (workplace(), Authority::new());
    let server = TlsServer::answering(authority.certify(&["localhost"]), |_| answer(200, "", OK));
    let no_store = [("SSL_CERT_FILE", "/nowhere"), ("SSL_CERT_DIR", "/nowhere")];
    run(&work, &server.url(), &[], &no_store)
        .ended(2)
        .said("install them (on Debian: ca-certificates) or name a file of them with --ca-cert");
    assert!(server.asked().is_empty());
    run(&work, &server.url(), &["--ca-cert", "none.pem"], &[])
        .ended(2)
        .said("--ca-cert none.pem: No such file");
    run(&work, &server.url(), &["--ca-cert", "campaign.csv"], &[])
        .ended(2)
        .said("no certificate in it");
}

#[test]
fn a_certificate_that_is_not_in_order_is_no_connection_and_the_reason_is_told() {
    let (work, authority) = (workplace(), Authority::new());
    authority.trusted_in(&work);
    let localhost = ["localhost"];
    let servers = [
        (authority.certify(&localhost), &[][..]),
        (authority.certify_until(&localhost, 2020), &CA),
        (authority.certify(&["other.example.com"]), &CA),
        (authority.certify_for_known_clients(&localhost), &CA),
    ];
    let mut told = String::new();
    for (certificate, more) in servers {
        let server = TlsServer::answering(certificate, |_| answer(200, "", OK));
        let ran = run(&work, &server.url(), more, &[]);
        told += &(no_connection(ran) + "\n");
        assert!(server.asked().is_empty(), "nothing is sent to a stranger");
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_server_that_speaks_no_tls_is_told_from_one_that_hangs_up() {
    let (work, mut told) = (workplace(), String::new());
    for greeting in ["HTTP/1.1 400 Bad Request\r\n\r\n", ""] {
        let server = TlsServer::hanging_up(greeting);
        let ran = run(&work, &server.url(), &[], &[]);
        told += &(no_connection(ran) + "\n");
    }
    insta::assert_snapshot!(told);
}

/// A host that no name server knows: what answers for it is the proxy.
const HOST: &str = "service.example.invalid";

#[test]
fn a_proxy_is_used_as_its_variables_say() {
    let (work, authority) = (workplace(), Authority::new());
    authority.trusted_in(&work);
    let (heads, seen) = std::sync::mpsc::channel();
    let certificate = authority.certify(&[HOST]);
    let heads = std::sync::Mutex::new(heads);
    let proxy = TlsServer::behind(
        certificate,
        |_| answer(200, "", OK),
        move |stream| {
            let head = proxy_head(stream, "HTTP/1.1 200 Connected\r\n\r\n");
            heads.lock().unwrap().send(head).unwrap();
        },
    );
    let address = format!("http://me:proxy-secret@127.0.0.1:{}", proxy.port());
    let url = format!("https://{HOST}");
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        run(&work, &url, &CA, &[(name, &address)]).ended(0);
        let head = seen.try_recv().unwrap();
        assert!(
            head.starts_with(&format!("CONNECT {HOST}:443 HTTP/1.1\r\n")),
            "{head}"
        );
        // me:proxy-secret
        let authorization = "authorization: basic bwu6chjvehktc2vjcmv0";
        assert!(head.to_lowercase().contains(authorization), "{head}");
    }
    assert_eq!(proxy.asked().len(), 3);
    for no_proxy in [HOST, "example.invalid", "*"] {
        let variables = [("HTTPS_PROXY", &*address), ("NO_PROXY", no_proxy)];
        let ran = run(&work, &url, &CA, &variables);
        assert!(no_connection(ran).contains("can't be resolved"));
    }
    assert_eq!(proxy.asked().len(), 3, "the proxy is passed by");
}

#[test]
fn a_loopback_address_is_never_asked_for_through_a_proxy() {
    let work = workplace();
    let server = crate::support::Canned::answering(|_| answer(200, "", OK));
    let variables = [
        ("HTTP_PROXY", "http://127.0.0.1:9"),
        ("ALL_PROXY", "http://127.0.0.1:9"),
    ];
    run(&work, &server.url(), &[], &variables).ended(0);
}

#[test]
fn a_proxy_that_refuses_or_is_away_is_named_as_the_reason() {
    let work = workplace();
    let refusing = |status: &'static str| {
        let config = Authority::new().certify(&[HOST]);
        TlsServer::behind(
            config,
            |_| Vec::new(),
            move |stream| {
                proxy_head(
                    stream,
                    &format!("HTTP/1.1 {status} No\r\ncontent-length: 0\r\n\r\n"),
                );
            },
        )
    };
    let (url, mut told) = (format!("https://{HOST}"), String::new());
    for status in ["407", "502"] {
        let proxy = refusing(status);
        let address = format!("http://me:proxy-secret@127.0.0.1:{}", proxy.port());
        let ran = run(&work, &url, &[], &[("HTTPS_PROXY", &address)]);
        told += &(no_connection(ran) + "\n");
    }
    let ran = run(
        &work,
        &url,
        &[],
        &[("HTTPS_PROXY", "http://me:proxy-secret@127.0.0.1:9")],
    );
    told += &(no_connection(ran) + "\n");
    let ran = run(
        &work,
        &url,
        &[],
        &[("HTTPS_PROXY", "http://no-such-proxy.invalid:3128")],
    );
    told += &(no_connection(ran) + "\n");
    insta::assert_snapshot!(told);
}
