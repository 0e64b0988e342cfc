//! Parts of a tree by their path, `["key"][0]`.

use super::error::Error;
use super::tree::{self, Element, Tree, Value};

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Into a mapping.
    Key(String),
    /// Into a list, from 0.
    Item(usize),
}

/// Takes a path apart.
pub(crate) fn parse(path: &str) -> Result<Vec<Step>, Error> {
    let wrong = |reason: &str| Error::Extract(format!("the path `{path}` {reason}"));
    let form = || wrong("is not of the form `[\"key\"][0]`");
    let mut steps = Vec::new();
    let mut rest = path.trim();
    while !rest.is_empty() {
        rest = rest.strip_prefix('[').ok_or_else(form)?;
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (step, after) = if let Some(quote) = quote {
            let end = format!("{quote}]");
            let (key, after) = rest[1..].split_once(&end).ok_or_else(form)?;
            (Step::Key(key.to_owned()), after)
        } else {
            let (number, after) = rest.split_once(']').ok_or_else(form)?;
            let number = number
                .parse()
                .map_err(|_| wrong("has a key without quotes that is no number"))?;
            (Step::Item(number), after)
        };
        steps.push(step);
        rest = after;
    }
    if steps.is_empty() {
        return Err(wrong("is empty"));
    }
    Ok(steps)
}

/// What stands at a path of the first document.
pub(crate) fn find<'a>(tree: &'a Tree, steps: &[Step]) -> Result<&'a Value, Error> {
    let root = tree.documents.first().ok_or(Error::Empty)?;
    let mut place: Option<&'a Value> = None;
    for (depth, step) in steps.iter().enumerate() {
        let next = match (place, step) {
            (None, Step::Key(key)) => tree::get(root, key),
            (Some(Value::Map(branch)), Step::Key(key)) => tree::get(branch, key),
            (Some(Value::Seq(list)), Step::Item(number)) => list
                .iter()
                .filter_map(|element| match element {
                    Element::Item(value) => Some(value),
                    Element::Comment(_) => None,
                })
                .nth(*number),
            _ => None,
        };
        if next.is_none() {
            let path = shown(&steps[..=depth]);
            return Err(Error::Extract(format!("there is no `{path}`")));
        }
        place = next;
    }
    place.ok_or(Error::Empty)
}

fn shown(steps: &[Step]) -> String {
    steps
        .iter()
        .map(|step| match step {
            Step::Key(key) => format!("[\"{key}\"]"),
            Step::Item(number) => format!("[{number}]"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_quoted_keys_and_bare_numbers() {
        let key = |key: &str| Step::Key(key.to_owned());
        assert_eq!(
            parse("[\"a\"]['b.c'][3]").unwrap(),
            [key("a"), key("b.c"), Step::Item(3)]
        );
        assert_eq!(parse("[\"x[0]\"]").unwrap(), [key("x[0]")]);
        for wrong in ["", "a", "[a]", "[\"a\"", "[\"a\"]b"] {
            assert_eq!(parse(wrong).unwrap_err().class(), "extract", "{wrong}");
        }
    }

    #[test]
    fn what_is_not_there_is_named() {
        let branch = vec![tree::Member::Pair("a".into(), Value::Null)];
        let tree = Tree {
            documents: vec![branch],
        };
        assert!(find(&tree, &parse("[\"a\"]").unwrap()).unwrap() == &Value::Null);
        let error = find(&tree, &parse("[\"a\"][0]").unwrap()).err().unwrap();
        assert_eq!(error.to_string(), "extract: there is no `[\"a\"][0]`");
    }
}
