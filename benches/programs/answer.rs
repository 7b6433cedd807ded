//! A server that answers every call at once as the service does, so that the client's work is what is measured. It prints
//! its port, and ends with its standard input. Needs no crate, so `rustc -O` compiles it alone.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?.port());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that hangs up is no error.
            thread::spawn(move || serve(stream));
        }
    });
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}

/// Answers one connection's requests until it closes.
fn serve(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut waiting, mut buffer) = (Vec::new(), [0; 1 << 14]);
    loop {
        while let Some(length) = whole_request(&waiting) {
            stream.write_all(&answer(&waiting[..length]))?;
            waiting.drain(..length);
        }
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            read => waiting.extend_from_slice(&buffer[..read]),
        }
    }
}

/// How long the first request is, once it is there with its body.
fn whole_request(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..head]).ok()?;
    let body = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse::<usize>().ok())?
    });
    let length = head + body.unwrap_or(0);
    (bytes.len() >= length).then_some(length)
}

/// What the service says of a success: it names the customer of the path.
fn answer(request: &[u8]) -> Vec<u8> {
    let line = request
        .split(|byte| *byte == b'\r')
        .next()
        .unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let after = line.split_once("/customers/").map_or("", |(_, rest)| rest);
    let customer = after.split(['/', ' ']).next().unwrap_or_default();
    let body = format!(r#"{{"entity":{customer},"warnings":[]}}"#);
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length:";
    format!("{head} {}\r\n\r\n{body}", body.len()).into_bytes()
}
