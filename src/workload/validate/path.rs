//! The way from an object to a value in it.

/// A step from a value to one in it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

/// `spec.containers[0].image`; keys with special characters stand in brackets.
pub(super) fn render(path: &[Step<'_>]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Item(index) => text.extend(["[", &index.to_string(), "]"]),
            Step::Key(key) => {
                let plain = key
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_-$".contains(&byte));
                match (plain && !key.is_empty(), text.is_empty()) {
                    (true, true) => text.push_str(key),
                    (true, false) => text.extend([".", key]),
                    (false, _) => text.extend(["[", key, "]"]),
                }
            }
        }
    }
    text
}
