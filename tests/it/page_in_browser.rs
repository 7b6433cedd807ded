//! The page as people see it: in a real browser.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;

use serde_json::Value;

use crate::support::{Browser, DOWN, Sandbox, TAB, Workplace};

/// Figures by name.
type Figures = BTreeMap<String, u64>;

fn sample() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/campaign.csv");
    std::fs::read_to_string(path).unwrap()
}

/// A page of the sample, sent to a service with faults.
fn sample_page(work: &Workplace) {
    let sandbox = Sandbox::start(&["--errors", "4%", "--drop-after", "2%", "--seed", "5"]);
    work.list("campaign.csv", sample());
    work.send(
        &sandbox.url(),
        &["--max-attempts", "1", "--max-failures", "none"],
    )
    .ended(1);
    work.run(["report", "campaign.results.csv"]).ended(0);
}

/// The rows of a result, counted by this test itself.
fn counted(
    work: &Workplace,
    name: impl Fn(&BTreeMap<String, String>) -> Option<String>,
) -> Figures {
    let rows = work.rows("campaign.results.csv");
    rows.iter()
        .filter_map(name)
        .fold(Figures::new(), |mut all, name| {
            *all.entry(name).or_default() += 1;
            all
        })
}

/// Pairs of a name and a number, as the page shows them.
fn shown(browser: &Browser, pairs: &str) -> Figures {
    let shown = browser.value(pairs);
    let shown = shown.as_array().unwrap().iter().map(|pair| {
        let name = pair[0].as_str().unwrap().trim().to_owned();
        let digits: String = pair[1]
            .as_str()
            .unwrap()
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        (name, digits.parse().unwrap())
    });
    shown.collect()
}

fn number(value: &Value) -> u64 {
    value
        .as_u64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}

/// How many of the rows are to be seen.
const VISIBLE: &str = "Array.from(document.querySelectorAll('table.rows tbody tr:not(.title)'), \
                       (row) => row.offsetParent !== null).filter(Boolean).length";

#[test]
fn it_shows_the_figures_of_the_result_throws_no_error_and_asks_for_nothing() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let work = Workplace::new();
    sample_page(&work);
    browser.console();
    browser.asked();
    browser.open(&work.path("campaign.results.html"));
    let outcomes = "Array.from(document.querySelectorAll('#outcomes tbody tr'), (row) => \
                    [row.cells[0].textContent, row.cells[1].textContent])";
    assert_eq!(
        shown(&browser, outcomes),
        counted(&work, |row| Some(row["outcome"].clone()))
    );
    let codes = "Array.from(document.querySelectorAll('.code'), (code) => [code.querySelector('.kind').textContent + ' ' + \
                 code.querySelector('h3').textContent, code.querySelector('.amount').textContent])";
    let of_codes = counted(&work, |row| {
        let is_told = !row["code"].is_empty();
        is_told.then(|| format!("{} {}", row["outcome"], row["code"]))
    });
    assert!(of_codes.len() > 8, "{of_codes:?}");
    assert_eq!(shown(&browser, codes), of_codes);
    let labels = "Array.from(document.querySelectorAll('table.labels tbody tr'), (row) => \
                  [row.cells[0].textContent, row.cells[1].textContent])";
    let of_labels = counted(&work, |row| {
        let label = row["label"].trim();
        Some(if label.is_empty() { "no label" } else { label }.to_owned())
    });
    assert_eq!(shown(&browser, labels), of_labels);
    let successes = "Array.from(document.querySelectorAll('table.labels tbody tr'), (row) => \
                     [row.cells[0].textContent, row.cells[2].textContent]).filter((pair) => pair[1] !== '0')";
    let of_labels = counted(&work, |row| {
        (row["outcome"] == "success").then(|| row["label"].trim().to_owned())
    });
    assert_eq!(shown(&browser, successes), of_labels);
    let of_rows = counted(&work, |row| {
        let is_shown = !matches!(&*row["outcome"], "success" | "skipped");
        is_shown.then(String::new)
    });
    assert_eq!(number(&browser.value(VISIBLE)), of_rows[""]);
    assert_eq!(browser.console(), [""; 0]);
    let url = format!("file://{}", work.path("campaign.results.html").display());
    assert_eq!(browser.asked(), [url]);
}

