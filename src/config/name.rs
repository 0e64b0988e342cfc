//! What a cluster may be called. Node containers and host names are made from it.

/// Bytes of a host name at most.
const MAX_HOST_NAME: usize = 63;
/// Characters of the name of a k3d cluster at most.
const MAX_K3D_NAME: usize = 32;

/// kind's rule for names, wherever they come from.
pub fn check_kind(name: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
    if name.chars().all(fits) {
        Ok(())
    } else {
        Err("must consist of lower-case letters, digits, `.` and `-`".into())
    }
}

/// k3d's rule for names, without the dots and capitals that it lets through and Kubernetes does not.
pub fn check_k3d(name: &str) -> Result<(), String> {
    check_label(name)?;
    let excess = name.len().saturating_sub(MAX_K3D_NAME);
    if excess == 0 {
        return Ok(());
    }
    Err(format!(
        "is too long: it has {} characters, {MAX_K3D_NAME} are possible, so shorten it by {excess}",
        name.len()
    ))
}

/// The rule for names that become a part of one host name.
pub fn check_label(name: &str) -> Result<(), String> {
    let alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let fits = |c: char| alphanumeric(c) || c == '-';
    if name.starts_with(alphanumeric) && name.ends_with(alphanumeric) && name.chars().all(fits) {
        return Ok(());
    }
    Err(
        "must consist of lower-case letters, digits and `-`, and start and end with a letter or digit"
            .into(),
    )
}

/// KSail's rule for `metadata.name`; an empty name means the default.
pub fn check_metadata(name: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase());
    if name.is_empty() || starts_well && !name.ends_with('-') && name.chars().all(fits) {
        Ok(())
    } else {
        Err("must start with a lower-case letter, go on with lower-case letters, digits and `-`, and not end with `-`".into())
    }
}

/// Whether the host names of all nodes are possible: `<name>-control-plane`, `<name>-worker`, `<name>-worker2` …
pub fn check_host_names(name: &str, workers: usize) -> Result<(), String> {
    let label_fits = |label: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric();
        label.starts_with(inner) && label.ends_with(inner)
    };
    if !name.split('.').all(label_fits) {
        return Err(
            "must start and end with a letter or digit, also around every `.`, to be part of host names"
                .into(),
        );
    }
    let mut longest = format!("{name}-control-plane");
    let last_worker = format!("{name}-worker{workers}");
    if workers > 1 && last_worker.len() > longest.len() {
        longest = last_worker;
    }
    check_host_name(&longest)
}

/// Whether a host name made from a cluster's name is short enough.
pub fn check_host_name(host: &str) -> Result<(), String> {
    let excess = host.len().saturating_sub(MAX_HOST_NAME);
    if excess == 0 {
        return Ok(());
    }
    Err(format!(
        "is too long: the host name `{host}` has {} characters, {MAX_HOST_NAME} are possible, so shorten it by {excess}",
        host.len()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        for (name, kind, metadata, host) in [
            ("kind", true, true, true),
            ("a", true, true, true),
            ("a1-b", true, true, true),
            ("a.b", true, false, true),
            ("1a", true, false, true),
            ("-a", true, false, false),
            ("a-", true, false, false),
            ("a..b", true, false, false),
            ("A", false, false, true),
            ("a_b", false, false, true),
            ("é", false, false, false),
        ] {
            assert_eq!(check_kind(name).is_ok(), kind, "kind: {name}");
            assert_eq!(check_metadata(name).is_ok(), metadata, "metadata: {name}");
            assert_eq!(check_host_names(name, 0).is_ok(), host, "host: {name}");
        }
    }

    #[test]
    fn k3d_names_are_labels_of_at_most_32_characters() {
        for name in ["a", "1", "k3s-default", "a--b"] {
            assert_eq!(check_k3d(name), Ok(()), "{name}");
        }
        assert_eq!(check_k3d(&"a".repeat(32)), Ok(()));
        assert_eq!(
            check_k3d(&"a".repeat(35)).unwrap_err(),
            "is too long: it has 35 characters, 32 are possible, so shorten it by 3"
        );
        for name in ["", "-a", "a-", "a.b", "A", "a_b", "é", "a b"] {
            let why = check_k3d(name).unwrap_err();
            assert!(why.starts_with("must consist of"), "{name}: {why}");
        }
    }

    #[test]
    fn length_counts_the_longest_node_name() {
        assert_eq!(check_host_names(&"a".repeat(49), 1), Ok(()));
        assert_eq!(
            check_host_names(&"a".repeat(50), 0).unwrap_err(),
            format!(
                "is too long: the host name `{}-control-plane` has 64 characters, 63 are possible, so shorten it by 1",
                "a".repeat(50)
            )
        );
        assert!(check_host_names(&"a".repeat(49), 100_000_000).is_err());
    }
}
