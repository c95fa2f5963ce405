//! The page in HTML as a file: what it needs, how large it is, and that no text of a system can become markup. How it
//! looks and answers in a browser is tested beside it, in `browser`.

use stormglass_plan::scenario::Scenario;
use stormglass_report::{Failure, Page, html_page};

use crate::made_up;

fn page(events: usize, payload: &str) -> String {
    let recording = made_up::recording(events, payload);
    let scenario = Scenario::named("toy/tokens").about(format!("Something holds. {payload}"));
    let failure = Failure::new(&scenario, &recording.report, "stormglass replay toy/tokens --seed 7");
    let mut out = Vec::new();
    html_page(&Page { failure, recording: &recording, blame: None }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The data that scripts draw, read back.
fn data(page: &str) -> serde_json::Value {
    let (_, rest) = page.split_once("<script type=\"application/json\" id=\"run\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

/// Whatever a system calls its messages, operations and states: on the page it is text, and in the data it is the same.
#[test]
fn a_text_that_looks_like_markup_stays_text() {
    let payload = "</script><script>alert(1)</script><!-- <b>&amp; ' \" \u{2028}";
    let (plain, odd) = (page(500, ""), page(500, payload));
    for mark in ["<script", "</script", "<!--", "<b>"] {
        let count = |page: &str| page.matches(mark).count();
        assert_eq!(count(&odd), count(&plain), "{mark} has come in");
    }
    assert!(odd.contains("&#60;script&#62;alert(1)") || odd.contains("&lt;script&gt;alert(1)"));
    let texts = data(&odd)["texts"].to_string();
    assert!(texts.contains("</script><script>alert(1)</script><!-- <b>&amp;"), "the text itself is kept");
}

/// One file is all: it names no other, and the browser is told to fetch none.
#[test]
fn a_page_needs_nothing_else() {
    let page = page(500, "");
    assert!(page.contains("default-src 'none'"));
    for mark in ["src=\"", "src='", "@import", "url(", "href=\"http", "fetch(", "XMLHttpRequest", "import("] {
        assert!(!page.contains(mark), "{mark}");
    }
}

/// Equal runs make equal pages.
#[test]
fn the_same_run_makes_the_same_page() {
    assert_eq!(page(2_000, "x"), page(2_000, "x"));
}

/// Ten thousand events fit into three megabytes; what there is to look at is bounded by the run's length alone.
#[test]
fn ten_thousand_events_are_less_than_three_megabytes() {
    let page = page(10_000, "");
    let events = data(&page)["events"]["at"].as_array().unwrap().len();
    assert!(events >= 10_000, "{events}");
    assert!(page.len() < 3_000_000, "{} bytes for {events} events", page.len());
}

/// Each column has a value for each event; parents lie before their children, and each arrival comes of its sending.
#[test]
fn every_arrival_knows_its_sending() {
    let data = data(&page(2_000, ""));
    let column =
        |name: &str| data["events"][name].as_array().unwrap().iter().map(|value| value.as_i64().unwrap());
    let count = column("at").count();
    for name in ["kind", "whom", "peer", "text", "parent"] {
        assert_eq!(column(name).count(), count, "{name}");
    }
    let kinds: Vec<&str> =
        data["events"]["kinds"].as_array().unwrap().iter().map(|kind| kind.as_str().unwrap()).collect();
    let kind: Vec<&str> = column("kind").map(|kind| kinds[kind as usize]).collect();
    let (whom, peer): (Vec<i64>, Vec<i64>) = (column("whom").collect(), column("peer").collect());
    for (event, back) in column("parent").enumerate().filter(|(_, back)| *back != 0) {
        let parent = event.checked_sub(back as usize).unwrap();
        match kind[event] {
            "deliver" => {
                assert_eq!((kind[parent], whom[parent], peer[parent]), ("send", peer[event], whom[event]));
            }
            "drop" => {
                assert_eq!((kind[parent], whom[parent], peer[parent]), ("send", whom[event], peer[event]));
            }
            "send" => assert!(["deliver", "timer"].contains(&kind[parent]), "{}", kind[parent]),
            _ => {}
        }
    }
    let orphans = kind.iter().zip(column("parent")).filter(|(kind, back)| **kind == "deliver" && *back == 0);
    assert_eq!(orphans.count(), 0);
}

/// However large states are, what is written of them stays small.
#[test]
fn large_states_are_thinned() {
    let mut recording = made_up::recording(3_000, "");
    for (place, state) in recording.states.iter_mut().enumerate() {
        let lines: Vec<String> = (0..200).map(|line| format!("    line {line} of {place}")).collect();
        state.text = Some(lines.join("\n"));
    }
    let scenario = Scenario::named("toy/large");
    let failure = Failure::new(&scenario, &recording.report, "");
    let mut out = Vec::new();
    html_page(&Page { failure, recording: &recording, blame: None }, &mut out).unwrap();
    assert!(out.len() < 4_000_000, "{}", out.len());
    let data = data(&String::from_utf8(out).unwrap());
    assert!(
        data["states"]["thinned"].as_u64().unwrap() > 1
            && !data["states"]["shots"].as_array().unwrap().is_empty()
    );
}
