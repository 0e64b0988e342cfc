//! The fast reader and the parser agree: whatever the one reads, the other reads the same, places included.

use super::super::alias::Anchors;
use super::super::build::Scalars;
use super::super::load::parsed;
use super::super::subset::Reader;
use super::super::{Error, Node, Source, Value, load};
use super::texts::{self, Dice};

/// Fails if the subset's reader yields another document than the parser, or any for one that the parser refuses.
/// Returns whether the first document is in the subset.
#[track_caller]
fn agree(text: &str) -> bool {
    // Which lines end how is settled before.
    let text = &text.replace("\r\n", "\n");
    if text.contains('\r') || text.starts_with('%') || text.contains("\n%") {
        return false;
    }
    for scalars in [Scalars::Resolved, Scalars::Text] {
        let mut reader = Reader::new(text, 0, scalars);
        let Some(mut found) = reader.document() else {
            return false;
        };
        let end = reader.start().map_or(text.len(), |next| next.offset);
        let expected = parsed(&text[..end], 0, scalars, &mut Anchors::default(), None)
            .unwrap_or_else(|(mark, kind)| panic!("the parser refuses {text:?}: {mark:?} {kind}"));
        found.retain(|root| !root.is_null());
        assert_eq!(places(&found), places(&expected), "{text:?}");
        assert_eq!(found, expected, "{text:?}");
    }
    true
}

/// All values with their places, keys, and whether they are plain.
fn places(roots: &[Node]) -> Vec<String> {
    fn walk(node: &Node, into: &mut Vec<String>) {
        let kind = match &node.value {
            Value::Float(number) => format!("{:x}", number.to_bits()),
            _ => node.value.kind().to_owned(),
        };
        into.push(format!(
            "{}:{} {kind} {}",
            node.at.line, node.at.column, node.plain
        ));
        node.items().iter().for_each(|item| walk(item, into));
        for entry in node.entries() {
            into.push(format!(
                "{}:{} {}",
                entry.key_at.line, entry.key_at.column, entry.key
            ));
            walk(&entry.value, into);
        }
    }
    let mut found = Vec::new();
    for root in roots {
        walk(root, &mut found);
    }
    found
}

#[test]
fn scalars_are_read_alike() {
    let mut dice = Dice::new(1);
    let mut scalars = texts::plain_scalars();
    scalars.extend((0..2_000).map(|_| texts::number_like(&mut dice)));
    let texts = scalars.iter().flat_map(|scalar| texts::around(scalar));
    let known = texts.filter(|text| agree(text)).count();
    assert!(known > 10_000, "{known} texts are in the subset");
}

#[test]
fn block_scalars_are_read_alike() {
    let texts = texts::block_scalars(&mut Dice::new(2));
    let known = texts.iter().filter(|text| agree(text)).count();
    assert!(known > 30, "{known} texts are in the subset");
}

#[test]
fn documents_are_read_alike_whole_and_damaged() {
    let mut dice = Dice::new(3);
    let mut known = 0;
    for _ in 0..5_000 {
        let text = texts::documents(&mut dice);
        known += usize::from(agree(&text));
        for _ in 0..4 {
            agree(&texts::damaged(&mut dice, &text));
        }
    }
    assert!(known > 300, "{known} documents are in the subset");
}

#[test]
fn what_manifests_are_made_of_is_in_the_subset() {
    for text in [
        "a: 1\nb:\n- c: x # comment\n  d: |\n    e\n     f\n\n  g: 'it''s'\n- \"h\\n\"\n---\n",
        "--- # c\na:\n  b: >-\n    one\n    two\n\n    three\n  c: {x: 1, y: [a, \"b\"], \"z\":null}\n",
        "- - 1\n  - 2\n-\n  - x\n-\n- y: z\n",
        "description: several words\n  go on here\n\n  and here\nx:\ny: []\n",
        "é: ü # ö\nä:\n- {é: ö, x: y}\n",
    ] {
        assert!(agree(text), "{text}");
    }
}

