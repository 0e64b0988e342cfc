//! What patterns mean, and which are none.

use super::*;

fn matches(pattern: &str, text: &str) -> bool {
    compile(pattern)
        .unwrap_or_else(|error| panic!("{pattern}: {error}"))
        .is_match(text)
}

#[test]
fn common_patterns_mean_what_they_say() {
    for (pattern, text, expected) in [
        ("^(data|stringData)$", "stringData", true),
        ("^(data|stringData)$", "metadata", false),
        (r"\.ya?ml$", "a/b.yml", true),
        (
            r".*/secrets/[^/]+\.enc\.(yaml|json)",
            "k8s/secrets/a.enc.json",
            true,
        ),
        (r"(?i)PASSWORD", "password", true),
        (r"[\w-]+@[[:alpha:]]{2,3}$", "a-b@cd", true),
        (r"^\p{Greek}\pL$", "αβ", true),
        ("(?P<name>a)b(?:c)", "abc", true),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }
}

#[test]
fn where_the_dialects_differ_it_is_gos() {
    for (pattern, text, expected) in [
        (r"^\d$", "٣", false),
        (r"^\w+$", "é", false),
        (r"^\W$", "é", true),
        (r"^[\d]$", "٣", false),
        (r"a\bé", "aé", true),
        ("^[a[b]$", "[", true),
        ("^[a&&b]$", "&", true),
        ("^[]a]$", "]", true),
        ("^[a-]$", "-", true),
        ("^[^]]$", "]", false),
        (r"^\Qa.b*\E$", "a.b*", true),
        (r"^\Qa.b", "axb", false),
        ("^a{,2}$", "a{,2}", true),
        ("^{a}$", "{a}", true),
        (r"^\<a\>$", "<a>", true),
        (r"^\101$", "A", true),
        (r"^\x{41}\x41$", "AA", true),
        ("^]$", "]", true),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }
}

#[test]
fn what_go_refuses_is_refused() {
    for (pattern, expected) in [
        ("a**", "repeats the repetition before `*`"),
        ("a+{2}", "repeats the repetition before `{2}`"),
        ("a{1001}", "repeats more than 1000 times"),
        ("(?=a)", "holds `(?=`, which Go's dialect does not know"),
        ("(?<!a)b", "holds `(?<`, which Go's dialect does not know"),
        ("(?x)a", "holds `(?x`, which Go's dialect does not know"),
        (r"(a)\1", r"holds `\1`, which Go's dialect does not know"),
        (r"a\Z", r"holds `\Z`, which Go's dialect does not know"),
        (r"a\h", r"holds `\h`, which Go's dialect does not know"),
        ("[a", "lacks the end of a character class"),
        ("[b-a]", "holds the backward range `b-a`"),
        ("a\\", "ends with a backslash"),
        ("(a", "is no regular expression: unclosed group"),
    ] {
        assert_eq!(compile(pattern).unwrap_err(), expected, "{pattern}");
    }
}
