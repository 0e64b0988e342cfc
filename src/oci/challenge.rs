//! `WWW-Authenticate`: how a registry wants to be shown who is asking (RFC 9110, section 11; the token specification of
//! the distribution project).

/// A way to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    /// User name and password with every request.
    Basic,
    /// A token, to be had elsewhere.
    Bearer {
        /// URL of the token server.
        realm: String,
        /// What the token server calls the registry.
        service: Option<String>,
        /// What the token is to allow.
        scope: Option<String>,
    },
}

/// The challenges of one header that we can meet, in order.
pub(super) fn parse(header: &str) -> Vec<Challenge> {
    let mut found = Vec::new();
    for (scheme, parameters) in schemes(header) {
        let value = |name: &str| {
            parameters
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.clone())
        };
        if scheme.eq_ignore_ascii_case("basic") {
            found.push(Challenge::Basic);
        } else if scheme.eq_ignore_ascii_case("bearer")
            && let Some(realm) = value("realm")
        {
            found.push(Challenge::Bearer {
                realm,
                service: value("service"),
                scope: value("scope"),
            });
        }
    }
    found
}

type Parameters = Vec<(String, String)>;

/// Schemes with their parameters. A word that no `=` follows begins a scheme.
fn schemes(header: &str) -> Vec<(String, Parameters)> {
    let mut found: Vec<(String, Parameters)> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let end = rest.find([' ', '\t', ',', '=']).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if word.is_empty() {
            return found;
        }
        let after = after.trim_start_matches([' ', '\t']);
        match (after.strip_prefix('='), found.last_mut()) {
            (Some(value), Some((_, parameters))) => {
                let (value, after) = parameter(value.trim_start_matches([' ', '\t']));
                parameters.push((word.to_owned(), value));
                rest = after;
            }
            // A parameter without a scheme is a broken header; what follows may still be good.
            (Some(value), None) => rest = parameter(value).1,
            (None, _) => {
                found.push((word.to_owned(), Vec::new()));
                rest = after;
            }
        }
    }
}

/// A value, quoted or not, and what follows it.
fn parameter(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Challenge {
        Challenge::Bearer {
            realm: realm.to_owned(),
            service: service.map(str::to_owned),
            scope: scope.map(str::to_owned),
        }
    }

    #[test]
    fn headers_of_real_registries_are_understood() {
        let hub = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#;
        assert_eq!(
            parse(hub),
            [bearer(
                "https://auth.docker.io/token",
                Some("registry.docker.io"),
                Some("repository:a/b:pull,push")
            )]
        );
        assert_eq!(parse(r#"Basic realm="Registry Realm""#), [Challenge::Basic]);
        assert_eq!(
            parse(r#"basic realm="x", charset="UTF-8", Bearer realm=https://t , service = "s""#),
            [Challenge::Basic, bearer("https://t", Some("s"), None)]
        );
    }

    #[test]
    fn what_cannot_be_met_is_left_out() {
        for header in [
            "",
            "Negotiate",
            "Bearer service=\"x\"",
            "realm=\"x\"",
            "NTLM, Digest realm=\"a\"",
        ] {
            assert_eq!(parse(header), [], "{header}");
        }
        assert_eq!(
            parse(r#"Bearer realm="https://a/\"b\",c""#),
            [bearer("https://a/\"b\",c", None, None)]
        );
        assert_eq!(parse(r#"Bearer realm="open"#), [bearer("open", None, None)]);
    }
}