#[test]
fn what_only_the_parser_may_judge_is_left_to_it() {
    for text in [
        "a: x # c\n  y\n",
        "a: x\n  # c\n  y\n",
        "a: |\n  x\n   ",
        "a: |\n  x",
        "a: 'x'\n  y\n",
        "a: [x,\n  y]\n",
        "a: &b c\n",
        "a: 1\na: 2\n",
        "a: .inf\n",
        "~: x\n",
        "a:\tb\n",
        "a: \"x\\/y\"\n",
        "a: 1\n b: 2\n",
        "- a\nb: 1\n",
    ] {
        assert!(!agree(text), "{text}");
    }
}

#[test]
fn documents_of_both_kinds_take_turns() {
    let text = "a: 1\n---\nb: &x 2\nc: *x\n---\nd: 3\n---\n\n# e\ne: [\n1]\n---\nf: 4\n";
    let found = load(text, &Source::new("t")).unwrap();
    let lines: Vec<u32> = found.iter().map(|node| node.at.line).collect();
    assert_eq!(lines, [1, 3, 6, 10, 13]);
    let error = load(&format!("{text}---\ng: 'x\n---\nh: 1\n"), &Source::new("t")).unwrap_err();
    assert!((15..=16).contains(&error.at.line), "{error}");
}

/// What `load` makes of a text, and what the parser makes of it alone.
fn both(text: &str) -> [Result<Vec<Node>, String>; 2] {
    let source = Source::new("t");
    let read = load(text, &source).map_err(|error| error.to_string());
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parsed = parsed(text, 0, Scalars::Resolved, &mut Anchors::default(), None)
        .map_err(|(mark, kind)| Error::new(&source, mark, kind, text).to_string());
    [read, parsed]
}

#[test]
fn texts_of_windows_are_read_alike() {
    let mut dice = Dice::new(4);
    for _ in 0..3_000 {
        let text = texts::documents(&mut dice).replace("\r\n", "\n");
        let text = text.trim_start_matches('\u{feff}');
        let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        let ([read, parsed], [plain, _]) = (both(&windows), both(text));
        assert_eq!(read, parsed, "{text:?}");
        assert_eq!(read, plain, "{text:?}");
        if let [Ok(read), Ok(parsed), Ok(plain)] = [read, parsed, plain].each_ref() {
            assert_eq!(places(read), places(parsed), "{text:?}");
            assert_eq!(places(read), places(plain), "{text:?}");
        }
    }
    // The parser places a block without content elsewhere if its lines end in two characters, and at the root overlooks
    // the document behind it.
    let blocks = texts::block_scalars(&mut dice);
    for text in blocks.iter().filter(|text| !text.contains('\r')) {
        let ([read, parsed], [plain, _]) = (both(&text.replace('\n', "\r\n")), both(text));
        assert_eq!(read, plain, "{text:?}");
        assert!(read == parsed || text.starts_with(['|', '>']), "{text:?}");
    }
    for text in [
        "a: |\r\n  x\n  y\r\nb: 'z'\r\n",
        "a: 1\rb: 2\r\n",
        "a: 'x\ry'\r\n",
    ] {
        let [read, parsed] = both(text);
        assert_eq!(read, parsed, "{text:?}");
    }
}

#[test]
fn a_byte_order_mark_keeps_only_its_own_document_from_the_subset() {
    let text = "a: 1\n---\nb: \"x\u{feff}y\"\n---\nc: 3\n---\nd: \u{ff21}\u{feff}\n";
    let mut reader = Reader::new(text, 0, Scalars::Resolved);
    let mut found = Vec::new();
    while let Some(start) = reader.start() {
        let document = reader.document();
        found.push(document.is_some());
        if document.is_none() {
            reader.skip_document(start);
        }
    }
    assert_eq!(found, [true, false, true, false]);
    let [read, parsed] = both(text);
    assert_eq!(read, parsed);
}
