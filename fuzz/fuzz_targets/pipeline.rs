//! Any text becomes objects in waves, or an error with its place.
#![no_main]

use ksail::workload::build::{drop_repetitions, expand_documents, parse_texts, render_objects};
use ksail::workload::discover::Text;
use ksail::workload::order::order_objects;
use ksail::yaml::Source;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let text = Text {
        source: Source::new("fuzz"),
        text: text.to_owned(),
    };
    let built = parse_texts(vec![text]).and_then(expand_documents);
    let kept = built.and_then(|built| drop_repetitions(built.objects));
    match kept.and_then(order_objects) {
        Ok(waves) => {
            let objects: Vec<_> = waves.iter().flat_map(|wave| &wave.objects).collect();
            if !objects.is_empty() {
                assert!(!render_objects(&objects).is_empty());
            }
        }
        Err(error) => {
            let error = error.to_string();
            // What is encrypted cannot be read, and only as a whole.
            let has_place = error.contains("fuzz:") || error.contains("`fuzz`");
            assert!(has_place, "no place: {error}");
        }
    }
});
