//! The command line as a profile may show it.

/// Parts of flag names whose values are nobody's business.
const SENSITIVE: [&str; 7] = [
    "key",
    "token",
    "password",
    "secret",
    "credential",
    "identity",
    "passphrase",
];
const MASK: &str = "[redacted]";

/// The arguments in one line, with the values of flags that may carry secrets masked, and everything that looks like a
/// secret wherever it stands.
pub(super) fn shown(arguments: &[String]) -> String {
    let mut shown: Vec<String> = Vec::with_capacity(arguments.len());
    let mut masks_next = false;
    for argument in arguments {
        if masks_next && !argument.starts_with('-') {
            shown.push(MASK.to_owned());
            masks_next = false;
            continue;
        }
        masks_next = false;
        shown.push(match argument.split_once('=') {
            Some((flag, _)) if is_sensitive(flag) => format!("{flag}={MASK}"),
            None if is_sensitive(argument) => {
                masks_next = true;
                argument.clone()
            }
            _ => without_secret(argument),
        });
    }
    shown.join(" ")
}

fn is_sensitive(flag: &str) -> bool {
    flag.starts_with('-') && {
        let flag = flag.to_lowercase();
        SENSITIVE.iter().any(|part| flag.contains(part))
    }
}

/// Private age keys, and user information in addresses.
fn without_secret(argument: &str) -> String {
    if argument.to_uppercase().contains("AGE-SECRET-KEY-") {
        return MASK.to_owned();
    }
    match argument.split_once("://") {
        Some((scheme, rest)) => match rest.split_once('@') {
            Some((user, host)) if user.contains(':') && !user.contains('/') => {
                format!("{scheme}://{MASK}@{host}")
            }
            _ => argument.to_owned(),
        },
        None => argument.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_reach_the_profile() {
        for (line, expected) in [
            ("ksail cluster create", "ksail cluster create"),
            (
                "x --age-key AGE-SECRET-KEY-1X k8s",
                "x --age-key [redacted] k8s",
            ),
            ("x --token=abc --force", "x --token=[redacted] --force"),
            ("x --show-keys --force", "x --show-keys --force"),
            ("x import age-secret-key-1x", "x import [redacted]"),
            (
                "x tcp://me:pw@host:1 ssh://me@host",
                "x tcp://[redacted]@host:1 ssh://me@host",
            ),
        ] {
            let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(shown(&arguments), expected);
        }
    }
}
