//! Runs the commands that print keys.

use std::process::{Command, Stdio};

use crate::secret::Secret;

/// What a command prints. No shell is involved; quotes and backslashes work as they do in one.
pub(super) fn run(command: &str, recipient: Option<&str>) -> Result<Secret<Vec<u8>>, String> {
    let words = split(command).ok_or_else(|| "has an open quote".to_owned())?;
    let (program, arguments) = words.split_first().ok_or_else(|| "is empty".to_owned())?;
    let mut child = Command::new(program);
    child
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    if let Some(recipient) = recipient {
        child.env("SOPS_AGE_RECIPIENT", recipient);
    }
    let output = child
        .output()
        .map_err(|error| format!("cannot run `{program}`: {error}"))?;
    let text = Secret::new(output.stdout);
    if output.status.success() {
        Ok(text)
    } else {
        Err(format!("`{program}` ended with {}", output.status))
    }
}

/// Splits a command line into words; `None` if a quote stays open.
pub fn split(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word) = (Vec::new(), None::<String>);
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\t' | '\n' => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next()? {
                        '\'' => break,
                        inner => word.push(inner),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next()? {
                        '"' => break,
                        '\\' => match characters.next()? {
                            escaped @ ('"' | '\\' | '$' | '`') => word.push(escaped),
                            other => word.extend(['\\', other]),
                        },
                        inner => word.push(inner),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(characters.next()?),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_split_like_in_a_shell() {
        for (line, expected) in [
            ("a  b\tc", Some(vec!["a", "b", "c"])),
            (
                r#"a 'b c' "d \" e" f\ g"#,
                Some(vec!["a", "b c", "d \" e", "f g"]),
            ),
            ("a ''", Some(vec!["a", ""])),
            ("", Some(vec![])),
            ("a 'b", None),
        ] {
            assert_eq!(
                split(line),
                expected.map(|words| words.into_iter().map(str::to_owned).collect()),
                "{line}"
            );
        }
    }

    #[test]
    fn commands_run_without_a_shell_and_know_the_recipient() {
        let printed = run("sh -c 'echo $SOPS_AGE_RECIPIENT'", Some("age1x")).unwrap();
        assert_eq!(printed.expose(), b"age1x\n");
        assert!(run("false", None).unwrap_err().contains("exit status: 1"));
        assert!(
            run("/nonexistent/program", None)
                .unwrap_err()
                .contains("cannot run")
        );
    }
}
