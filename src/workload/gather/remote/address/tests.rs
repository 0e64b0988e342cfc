use super::*;

fn parts(raw: &str) -> Option<(String, String, String)> {
    let address = Address::parse(raw)?;
    Some((address.repository, address.path, address.reference))
}

#[test]
fn urls_name_repository_path_and_reference() {
    for (raw, repository, path, reference) in [
        ("github.com/o/r", "https://github.com/o/r", "", ""),
        (
            "gitHub.com/o/r/a/b?ref=v1",
            "https://github.com/o/r",
            "a/b",
            "v1",
        ),
        ("github.com:o/r", "https://github.com/o/r", "", ""),
        ("http://github.com/o/r/a", "https://github.com/o/r", "a", ""),
        (
            "hTTps://github.com/o/r//a?ref=x/y",
            "https://github.com/o/r",
            "a",
            "x/y",
        ),
        (
            "git::https://gitlab.com/o/r",
            "https://gitlab.com/o/r",
            "",
            "",
        ),
        ("git@github.com:o/r/a", "git@github.com:o/r", "a", ""),
        (
            "git@github.com/o/r.git/a",
            "git@github.com:o/r.git",
            "/a",
            "",
        ),
        ("org-12@github.com/o/r", "org-12@github.com:o/r", "", ""),
        ("ssh://git@github.com/o/r", "git@github.com:o/r", "", ""),
        (
            "ssh://git.example.com:7999/o/r/a",
            "ssh://git.example.com:7999/o/r",
            "a",
            "",
        ),
        (
            "ssh://git@bitbucket.org/c/p.git//a?ref=b",
            "ssh://git@bitbucket.org/c/p.git",
            "a",
            "b",
        ),
        (
            "git@gitlab.example.com:a/b/c.git?ref=v0.1.0",
            "git@gitlab.example.com:a/b/c.git",
            "",
            "v0.1.0",
        ),
        (
            "git@bitbucket.org/c/p.git//a",
            "git@bitbucket.org/c/p.git",
            "a",
            "",
        ),
        (
            "https://tfs.example.com/c/p/_git/r/a?version=v1",
            "https://tfs.example.com/c/p/_git/r",
            "a",
            "v1",
        ),
        (
            "https://u@dev.azure.com/o/p/_git/r",
            "https://u@dev.azure.com/o/p/_git/r",
            "",
            "",
        ),
        (
            "https://git.example.com/a/b/c",
            "https://git.example.com/a/b",
            "c",
            "",
        ),
        ("file:///a/b/r?ref=x", "file:///a/b/r", "", "x"),
        ("file:///a/b/r//c", "file:///a/b/r", "c", ""),
        ("file:///a/b/r.git/c", "file:///a/b/r.git", "c", ""),
        (
            "https://example.com/o/r?ref=a%2Fb&version=c",
            "https://example.com/o/r",
            "",
            "a/b",
        ),
        (
            "https://example.com/o/r?ref=a;b",
            "https://example.com/o/r",
            "",
            "",
        ),
    ] {
        let expected = (
            repository.to_owned(),
            path.trim_start_matches('/').to_owned(),
            reference.to_owned(),
        );
        assert_eq!(parts(raw), Some(expected), "{raw}");
    }
}

#[test]
fn what_is_no_url_of_a_repository_is_left_alone() {
    for raw in [
        "/tmp",
        "../../tmp",
        "src/github.com/org/repo/path",
        "deployment.yaml",
        "htxxxtp://github.com/",
        "ssh://git.example.com",
        "git::___",
        "https://host?ref=a/b/c",
        "https://github.com/org/repo.git//path/../../leaves",
        "github.com!org/repo.git//path",
        "gh:org/repo",
        "https://github.com/this.yaml",
        "file:////tmp//path/to/whatever",
        "git@scp://github.com/org/repo.git//path",
        "git@ssh://github.com/org/repo.git//path",
        "",
    ] {
        assert_eq!(parts(raw), None, "{raw}");
    }
}

#[test]
fn the_query_says_how_to_fetch() {
    let read = |query: &str| {
        let address = Address::parse(&format!("https://example.com/o/r{query}")).unwrap();
        (address.submodules, address.patience.as_secs())
    };
    for (query, expected) in [
        ("", (true, 27)),
        ("?submodules=false&timeout=61", (false, 61)),
        ("?submodules=0&timeout=2m", (false, 120)),
        ("?submodules=maybe&timeout=-5", (true, 27)),
        ("?timeout=0", (true, 27)),
    ] {
        assert_eq!(read(query), expected, "{query}");
    }
}

#[test]
fn passwords_are_not_shown() {
    for (url, expected) in [
        (
            "https://u:secret@example.com/o/r",
            "https://u:…@example.com/o/r",
        ),
        ("https://u@example.com/o/r", "https://u@example.com/o/r"),
        ("git@github.com:o/r", "git@github.com:o/r"),
        (
            "ssh://git.example.com:7999/o@x/r",
            "ssh://git.example.com:7999/o@x/r",
        ),
    ] {
        assert_eq!(without_password(url), expected);
    }
}