#[test]
fn the_filter_filters_by_text_and_by_code_and_with_the_keyboard_alone() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let work = Workplace::new();
    sample_page(&work);
    browser.open(&work.path("campaign.results.html"));
    let rows = work.rows("campaign.results.csv");
    let taken = |is_wanted: &dyn Fn(&BTreeMap<String, String>) -> bool| {
        let shown = rows
            .iter()
            .filter(|row| !matches!(&*row["outcome"], "success" | "skipped"));
        shown.filter(|row| is_wanted(row)).count() as u64
    };
    let visible = || number(&browser.value(VISIBLE));
    let all = visible();
    // From the start of the page, Tab leads to the filter.
    let is_there = "document.activeElement.id === 'filter-text'";
    for _ in 0..200 {
        browser.press(&[TAB]);
        if browser.value(is_there) == true {
            break;
        }
    }
    assert_eq!(browser.value(is_there), true);
    let outline = browser.value("getComputedStyle(document.activeElement).outlineStyle");
    assert_eq!(outline, "solid", "the focus can be seen");
    browser.type_in("UNKNOWN segment");
    let unknown = taken(&|row| row["label"].starts_with("Unknown Segment"));
    assert!(unknown > 0 && unknown < all);
    assert_eq!(visible(), unknown);
    let status = browser.value("document.getElementById('shown').textContent");
    assert_eq!(status, format!("{unknown} of {all} rows on this page"));
    let length = "UNKNOWN segment".len();
    browser.press(&vec!["\u{E003}"; length]);
    assert_eq!(visible(), all);
    // The next field is the code; letters choose in it.
    browser.press(&[TAB]);
    assert_eq!(browser.value("document.activeElement.id"), "filter-code");
    browser.press(&[DOWN]);
    let chosen = browser.value("document.getElementById('filter-code').value");
    let chosen = chosen.as_str().unwrap().to_owned();
    let of_kind = taken(&|row| row["outcome"] == chosen);
    assert!(of_kind > 0 && of_kind < all, "{chosen}");
    assert_eq!(visible(), of_kind);
    let choose = |name: &str| {
        let script = format!(
            "(() => {{ const code = document.getElementById('filter-code'); code.value = Array.from(code.options).find((o) => \
             o.textContent === '{name}').value; code.dispatchEvent(new Event('change')); return true; }})()"
        );
        browser.value(&script)
    };
    choose("8015");
    let missing = taken(&|row| row["code"] == "8015");
    assert_eq!(visible(), missing);
    assert!(missing > 0);
    assert_eq!(
        number(
            &browser.value("document.querySelectorAll('table.rows tbody:not([hidden])').length")
        ),
        1
    );
    choose("all");
    assert_eq!(visible(), all);
    assert_eq!(browser.console(), [""; 0]);
}

#[test]
fn without_script_all_rows_are_a_plain_table() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let work = Workplace::new();
    work.rehearse(sample(), &["--report", "page.html"]).ended(1);
    browser.devtools(
        "Emulation.setScriptExecutionDisabled",
        serde_json::json!({"value": true}),
    );
    browser.open(&work.path("page.html"));
    assert_eq!(
        browser.value("document.getElementById('filter').offsetParent === null"),
        true
    );
    let rows = work.rows("campaign.sandbox.results.csv");
    let shown = rows
        .iter()
        .filter(|row| !matches!(&*row["outcome"], "success" | "skipped"));
    assert_eq!(number(&browser.value(VISIBLE)), shown.count() as u64);
}

