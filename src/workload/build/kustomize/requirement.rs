//! Expressions over labels, as `kubectl --selector` takes them: `app=web,tier!=db,env in (a, b),!old,size>3`.

use std::iter::Peekable;
use std::str::Chars;

/// One condition on one label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Requirement {
    key: String,
    operator: Operator,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Operator {
    Exists,
    Missing,
    In(Vec<String>),
    NotIn(Vec<String>),
    Above(i64),
    Below(i64),
}

/// Whether labels fulfil all conditions; `value` gives the value of a label.
pub(crate) fn all<'v>(
    requirements: &[Requirement],
    value: impl Fn(&str) -> Option<&'v str>,
) -> bool {
    requirements.iter().all(|requirement| {
        let value = value(&requirement.key);
        let number = || value.and_then(|value| value.parse::<i64>().ok());
        match &requirement.operator {
            Operator::Exists => value.is_some(),
            Operator::Missing => value.is_none(),
            Operator::In(values) => value.is_some_and(|value| values.iter().any(|v| v == value)),
            Operator::NotIn(values) => value.is_none_or(|value| values.iter().all(|v| v != value)),
            Operator::Above(limit) => number().is_some_and(|number| number > *limit),
            Operator::Below(limit) => number().is_some_and(|number| number < *limit),
        }
    })
}

/// Reads an expression. The error ends a sentence that begins with its field.
pub(crate) fn parse(text: &str) -> Result<Vec<Requirement>, String> {
    let mut reader = Reader {
        rest: text.chars().peekable(),
    };
    let mut found = Vec::new();
    reader.blanks();
    while reader.rest.peek().is_some() {
        found.push(reader.requirement()?);
        reader.blanks();
        match reader.rest.next() {
            None => break,
            Some(',') => reader.blanks(),
            Some(other) => return Err(format!("has `{other}` where `,` or its end is expected")),
        }
    }
    Ok(found)
}

struct Reader<'t> {
    rest: Peekable<Chars<'t>>,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        while self.rest.next_if(|c| c.is_whitespace()).is_some() {}
    }

    fn word(&mut self) -> String {
        self.blanks();
        let mut word = String::new();
        while let Some(c) = self
            .rest
            .next_if(|c| !c.is_whitespace() && !"=!,()<>".contains(*c))
        {
            word.push(c);
        }
        word
    }

    fn key(&mut self) -> Result<String, String> {
        let key = self.word();
        let known = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        if key.is_empty() || !key.chars().all(known) {
            return Err(format!("has `{key}` where the name of a label is expected"));
        }
        Ok(key)
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        if self.rest.next_if_eq(&'!').is_some() {
            let key = self.key()?;
            let operator = Operator::Missing;
            return Ok(Requirement { key, operator });
        }
        let key = self.key()?;
        self.blanks();
        let operator = match self.rest.peek() {
            None | Some(',') => Operator::Exists,
            Some('=') => {
                self.rest.next();
                self.rest.next_if_eq(&'=');
                Operator::In(vec![self.word()])
            }
            Some('!') => {
                self.rest.next();
                if self.rest.next_if_eq(&'=').is_none() {
                    return Err("has `!` where `!=` is expected".to_owned());
                }
                Operator::NotIn(vec![self.word()])
            }
            Some('>') => Operator::Above(self.number()?),
            Some('<') => Operator::Below(self.number()?),
            Some(_) => match self.word().as_str() {
                "in" => Operator::In(self.values()?),
                "notin" => Operator::NotIn(self.values()?),
                other => {
                    return Err(format!(
                        "has `{other}` where `=`, `!=`, `in` or `notin` is expected"
                    ));
                }
            },
        };
        Ok(Requirement { key, operator })
    }

    fn number(&mut self) -> Result<i64, String> {
        self.rest.next();
        let word = self.word();
        word.parse()
            .map_err(|_| format!("has `{word}` where an integer is expected"))
    }

    fn values(&mut self) -> Result<Vec<String>, String> {
        self.blanks();
        if self.rest.next_if_eq(&'(').is_none() {
            return Err("has no `(` before its list of values".to_owned());
        }
        let mut values = Vec::new();
        loop {
            values.push(self.word());
            self.blanks();
            match self.rest.next() {
                Some(',') => {}
                Some(')') => return Ok(values),
                _ => return Err("has a list of values without `)`".to_owned()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fulfilled(text: &str) -> bool {
        let labels = [("app", "web"), ("size", "5"), ("empty", "")];
        let value = |key: &str| {
            labels
                .iter()
                .find(|label| label.0 == key)
                .map(|label| label.1)
        };
        all(&parse(text).unwrap(), value)
    }

    #[test]
    fn every_operator() {
        for text in [
            "",
            "app",
            "!old",
            "app=web",
            "app==web",
            "app = web",
            "app!=db",
            "old!=x",
            "app in (db, web)",
            "app notin (db)",
            "old notin (x)",
            "size>4",
            "size<6",
            "app=web,!old , size",
            "empty=",
            "empty in ()",
        ] {
            assert!(fulfilled(text), "{text}");
        }
        for text in [
            "old",
            "!app",
            "app=db",
            "app!=web",
            "old=",
            "app in (db)",
            "size>5",
            "app>1",
        ] {
            assert!(!fulfilled(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_expression() {
        for (text, why) in [
            ("=a", "has `` where the name of a label is expected"),
            (
                "a b",
                "has `b` where `=`, `!=`, `in` or `notin` is expected",
            ),
            ("a!b", "has `!` where `!=` is expected"),
            ("a in b", "has no `(` before its list of values"),
            ("a in (b", "has a list of values without `)`"),
            ("a>b", "has `b` where an integer is expected"),
            ("a=b c", "has `c` where `,` or its end is expected"),
        ] {
            assert_eq!(parse(text).unwrap_err(), why);
        }
    }
}
