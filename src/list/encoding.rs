//! Text in other encodings than UTF-8: as its mark at the beginning says, or as somebody has said.

use std::fmt;
use std::io::Read;
use std::str::FromStr;

use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

use super::pairs::Pairs;
use crate::model::meant;

/// An encoding by one of its WHATWG names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding(&'static encoding_rs::Encoding);

/// A word that names no encoding.
#[derive(Debug, thiserror::Error)]
#[error("\"{0}\" is no encoding: {hint}", hint = hint(.0))]
pub struct EncodingError(String);

/// What was meant, or what may be.
fn hint(word: &str) -> String {
    let meant = meant(word, Encoding::NAMES);
    meant.map_or_else(
        || {
            "write windows-1252 (Excel's plain CSV in the West), utf-8, utf-16le, shift_jis, gbk, …"
                .to_owned()
        },
        |meant| format!("is {meant} meant?"),
    )
}

impl Encoding {
    /// The names that are offered; it knows others for the same, such as latin1.
    pub const NAMES: [&'static str; 38] = [
        "utf-8",
        "utf-16le",
        "utf-16be",
        "windows-1252",
        "windows-1250",
        "windows-1251",
        "windows-1253",
        "windows-1254",
        "windows-1255",
        "windows-1256",
        "windows-1257",
        "windows-1258",
        "windows-874",
        "iso-8859-2",
        "iso-8859-3",
        "iso-8859-4",
        "iso-8859-5",
        "iso-8859-6",
        "iso-8859-7",
        "iso-8859-8",
        "iso-8859-8-i",
        "iso-8859-10",
        "iso-8859-13",
        "iso-8859-14",
        "iso-8859-15",
        "iso-8859-16",
        "macintosh",
        "x-mac-cyrillic",
        "ibm866",
        "koi8-r",
        "koi8-u",
        "gbk",
        "gb18030",
        "big5",
        "shift_jis",
        "euc-jp",
        "iso-2022-jp",
        "euc-kr",
    ];
}

impl FromStr for Encoding {
    type Err = EncodingError;

    fn from_str(text: &str) -> Result<Self, EncodingError> {
        let known = encoding_rs::Encoding::for_label_no_replacement(text.as_bytes());
        known
            .map(Self)
            .ok_or_else(|| EncodingError(text.to_owned()))
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.name().to_ascii_lowercase())
    }
}

/// Whether a text starts with a mark that says what it is in (a BOM).
pub fn is_marked(start: &[u8]) -> bool {
    encoding_rs::Encoding::for_bom(start).is_some()
}

/// Whether bytes make sense in windows-1252: what is no ASCII in them is a letter, or a sign that people type.
pub fn reads_in_windows_1252(bytes: &[u8]) -> bool {
    const SIGNS: &str = "\u{2018}\u{2019}\u{201A}\u{201C}\u{201D}\u{201E}\u{2013}\u{2014}\u{2026}\u{2022}\u{20AC}\u{2122}\u{A0}£©®°«»¿¡§·²³½";
    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
    text.chars()
        .all(|c| c.is_ascii() || c.is_alphabetic() || SIGNS.contains(c))
}

/// The bytes of `text` as UTF-8. A mark at the beginning (a BOM) counts most, then what is `said`; else they pass as they
/// are. What is no character becomes U+FFFD.
pub fn decoded<R: Read>(text: R, said: Option<Encoding>) -> DecodeReaderBytes<Pairs<R>, Vec<u8>> {
    let utf16 = [encoding_rs::UTF_16LE, encoding_rs::UTF_16BE];
    let is_utf16 = said.is_some_and(|said| utf16.contains(&said.0));
    DecodeReaderBytesBuilder::new()
        .encoding(said.map(|encoding| encoding.0))
        .bom_override(true)
        .utf8_passthru(said.is_none())
        // Alone in its first read it would be an empty list to the csv crate.
        .strip_bom(true)
        .build(Pairs::of(text, is_utf16))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], said: Option<&str>) -> Vec<u8> {
        let said = said.map(|name| name.parse().unwrap());
        let mut text = Vec::new();
        decoded(bytes, said).read_to_end(&mut text).unwrap();
        text
    }

    #[test]
    fn a_mark_counts_most_then_what_is_said() {
        let utf16: Vec<u8> = "\u{FEFF}é\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for said in [None, Some("windows-1252")] {
            assert_eq!(String::from_utf8(read(&utf16, said)).unwrap(), "é\n");
        }
        let utf8 = "\u{FEFF}é\n".as_bytes();
        for said in [None, Some("windows-1252"), Some("utf-8")] {
            let text = read(utf8, said);
            assert!(text == utf8 || text == utf8[3..], "{said:?} {text:?}");
        }
        assert_eq!(read(b"\xE9\n", Some("latin1")), "é\n".as_bytes());
        assert_eq!(read(b"\xE9\n", None), b"\xE9\n", "judged field by field");
        assert_eq!(read(b"\x81\xFF", Some("shift_jis")), "\u{FFFD}".as_bytes());
    }

    #[test]
    fn every_name_that_is_offered_is_known() {
        for name in Encoding::NAMES {
            assert_eq!(name.parse::<Encoding>().unwrap().to_string(), name);
        }
        let error = "windows1252".parse::<Encoding>().unwrap_err().to_string();
        assert!(error.contains("is windows-1252 meant?"), "{error}");
    }

    #[test]
    fn encodings_have_many_names() {
        let name = |text: &str| {
            text.parse::<Encoding>()
                .map(|encoding| encoding.to_string())
        };
        assert_eq!(name("Latin1").unwrap(), "windows-1252");
        assert_eq!(name(" UTF-16 ").unwrap(), "utf-16le");
        assert!(name("utf-7").is_err() && name("").is_err());
    }

    #[test]
    fn what_makes_sense_in_windows_1252_is_told() {
        for (bytes, makes_sense) in [
            (&b"Caf\xE9"[..], true),
            (b"\x93Gold\x94 \x80 5", true),
            (b"Z\xFCrich", true),
            (b"\xFF\xFE\x81", false),
            (b"\x83\x5C\x81\x5B", false),
            (b"a\xA6", false),
        ] {
            assert_eq!(reads_in_windows_1252(bytes), makes_sense, "{bytes:?}");
        }
    }
}
