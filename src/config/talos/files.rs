//! The files in `talos/`: how they are called in messages, and those of a new project.

use crate::yaml::Source;

/// Words that keys of secrets end in. Files that have one are not shown in excerpts.
const SECRET: [&str; 9] = [
    "crt",
    "key",
    "token",
    "secret",
    "passphrase",
    "password",
    "auth",
    "credentials",
    "content",
];

/// A file as messages name it. If it may hold secrets, none of its text appears in an error.
pub fn source_of(name: String, text: &str) -> Source {
    let source = Source::new(name);
    if holds_secrets(text) {
        source.confidential()
    } else {
        source
    }
}

fn holds_secrets(text: &str) -> bool {
    text.split(':').any(|before| {
        let before = before
            .trim_end_matches(['"', '\'', ' '])
            .to_ascii_lowercase();
        SECRET.iter().any(|word| before.ends_with(word))
    })
}

/// A file for a folder of a new project: comments that change nothing.
pub fn example(folder: &str) -> String {
    let (nodes, sample) = match folder {
        "control-planes" => (
            "control-plane nodes",
            "cluster:\n#   apiServer:\n#     extraArgs:\n#       audit-log-maxage: '7'",
        ),
        "workers" => (
            "worker nodes",
            "machine:\n#   nodeLabels:\n#     tier: workload",
        ),
        _ => (
            "all nodes",
            "machine:\n#   sysctls:\n#     net.core.somaxconn: '4096'",
        ),
    };
    format!(
        "# Patches of the machine configuration of {nodes}. Documents merge into the configuration, a list is a JSON\n\
         # patch; `${{VAR}}` is replaced. Uncomment to use:\n\
         #\n\
         # {sample}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::talos::{FOLDERS, Patch, PatchScope};

    #[test]
    fn examples_are_patches_with_and_without_their_marks() {
        for folder in FOLDERS {
            let text = example(folder);
            let source = Source::new("example.yaml");
            let commented = Patch::parse(&text, &source, PatchScope::All).unwrap();
            assert!(commented.is_empty());
            let (_, sample) = text.split_once("#\n").unwrap();
            let sample = sample.replace("# ", "");
            let patch = Patch::parse(&sample, &source, PatchScope::All).unwrap();
            assert!(!patch.is_empty(), "{sample}");
        }
    }

    #[test]
    fn files_with_secrets_are_told_from_others() {
        assert!(holds_secrets("machine: {token: abc}"));
        assert!(holds_secrets("{\"machine\": {\"ca\": {\"key\" : \"x\"}}}"));
        assert!(!holds_secrets("machine:\n  certSANs: [a]\n"));
    }
}
