//! URLs taken apart the way Talos merges them: part by part.

/// The parts of a URL. A part that is empty is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Url {
    pub(super) scheme: String,
    pub(super) user: String,
    /// Host, with its port if there is one.
    pub(super) host: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) fragment: String,
}

impl Url {
    /// Reads a URL, or says as the end of a sentence why it is none.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        if text.chars().any(|c| c.is_ascii_control() || c == ' ') {
            return Err("must be a URL without blanks");
        }
        let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
        let (text, query) = text.split_once('?').unwrap_or((text, ""));
        let (scheme, rest) = match text.split_once(':') {
            Some(("", _)) => return Err("must be a URL that begins with a scheme such as `https`"),
            Some((scheme, rest)) if is_scheme(scheme) => (scheme, rest),
            Some((first, _)) if !first.contains('/') && !text.starts_with("//") => {
                return Err("must be a URL that begins with a scheme such as `https://`");
            }
            _ => ("", text),
        };
        let mut url = Self {
            scheme: scheme.to_ascii_lowercase(),
            query: query.to_owned(),
            fragment: fragment.to_owned(),
            ..Self::default()
        };
        match rest.strip_prefix("//") {
            None => rest.clone_into(&mut url.path),
            Some(rest) => {
                let end = rest.find('/').unwrap_or(rest.len());
                let (authority, path) = rest.split_at(end);
                let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
                check_port(host)?;
                user.clone_into(&mut url.user);
                host.clone_into(&mut url.host);
                path.clone_into(&mut url.path);
            }
        }
        Ok(url)
    }

    /// The port, if one is written.
    pub(super) fn port(&self) -> Option<&str> {
        let behind = self.host.rfind(']').map_or(0, |at| at + 1);
        self.host
            .get(behind..)?
            .split_once(':')
            .map(|(_, port)| port)
    }

    /// The host without its port and brackets.
    pub(super) fn host_name(&self) -> &str {
        if let Some(inside) = self.host.strip_prefix('[') {
            return inside.split(']').next().unwrap_or(inside);
        }
        self.host.split(':').next().unwrap_or(&self.host)
    }

    /// This URL with every part that `other` has replaced by that of `other`.
    pub(super) fn merged(&self, other: &Self) -> Self {
        let pick =
            |left: &String, right: &String| if right.is_empty() { left } else { right }.clone();
        Self {
            scheme: pick(&self.scheme, &other.scheme),
            user: pick(&self.user, &other.user),
            host: pick(&self.host, &other.host),
            path: pick(&self.path, &other.path),
            query: pick(&self.query, &other.query),
            fragment: pick(&self.fragment, &other.fragment),
        }
    }

    /// The text of the URL.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        if !self.scheme.is_empty() {
            text.push_str(&self.scheme);
            text.push(':');
        }
        if !self.host.is_empty() || !self.user.is_empty() {
            text.push_str("//");
        }
        if !self.user.is_empty() {
            text.push_str(&self.user);
            text.push('@');
        }
        text.push_str(&self.host);
        text.push_str(&self.path);
        for (mark, part) in [('?', &self.query), ('#', &self.fragment)] {
            if !part.is_empty() {
                text.push(mark);
                text.push_str(part);
            }
        }
        text
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

fn check_port(host: &str) -> Result<(), &'static str> {
    let port = match host.rfind(']') {
        Some(end) => host[end + 1..].strip_prefix(':'),
        None => host.split_once(':').map(|(_, port)| port),
    };
    match port {
        Some(port) if !port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err("must be a URL whose port is a number")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let url = Url::parse("HTTPS://me:pw@[fd00::1]:6443/a/b?c=d#e").unwrap();
        assert_eq!(url.text(), "https://me:pw@[fd00::1]:6443/a/b?c=d#e");
        assert_eq!((url.host_name(), url.port()), ("fd00::1", Some("6443")));
        let bare = Url::parse("https://host").unwrap();
        assert_eq!((bare.host_name(), bare.port()), ("host", None));
        for bad in [":80", "https://a b", "https://a:b", "10.0.0.1:80"] {
            assert!(Url::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn merging_keeps_what_the_other_does_not_say() {
        let left = Url::parse("https://10.5.0.2:6443/path").unwrap();
        let right = Url::parse("http://other").unwrap();
        assert_eq!(left.merged(&right).text(), "http://other/path");
    }
}
