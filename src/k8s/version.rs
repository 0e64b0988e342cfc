//! Versions of APIs: `v1` before `v1beta2` before `v1beta1` before `v1alpha1` before everything else. Pure.

/// Group and version of an `apiVersion`.
pub(super) fn split(api_version: &str) -> (&str, &str) {
    api_version.rsplit_once('/').unwrap_or(("", api_version))
}

/// How much a version is to be preferred; more is better.
pub(super) fn rank(api_version: &str) -> (u8, u32, u32) {
    let version = split(api_version).1;
    let read = || {
        let rest = version.strip_prefix('v')?;
        let end = rest.find(|character: char| !character.is_ascii_digit());
        let (major, stage) = rest.split_at(end.unwrap_or(rest.len()));
        let major = major.parse().ok()?;
        let (level, minor) = match stage {
            "" => return Some((3, major, 0)),
            stage => match (stage.strip_prefix("beta"), stage.strip_prefix("alpha")) {
                (Some(minor), _) => (2, minor),
                (None, Some(minor)) => (1, minor),
                (None, None) => return None,
            },
        };
        Some((level, major, minor.parse().ok()?))
    };
    read().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_versions_are_preferred_then_new_ones() {
        let mut versions = ["foo1", "v1alpha1", "v2beta1", "v1", "v10", "v1beta3", "v2"];
        versions.sort_by_key(|version| std::cmp::Reverse(rank(version)));
        assert_eq!(
            versions,
            ["v10", "v2", "v1", "v2beta1", "v1beta3", "v1alpha1", "foo1"]
        );
        assert_eq!(split("apps/v1"), ("apps", "v1"));
        assert_eq!(split("v1"), ("", "v1"));
    }
}
