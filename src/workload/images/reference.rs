//! References to images, and what they leave out.

/// Registry of references that name none.
const REGISTRY: &str = "docker.io";

/// A reference with registry, repository, and a tag or digest.
pub(super) fn full(reference: &str) -> String {
    let (name, digest) = match reference.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (reference, None),
    };
    // A colon before the last slash belongs to the port of the registry.
    let (name, tag) = match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (name, None),
    };
    let (registry, repository) = match name.split_once('/') {
        Some((first, rest)) if is_registry(first) => (first, rest),
        _ => (REGISTRY, name),
    };
    let registry = if registry == "index.docker.io" {
        REGISTRY
    } else {
        registry
    };
    let library = if registry == REGISTRY && !repository.contains('/') {
        "library/"
    } else {
        ""
    };
    let mut text = format!("{registry}/{library}{repository}");
    match (tag, digest) {
        (None, None) => text.push_str(":latest"),
        (tag, digest) => {
            text.extend(tag.into_iter().flat_map(|tag| [":", tag]));
            text.extend(digest.into_iter().flat_map(|digest| ["@", digest]));
        }
    }
    text
}

/// Whether the first part of a name is a host and not part of the repository.
fn is_registry(part: &str) -> bool {
    part == "localhost"
        || part.contains(['.', ':'])
        || part.bytes().any(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_what_engines_add() {
        for (short, expected) in [
            ("nginx", "docker.io/library/nginx:latest"),
            ("nginx:1.27", "docker.io/library/nginx:1.27"),
            ("index.docker.io/nginx", "docker.io/library/nginx:latest"),
            ("bitnami/redis", "docker.io/bitnami/redis:latest"),
            ("localhost/a", "localhost/a:latest"),
            ("localhost:5000/a/b", "localhost:5000/a/b:latest"),
            ("registry.k8s.io/pause:3.10", "registry.k8s.io/pause:3.10"),
            ("ghcr.io/a/b@sha256:0", "ghcr.io/a/b@sha256:0"),
            ("ghcr.io/a/b:1@sha256:0", "ghcr.io/a/b:1@sha256:0"),
        ] {
            assert_eq!(full(short), expected);
            assert_eq!(full(expected), expected);
        }
    }
}
