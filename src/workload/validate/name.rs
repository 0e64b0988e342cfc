//! Names, labels and keys as Kubernetes wants them. Every function says what is wrong, or nothing.

/// What is wrong with a name.
pub(super) type Complaint = Option<String>;

const LABEL: &str =
    "a DNS label: lower-case letters, digits and `-`, beginning and ending with a letter or digit";
const SUBDOMAIN: &str = "a DNS subdomain: lower-case letters, digits, `-` and `.`, every part beginning and ending with a letter or digit";

/// Which names objects of a kind may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// A DNS subdomain, as most.
    Subdomain,
    /// A DNS label.
    Label,
    /// A DNS label that begins with a letter.
    Rfc1035,
    /// Whatever fits into a path.
    Segment,
    /// Something that only the kind's own rules know.
    Own,
}

impl Names {
    /// Of a built-in kind. Before 1.36, names of services began with a letter.
    pub(super) fn of(group: &str, kind: &str, before_1_36: bool) -> Self {
        match (group, kind) {
            ("", "Service") if before_1_36 => Names::Rfc1035,
            ("", "Namespace" | "Service") | ("coordination.k8s.io", "LeaseCandidate") => {
                Names::Label
            }
            ("rbac.authorization.k8s.io" | "certificates.k8s.io", _) => Names::Segment,
            ("networking.k8s.io", "IPAddress")
            | ("authorization.k8s.io" | "authentication.k8s.io", _) => Names::Own,
            _ => Names::Subdomain,
        }
    }

    /// What is wrong with a name; `is_prefix` if something is generated behind it.
    pub(super) fn check(self, name: &str, is_prefix: bool) -> Complaint {
        let name = if is_prefix {
            // What is generated begins with a letter or digit, so a separator may come before it.
            name.strip_suffix('-').unwrap_or(name)
        } else {
            name
        };
        match self {
            Names::Subdomain => dns_subdomain(name),
            Names::Label => dns_label(name),
            Names::Rfc1035 => rfc1035_label(name),
            Names::Segment => path_segment(name),
            Names::Own => None,
        }
    }
}

/// A label of the DNS as RFC 1123 has it.
pub(super) fn dns_label(name: &str) -> Complaint {
    too_long(name, 63).or_else(|| (!is_label(name)).then(|| format!("must be {LABEL}")))
}

/// A label that begins with a letter, as RFC 1035 has it.
pub(super) fn rfc1035_label(name: &str) -> Complaint {
    dns_label(name).or_else(|| {
        let starts_well = name.starts_with(|first: char| first.is_ascii_lowercase());
        (!starts_well).then(|| "must begin with a letter".to_owned())
    })
}

/// Labels joined by dots.
pub(super) fn dns_subdomain(name: &str) -> Complaint {
    let fits = name.split('.').all(is_label);
    too_long(name, 253).or_else(|| (!fits).then(|| format!("must be {SUBDOMAIN}")))
}

/// One part of a path.
fn path_segment(name: &str) -> Complaint {
    match name {
        "." | ".." => Some("must not be `.` or `..`".to_owned()),
        name if name.contains(['/', '%']) => Some("must not contain `/` or `%`".to_owned()),
        _ => None,
    }
}

/// A key of a label: a name, with or without a DNS subdomain and a slash before it.
pub(super) fn qualified(key: &str) -> Complaint {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    let prefix = prefix.and_then(|prefix| match prefix {
        "" => Some("the prefix before `/` is empty".to_owned()),
        prefix => dns_subdomain(prefix).map(|why| format!("the prefix before `/` {why}")),
    });
    let wrong = || {
        (!is_label_value(name) || name.is_empty()).then(|| {
            "must be letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit, maybe after a DNS subdomain and `/`".to_owned()
        })
    };
    prefix.or_else(|| too_long(name, 63)).or_else(wrong)
}

/// A value of a label.
pub(super) fn label_value(value: &str) -> Complaint {
    too_long(value, 63).or_else(|| {
        (!is_label_value(value)).then(|| {
            "must be empty or letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit".to_owned()
        })
    })
}

fn too_long(text: &str, limit: usize) -> Complaint {
    (text.len() > limit).then(|| format!("must have at most {limit} characters"))
}

fn is_label(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.iter().all(|byte| plain(*byte) || *byte == b'-')
        && bytes.first().is_some_and(|byte| plain(*byte))
        && bytes.last().is_some_and(|byte| plain(*byte))
}

fn is_label_value(text: &str) -> bool {
    let bytes = text.as_bytes();
    let edge = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_alphanumeric);
    bytes
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
        && edge(bytes.first())
        && edge(bytes.last())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_depend_on_the_kind() {
        for (group, kind, name, fits) in [
            ("", "ConfigMap", "a.b-c", true),
            ("", "ConfigMap", "a_b", false),
            ("", "ConfigMap", "A", false),
            ("", "ConfigMap", "a..b", false),
            ("", "Namespace", "a.b", false),
            ("", "Service", "1a", false),
            ("", "Service", "a1", true),
            (
                "rbac.authorization.k8s.io",
                "ClusterRole",
                "system:a_B",
                true,
            ),
            ("rbac.authorization.k8s.io", "ClusterRole", "a/b", false),
            ("rbac.authorization.k8s.io", "Role", "..", false),
        ] {
            let complaint = Names::of(group, kind, true).check(name, false);
            assert_eq!(complaint.is_none(), fits, "{kind} {name} {complaint:?}");
        }
        let newer = Names::of("", "Service", false);
        assert!(newer.check("1a", false).is_none() && newer.check("a.b", false).is_some());
        assert!(dns_subdomain(&"a".repeat(254)).is_some());
        assert!(Names::Subdomain.check("web-", true).is_none());
        assert!(Names::Subdomain.check("web-", false).is_some());
    }

    #[test]
    fn labels_have_keys_and_values() {
        for key in ["a", "a.b/c_D", "example.com/9"] {
            assert_eq!(qualified(key), None, "{key}");
        }
        for key in [
            "",
            "/a",
            "a/",
            "a b",
            "-a",
            "A.b/c",
            "a/b/c",
            &"a".repeat(64),
        ] {
            assert!(qualified(key).is_some(), "{key}");
        }
        for value in ["", "a", "A_b.c-1"] {
            assert_eq!(label_value(value), None, "{value}");
        }
        for value in ["-", "a b", "a/b", &"a".repeat(64)] {
            assert!(label_value(value).is_some(), "{value}");
        }
    }
}
