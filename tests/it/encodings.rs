//! Lists as programs write them: in other encodings, and compressed.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::{Ran, Workplace};

const TEXT: &str = "userId,action,label\n1,add,Café\n2,add,Zürich\n";

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    let bytes = match little {
        true => u16::to_le_bytes,
        false => u16::to_be_bytes,
    };
    let marked = format!("\u{FEFF}{text}");
    marked.encode_utf16().flat_map(bytes).collect()
}

/// Rehearses a list under this name.
fn rehearsed(work: &Workplace, name: &str, content: &[u8], more: &[&str]) -> Ran {
    work.list(name, content);
    work.run([&["run", name, "--sandbox", "--rate", "none"], more].concat())
}

#[track_caller]
fn labels(work: &Workplace) -> Vec<String> {
    let rows = work.rows("campaign.sandbox.results.csv");
    rows.iter().map(|row| row["label"].clone()).collect()
}

#[test]
fn a_list_is_read_in_the_encoding_that_it_says_it_is_in_or_that_is_said() {
    let work = Workplace::new();
    let tabs = TEXT.replace(',', "\t").replace('\n', "\r\n");
    let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(TEXT);
    let marked = format!("\u{FEFF}{TEXT}");
    for (content, more) in [
        (utf16(&tabs, true), &[][..]),
        (utf16(TEXT, false), &[]),
        (marked.clone().into_bytes(), &[]),
        (marked.into_bytes(), &["--encoding", "windows-1252"]),
        (latin.to_vec(), &["--encoding", "Latin1"]),
    ] {
        rehearsed(&work, "campaign.csv", &content, more).ended(0);
        assert_eq!(labels(&work), ["Café", "Zürich"]);
    }
    rehearsed(&work, "campaign.csv", &latin, &[])
        .ended(1)
        .said("say what it is in with --encoding");
}

#[test]
fn lines_are_those_of_the_text() {
    let work = Workplace::new();
    let list = "userId,action,label,remark\r\n1,add,VIP,\"a\r\nb\"\r\n\r\nx,add,VIP,\r\n";
    rehearsed(&work, "campaign.csv", &utf16(list, true), &[]).ended(1);
    let rows = work.outcomes("campaign.sandbox.results.csv");
    assert_eq!(rows, ["2 success", "5 rejected INVALID_USER_ID"]);
}

#[test]
fn characters_that_are_none_reject_their_row() {
    let work = Workplace::new();
    let mut list = utf16("userId,action,label\n1,add,VIP\n2,add,", true);
    // Half of a pair.
    list.extend(0xD800u16.to_le_bytes());
    list.extend(utf16("\n", true).into_iter().skip(2));
    rehearsed(&work, "campaign.csv", &list, &[]).ended(1);
    let rows = work.outcomes("campaign.sandbox.results.csv");
    assert_eq!(rows, ["2 success", "3 rejected INVALID_ENCODING"]);
}

#[test]
fn a_wrong_byte_in_the_middle_rejects_its_row_and_no_other() {
    let list = |bytes: &[u8], label: &[u8]| {
        let rows = [
            &b"userId,action,label\n1,add,"[..],
            bytes,
            b"\n2,add,",
            label,
            b"\n",
        ];
        rows.concat()
    };
    let work = Workplace::new();
    for (name, wrong, right) in [
        ("utf-8", &b"Z\xFCrich"[..], &b"Z\xC3\xBCrich"[..]),
        ("shift_jis", b"\x93\xFF\x8B\x9E", b"\x93\x8C\x8B\x9E"),
        ("gb18030", b"\x80\xFF", b"\xB6\xAB"),
        ("euc-kr", b"\xC7\x20", b"\xC7\xD1"),
        // What it leaves open are control characters to the WHATWG.
        ("windows-1252", b"Z\x81rich", b"Z\xFCrich"),
    ] {
        let more = ["--encoding", name];
        rehearsed(&work, "campaign.csv", &list(wrong, right), &more).ended(1);
        let code = match name {
            "windows-1252" => "INVALID_LABEL",
            _ => "INVALID_ENCODING",
        };
        let rows = work.outcomes("campaign.sandbox.results.csv");
        assert_eq!(
            rows,
            [format!("2 rejected {code}"), "3 success".into()],
            "{name}"
        );
    }
}

#[test]
fn a_byte_that_utf16_has_lost_is_noticed() {
    let mut list = utf16(TEXT, true);
    list.remove(40);
    rehearsed(&Workplace::new(), "campaign.csv", &list, &[])
        .ended(2)
        .said("in UTF-16 and has an odd number of bytes");
}

#[test]
fn the_line_with_which_excel_names_the_separator_is_no_header() {
    let work = Workplace::new();
    let semicolons = "userId;action;label;a,b,c\r\n1;add;Caf\u{e9};\r\nx;add;Caf\u{e9};\r\n";
    let utf8 = format!("\u{FEFF}sep=;\r\n{semicolons}").into_bytes();
    for (content, more) in [
        (&utf8, &[][..]),
        (&utf16(&format!("sep=;\r\n{semicolons}"), true), &[]),
        (&format!("\"sep=;\"\n{semicolons}").into_bytes(), &[]),
        (&utf8, &["--delimiter", ";"]),
    ] {
        rehearsed(&work, "campaign.csv", content, more).ended(1);
        let rows = work.outcomes("campaign.sandbox.results.csv");
        assert_eq!(rows, ["3 success", "4 rejected INVALID_USER_ID"]);
    }
}

