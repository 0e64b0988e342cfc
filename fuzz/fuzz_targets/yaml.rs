//! Any text is read or refused; what is read survives being written; the fast reader and the parser agree.
#![no_main]

use ksail::yaml::{self, Node, Source};
use libfuzzer_sys::fuzz_target;

/// Whether a document may be a block of text that begins in the first column. Documents are split before the parser sees
/// them; alone, it takes the line between two of them for such text.
fn may_be_block(text: &str) -> bool {
    let of_document = |line: &str| {
        let root = line.strip_prefix("---").unwrap_or(line).trim_start();
        root.starts_with(['|', '>', '!', '&'])
    };
    text.trim_start_matches('\u{feff}')
        .split(['\n', '\r'])
        .any(of_document)
}

fuzz_target!(|text: &str| {
    let source = Source::new("fuzz");
    let _ = yaml::load_untyped(text, &source);
    let read = yaml::load(text, &source);
    if may_be_block(text) {
        return;
    }
    let parsed = yaml::load_by_parser(text, &source);
    match (read, parsed) {
        (Ok(read), Ok(parsed)) => {
            assert_eq!(read, parsed, "the readers disagree");
            let values: Vec<_> = read.into_iter().map(Node::into_json).collect();
            let written = yaml::documents_to_yaml(&values);
            let again = yaml::load(&written, &source).expect("what is written is readable");
            let again: Vec<_> = again.into_iter().map(Node::into_json).collect();
            assert_eq!(values, again, "what is written means the same");
        }
        (Err(read), Err(parsed)) => {
            assert_eq!(read.to_string(), parsed.to_string());
            assert_eq!(read.excerpt(), parsed.excerpt());
        }
        (read, parsed) => panic!("the readers disagree: {read:?}, {parsed:?}"),
    }
});
