//! Objects named on the command line, as kubectl takes them: `TYPE/NAME…` or `TYPE NAME…`.

/// One or all objects of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The type as it was written, e.g. `deploy` or `deployments.apps`.
    pub kind: String,
    /// The name; `None` = all that a selector picks.
    pub name: Option<String>,
}

/// Reads the words of a command line. Types alone are all objects of these types, which has to be `wanted`.
pub fn read_names(words: &[String], all_wanted: bool) -> Result<Vec<Named>, String> {
    if words.iter().any(|word| word.contains('/')) {
        return words.iter().map(|word| pair(word)).collect();
    }
    let Some((kinds, names)) = words.split_first() else {
        return Ok(Vec::new());
    };
    if names.is_empty() && !all_wanted {
        return Err(format!(
            "`{kinds}` is no file or directory, and no name of an object follows it"
        ));
    }
    if !names.is_empty() && all_wanted {
        return Err("names cannot be given together with `--all` or `--selector`".to_owned());
    }
    if names.is_empty() {
        return Ok(kinds.split(',').map(|kind| named(kind, None)).collect());
    }
    let each = kinds
        .split(',')
        .flat_map(|kind| names.iter().map(move |name| named(kind, Some(name))));
    Ok(each.collect())
}

fn named(kind: &str, name: Option<&str>) -> Named {
    Named {
        kind: kind.to_owned(),
        name: name.map(str::to_owned),
    }
}

fn pair(word: &str) -> Result<Named, String> {
    match word.split_once('/') {
        Some((kind, name)) if !kind.is_empty() && !name.is_empty() && !name.contains('/') => {
            Ok(named(kind, Some(name)))
        }
        Some(_) => Err(format!(
            "`{word}` is no file or directory, and not `TYPE/NAME`"
        )),
        None => Err(format!(
            "`{word}` stands beside `TYPE/NAME`, but has no `/`"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str], all: bool) -> Result<Vec<Named>, String> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        read_names(&words, all)
    }

    #[test]
    fn both_forms_of_kubectl() {
        let expected = [named("pod", Some("a")), named("pod", Some("b"))];
        assert_eq!(read(&["pod/a", "pod/b"], false).unwrap(), expected);
        assert_eq!(read(&["pod", "a", "b"], false).unwrap(), expected);
        assert_eq!(
            read(&["pod,svc", "a"], false).unwrap(),
            [named("pod", Some("a")), named("svc", Some("a"))]
        );
        assert_eq!(read(&["pods"], true).unwrap(), [named("pods", None)]);
    }

    #[test]
    fn anything_else_is_refused() {
        for (words, all, why) in [
            (&["k8s"][..], false, "is no file or directory"),
            (&["k8s/a/b"], false, "not `TYPE/NAME`"),
            (&["pod/a", "b"], false, "has no `/`"),
            (&["pod", "a"], true, "cannot be given together"),
        ] {
            let error = read(words, all).unwrap_err();
            assert!(error.contains(why), "{words:?}: {error}");
        }
    }
}