#[test]
fn a_compressed_list_is_told_by_its_content_whatever_its_name() {
    let work = Workplace::new();
    let (head, tail) = TEXT.split_at(31);
    let members = [gzip(head.as_bytes()), gzip(tail.as_bytes())].concat();
    let zstd = zstd::encode_all(TEXT.as_bytes(), 3).unwrap();
    let both = gzip(&utf16(TEXT, true));
    for (name, content) in [
        ("campaign.csv.gz", &members),
        ("campaign.csv.zst", &zstd),
        ("campaign.csv", &zstd),
        ("campaign.txt", &both),
    ] {
        rehearsed(&work, name, content, &[]).ended(0);
        assert_eq!(labels(&work), ["Café", "Zürich"], "{name}");
    }
}

#[test]
fn a_compressed_list_that_is_cut_short_is_unusable() {
    let work = Workplace::new();
    let rows: String = (1..5_000).map(|n| format!("{n},add,VIP\n")).collect();
    let list = format!("userId,action,label\n{rows}");
    for content in [
        gzip(list.as_bytes()),
        zstd::encode_all(list.as_bytes(), 3).unwrap(),
    ] {
        let cut = &content[..content.len() - 9];
        let ran = rehearsed(&work, "campaign.csv.gz", cut, &[]).ended(2);
        ran.said("cut short or damaged");
    }
}

#[test]
fn a_list_in_another_encoding_is_another_run() {
    let work = Workplace::new();
    let sandbox = crate::support::Sandbox::start(&[]);
    let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(TEXT);
    work.list("campaign.csv", latin);
    let said = ["--encoding", "windows-1252", "--limit", "1"];
    work.send(&sandbox.url(), &said).ended(75);
    let other = ["--encoding", "iso-8859-2"];
    work.send(&sandbox.url(), &other)
        .ended(2)
        .said("--encoding was windows-1252, and is iso-8859-2");
}

/// A list that `fixtures/make.py` has had another program make.
fn fixture(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures");
    std::fs::read(folder.join(name)).unwrap()
}

#[test]
fn lists_are_read_as_programs_have_made_them() {
    let mut told = String::new();
    for (name, more) in [
        ("libreoffice-utf-8.csv", &[][..]),
        ("libreoffice-utf-16.csv", &[]),
        (
            "libreoffice-windows-1252.csv",
            &["--encoding", "windows-1252"],
        ),
        ("libreoffice.xlsx", &[]),
        ("pandas.csv", &[]),
        ("pandas.xlsx", &[]),
        ("gzip.csv.gz", &[]),
        ("zstd.csv.zst", &[]),
        ("merged.xlsx", &[]),
        ("merged.xlsx.gz", &[]),
        ("openpyxl.xlsx", &["--sheet", "august"]),
        (
            "openpyxl.xlsx",
            &["--sheet", "Only ids", "--action", "add", "--label", "VIP"],
        ),
    ] {
        let work = Workplace::new();
        let ran = rehearsed(&work, name, &fixture(name), more);
        assert!(matches!(ran.status, 0 | 1), "{ran}");
        told += &format!("{name} {}\n", more.join(" "));
        let stem = name.trim_end_matches(".gz").trim_end_matches(".zst");
        let stem = stem.rsplit_once('.').unwrap().0;
        for row in work.rows(&format!("{stem}.sandbox.results.csv")) {
            let of = |name: &str| row[name].clone();
            let fields = [
                "line", "userId", "action", "label", "outcome", "code", "message",
            ]
            .map(of);
            told += &format!("  {}\n", fields.join(" | ").trim_end_matches([' ', '|']));
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_list_without_a_header_is_told_so() {
    let work = Workplace::new();
    rehearsed(&work, "campaign.csv", b"11,add,VIP\n12,add,VIP\n", &[])
        .ended(2)
        .said("this line looks like a row: put one above it that names the columns, such as userId,action,label");
    let utf16: Vec<u8> = "userId,action,label\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let ran = rehearsed(&work, "campaign.csv", &utf16, &[]).ended(2);
    assert!(!ran.stderr.contains('\0'), "{ran}");
    ran.said("say so with --encoding utf-16le");
}

#[test]
fn a_title_above_the_header_is_told_apart_from_missing_columns() {
    let work = Workplace::new();
    let list = "Autumn campaign\n\nmade by,me\nCustomer ID;Action;Tag\n1;add;VIP\n";
    rehearsed(
        &work,
        "campaign.csv",
        list.as_bytes(),
        &["--delimiter", ";"],
    )
    .ended(2)
    .said("line 4 has them: delete the lines above it");
    let other = "Autumn campaign\n1,add,VIP\n";
    rehearsed(&work, "campaign.csv", other.as_bytes(), &[])
        .ended(2)
        .said("name it with --columns userId=NAME");
}

#[test]
fn a_workbook_that_is_no_list_says_why() {
    let work = Workplace::new();
    let mut told = String::new();
    let workbook = fixture("openpyxl.xlsx");
    let odd = ["locked.xlsx", "empty.xlsx", "titled.xlsx", "cover.xlsx"].map(fixture);
    let odd = odd.iter().map(|content| (&content[..], &[][..]));
    for (content, more) in odd.chain([
        (&workbook[..], &["--sheet", "September"][..]),
        (&workbook[..900], &[]),
        (b"PK\x03\x04 no workbook", &[]),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", &[]),
    ]) {
        let ran = rehearsed(&work, "campaign.xlsx", content, more).ended(2);
        told += &ran.stderr;
    }
    insta::assert_snapshot!(told);
}