#[test]
fn what_others_have_written_stays_text() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let work = Workplace::new();
    let bait = TcpListener::bind("127.0.0.1:0").unwrap();
    bait.set_nonblocking(true).unwrap();
    let at = bait.local_addr().unwrap();
    let hostile = [
        format!("<script>window.caught=1;fetch('http://{at}/')</script>"),
        format!("\"><img src=http://{at}/x onerror=window.caught=1>"),
        "</title></style></script><h1 onclick=x>".to_owned(),
        "\u{202E}txt.exe".to_owned(),
        "שלום VIP".to_owned(),
        "'--><b>&lt;&amp;".to_owned(),
        format!("<style>@import 'http://{at}/s'</style>"),
        "a\u{7}\u{1B}[31mb".to_owned(),
    ];
    let mut writer = csv::Writer::from_path(work.path("x.results.csv")).unwrap();
    writer
        .write_record(bulklabel::model::RESULT_COLUMNS)
        .unwrap();
    for (line, text) in (2..).zip(&hostile) {
        let line = line.to_string();
        let row = [
            &*line, text, text, text, "failed", text, text, "200", "1", "",
        ];
        writer.write_record(row).unwrap();
    }
    writer.flush().unwrap();
    // What stands beside a result may be anybody's, too.
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    work.rehearse("userId,action,label\n1,add,VIP\n", &[])
        .ended(0);
    let mut summary = work.summary("campaign.sandbox.results.json");
    summary["list"]["name"] = hostile[0].clone().into();
    summary["baseUrl"] = hostile[1].clone().into();
    summary["program"] = hostile[6].clone().into();
    summary["settings"]["rate"] = hostile[2].clone().into();
    summary["legs"][0]["startedAt"] = hostile[0].clone().into();
    summary["rows"] = serde_json::json!({"failed": hostile.len()});
    summary["codes"] = serde_json::json!({});
    work.list("x.results.json", summary.to_string());
    work.run(["report", "x.results.csv"]).ended(0);
    browser.console();
    browser.asked();
    browser.open(&work.path("x.results.html"));
    assert_eq!(browser.value("window.caught === undefined"), true);
    for (what, number_of) in [
        ("script", 1),
        ("style", 1),
        ("img", 0),
        ("h1", 1),
        ("title:not(svg title)", 1),
        ("a", 1),
    ] {
        let found = number(&browser.value(&format!("document.querySelectorAll('{what}').length")));
        assert_eq!(found, number_of, "{what}");
    }
    let isolated = browser.value(
        "Array.from(document.querySelectorAll('table.labels th bdi'), (b) => b.textContent)",
    );
    let isolated: Vec<_> = isolated
        .as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap())
        .collect();
    for text in &hostile {
        let seen = text
            .replace('\u{202E}', "U+202E")
            .replace('\u{7}', "U+0007")
            .replace('\u{1B}', "U+001B");
        assert!(isolated.contains(&&*seen), "{seen}: {isolated:?}");
    }
    let html = std::fs::read_to_string(work.path("x.results.html")).unwrap();
    let is_harmless = |c: char| !c.is_control() || c == '\n';
    assert!(html.chars().all(is_harmless) && !html.contains('\u{202E}'));
    let commands =
        browser.value("Array.from(document.querySelectorAll('pre'), (pre) => pre.textContent)");
    assert_eq!(
        commands,
        serde_json::json!([]),
        "no code of theirs is to be typed"
    );
    assert_eq!(browser.console(), [""; 0]);
    let url = format!("file://{}", work.path("x.results.html").display());
    assert_eq!(browser.asked(), [url]);
    assert!(bait.accept().is_err(), "somebody was asked");
}

/// The ratio between the colours of every text and what it stands on, the lowest of them.
const LOWEST_CONTRAST: &str = "(() => {
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * x + .7152 * y + .0722 * z;
  };
  const colour = (text) => text.match(/[\\d.]+/g).map(Number);
  let lowest = 99;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || element.closest('script, title, desc, option, optgroup')) continue;
    const style = getComputedStyle(element);
    const ink = element.closest('svg') ? style.fill : style.color;
    let paper = element, under;
    do { under = colour(getComputedStyle(paper).backgroundColor); paper = paper.parentElement; }
    while (paper && under.length > 3 && under[3] === 0);
    const [a, b] = [light(colour(ink)), light(under)].sort((x, y) => y - x);
    lowest = Math.min(lowest, (a + .05) / (b + .05));
  }
  return lowest;
})()";

