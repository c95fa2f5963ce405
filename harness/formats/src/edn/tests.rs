//! What is read of EDN, and what is said of that which is none.

use super::*;

fn all(text: &str) -> Result<Vec<String>, String> {
    let mut reader = Reader::new(text.as_bytes());
    let mut values = Vec::new();
    while let Some(node) = reader.next_value().map_err(|error| error.to_string())? {
        values.push(format!("{} {}", node.place.column, node.data));
    }
    Ok(values)
}

/// Everything that Clojure prints is read, and a file's outermost vector or list is as good as none.
#[test]
fn values_come_one_by_one_with_their_columns() {
    let text =
        "{:a 1} ; not {this}\n({:b [nil true -7 8N 1.5 3/4 \"q\\u0041\\n\"]}, #_ skipped #{:x} \\a)\n7";
    let expected = ["1 {:a 1}", "2 {:b [nil true -7 8 1.5 3/4 \"qA\\n\"]}", "56 [:x]", "62 \"a\"", "1 7"];
    assert_eq!(all(text).unwrap(), expected);
    let tagged = "#jepsen.history.Op{:f ^{:m 1} x, :t #inst \"2026\", :n ##Inf} #:ns{:k ::v}";
    assert_eq!(all(tagged).unwrap(), ["1 {:f x, :t \"2026\", :n ##Inf}", "61 {:k :v}"]);
    assert_eq!(all(" ;nothing").unwrap(), Vec::<String>::new());
}

/// Each mistake is told with its place, what stands there, and what should.
#[test]
fn mistakes_have_a_place() {
    let cases = [
        (
            "{:a 1\n :b}",
            "line 2, column 2: found `:b`; expected a value for each key of a map, and this one has none",
        ),
        (
            "[{:a 1}\n",
            "line 2, column 1: found the end of the file; expected `]` for the bracket opened at line 1, column 1",
        ),
        ("{:a [1 2}", "line 1, column 9: found `}`; expected `]` for the bracket opened at line 1, column 5"),
        ("1 ]", "line 1, column 3: found `]`; expected a value: no bracket is open here"),
        (
            "\"ab",
            "line 1, column 4: found the end of the file; expected `\"` for the text that begins at line 1, column 1",
        ),
        ("\"\\q\"", "line 1, column 2: found `\\q`; expected one of \\n \\t \\r \\b \\f \\\" \\\\ \\uXXXX"),
        ("{\"a\": 1}", "line 1, column 5: found `:`; expected a keyword such as :read"),
        ("# x", "line 1, column 1: found `#`; expected a tag, or one of `#{`, `#_` and `##`"),
    ];
    for (text, why) in cases {
        assert_eq!(all(text).unwrap_err(), why, "{text}");
    }
    assert!(all(&"{:a ".repeat(100_000)).unwrap_err().contains("at most 64 of them"));
    assert!(all(&"#_ ".repeat(100_000)).unwrap_err().contains("at most 64 of them"));
}

/// A file that is no text is refused at the byte that is none.
#[test]
fn bytes_that_are_no_text_are_shown() {
    let mut reader = Reader::new(&b"{:a\n :\xff}"[..]);
    let error = reader.next_value().unwrap_err().to_string();
    assert_eq!(error, "line 2, column 3: found the byte 0xff; expected text in UTF-8");
}