#[test]
fn it_fits_every_screen_and_can_be_read_in_both_themes() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let work = Workplace::new();
    sample_page(&work);
    for scheme in ["light", "dark"] {
        for width in [320, 360, 768, 1280] {
            browser.look(width, scheme);
            browser.open(&work.path("campaign.results.html"));
            let wide = browser.value("document.documentElement.scrollWidth");
            assert!(number(&wide) <= u64::from(width), "{wide} of {width}");
            let contrast = browser.value(LOWEST_CONTRAST).as_f64().unwrap();
            assert!(contrast >= 4.5, "{contrast} in {scheme}");
        }
    }
    let papers = ["light", "dark"].map(|scheme| {
        browser.look(768, scheme);
        browser.value("getComputedStyle(document.body).backgroundColor")
    });
    assert_ne!(papers[0], papers[1]);
}

#[test]
fn screen_readers_find_their_way() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let work = Workplace::new();
    sample_page(&work);
    browser.open(&work.path("campaign.results.html"));
    for (what, expression) in [
        ("a language", "document.documentElement.lang === 'en'"),
        (
            "landmarks",
            "['header', 'main', 'footer'].every((name) => document.querySelectorAll('body > ' + name).length === 1)",
        ),
        (
            "headings in order",
            "Array.from(document.querySelectorAll('h1, h2, h3'), (h) => Number(h.tagName[1]))\
             .every((level, at, all) => at === 0 ? level === 1 : level - all[at - 1] <= 1 && level > 1)",
        ),
        (
            "named sections",
            "Array.from(document.querySelectorAll('section'), (s) => \
             document.getElementById(s.getAttribute('aria-labelledby')).textContent).every(Boolean)",
        ),
        (
            "headers with a scope",
            "Array.from(document.querySelectorAll('th')).every((th) => th.scope)",
        ),
        (
            "captions",
            "Array.from(document.querySelectorAll('table')).every((t) => t.caption.textContent)",
        ),
        (
            "pictures with words",
            "Array.from(document.querySelectorAll('body svg:not(svg svg)')).every((svg) => \
             svg.getAttribute('aria-hidden') === 'true' || (svg.getAttribute('role') === 'img' && \
             svg.getAttribute('aria-labelledby').split(' ').every((id) => document.getElementById(id).textContent)))",
        ),
        (
            "labelled fields",
            "Array.from(document.querySelectorAll('input, select')).every((field) => field.labels.length === 1)",
        ),
        (
            "ids that are unique",
            "new Set(Array.from(document.querySelectorAll('[id]'), (e) => e.id)).size === \
             document.querySelectorAll('[id]').length",
        ),
        (
            "scrolled regions with names",
            "Array.from(document.querySelectorAll('[tabindex=\"0\"][role=region]')).every((e) => \
             e.getAttribute('aria-label') || document.getElementById(e.getAttribute('aria-labelledby')))",
        ),
    ] {
        assert_eq!(browser.value(expression), true, "{what}");
    }
    let tree = browser.devtools("Accessibility.getFullAXTree", serde_json::json!({}));
    let nodes = tree["nodes"].as_array().unwrap();
    let roles: Vec<_> = nodes
        .iter()
        .filter_map(|node| node["role"]["value"].as_str())
        .collect();
    for role in [
        "banner",
        "main",
        "contentinfo",
        "search",
        "status",
        "table",
        "columnheader",
        "rowheader",
    ] {
        assert!(roles.contains(&role), "{role}");
    }
    let pictures: Vec<_> = nodes
        .iter()
        .filter(|node| matches!(node["role"]["value"].as_str(), Some("image" | "img")))
        .filter_map(|node| node["name"]["value"].as_str())
        .collect();
    assert!(
        pictures.iter().any(|name| name.contains("success")),
        "{pictures:?}"
    );
}
