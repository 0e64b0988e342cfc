//! What Talos says on its console when it cannot go on. The machine then stays up and waits for another configuration.

use crate::cluster::distribution::Signal;

/// How a machine says that it cannot read its configuration, finds it wrong, or wrong for its release.
const REFUSED: [&str; 2] = ["failed to ", " via platform container: "];
const LEFT: &str = "task startAllServices (1/1): ";
/// All that is left to wait for is the API, whose certificate a worker gets from a control plane.
const ONLY_APID: &str = " service \"apid\" to be \"up\"";
const NO_CERTIFICATE: &str = "no control plane gives it a certificate";
const IMAGE: &str = "it cannot pull `";

/// Reads one line.
pub(super) fn signal(line: &str) -> Option<Signal> {
    if line.contains(REFUSED[0])
        && let Some((_, why)) = line.split_once(REFUSED[1])
    {
        let why = plain(why);
        return Some(Signal::Stuck(format!(
            "it refuses its configuration: {why}"
        )));
    }
    if let Some((_, rest)) = line.split_once("failed to pull image \"") {
        // Every registry that it may ask has been asked; other failures may pass.
        let image = rest.split('"').next().unwrap_or_default();
        let missing = rest.ends_with(": not found");
        return missing.then(|| Signal::Stuck(format!("{IMAGE}{image}`: there is no such image")));
    }
    // Told once of every try, the first included.
    if let Some((_, rest)) = line.split_once("pulling image ")
        && let Some((image, _)) = rest.split_once(": starting...")
    {
        return Some(Signal::Struggling(format!("{IMAGE}{image}`")));
    }
    // Told every 15 seconds; the words are those after the time.
    let (_, left) = line.split_once(LEFT)?;
    let only_apid = left.ends_with(ONLY_APID) && !left.contains(',');
    only_apid.then(|| Signal::Struggling(NO_CERTIFICATE.into()))
}

/// A message as Talos nests and escapes it, in one line: `1 error occurred:\n\t* cluster.Config: …\n\n"}`.
fn plain(escaped: &str) -> String {
    let text = escaped.trim_end().trim_end_matches('}');
    let text = text.strip_suffix('"').unwrap_or(text);
    let text = text
        .replace("\\n", "\n")
        .replace("\\t", " ")
        .replace("\\\"", "\"");
    let lines = text.lines().map(|line| {
        let line = line.trim();
        line.strip_prefix("* ").unwrap_or(line)
    });
    let lines: Vec<&str> = lines
        .map(|line| match line.split_once(" occurred:") {
            // `v1alpha1.Config: 2 errors occurred:` says nothing that its list does not.
            Some((before, "")) if before.ends_with(" error") || before.ends_with(" errors") => "",
            _ => line,
        })
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("; ")
}

/// What to do about it.
pub(super) fn remedy(why: &str) -> &'static str {
    match why {
        why if why.starts_with(IMAGE) => {
            "name a registry that machines reach with `--registry-mirror REGISTRY=URL`, or check their way to the internet and the version of Kubernetes"
        }
        why if why.starts_with("it refuses its configuration") => {
            "correct the patches in `talos/` and of `--config-patch`"
        }
        NO_CERTIFICATE => {
            "give workers and control planes the same `machine.token` and `machine.ca`; see `docker logs` of both with `--retain`"
        }
        _ => {
            "run again with `--retain` to keep the machines and look at their logs with `docker logs`"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_configuration_is_told_in_plain_words() {
        let line = r#"[talos] 2026/11/21 16:53:12 controller failed {"component": "controller-runtime", "controller": "config.AcquireController", "error": "failed to validate config acquired via platform container: 1 error occurred:\n\t* v1alpha1.Config: 2 errors occurred:\n\t* inline manifest name \"a\" is duplicate\n\t* no\n\n\n\n"}"#;
        let Some(Signal::Stuck(why)) = signal(line) else {
            panic!("not heard");
        };
        assert_eq!(
            why,
            "it refuses its configuration: inline manifest name \"a\" is duplicate; no"
        );
        assert!(remedy(&why).contains("patches"));
        let later = line.replace("to validate", "to runtime validate");
        assert_eq!(signal(&later), Some(Signal::Stuck(why)));
    }

    #[test]
    fn an_image_that_nobody_has_is_told_at_once() {
        let line = r#"[talos] 2026/11/21 17:05:12 retrying error: failed to pull image "ghcr.io/siderolabs/kubelet:v1.36.3": failed to resolve reference "ghcr.io/siderolabs/kubelet:v1.36.3": ghcr.io/siderolabs/kubelet:v1.36.3: not found"#;
        let why = "it cannot pull `ghcr.io/siderolabs/kubelet:v1.36.3`: there is no such image";
        assert_eq!(signal(line), Some(Signal::Stuck(why.into())));
        assert!(remedy(why).contains("--registry-mirror"));
        let away = line.replace(": not found", ": no such host");
        assert_eq!(signal(&away), None, "that may pass; tries are counted");
        let again =
            "[talos] 2026/11/21 17:06:07 pulling image registry.k8s.io/etcd:v3.6.12: starting...";
        let why = "it cannot pull `registry.k8s.io/etcd:v3.6.12`";
        assert_eq!(signal(again), Some(Signal::Struggling(why.into())));
    }

    #[test]
    fn a_worker_without_a_certificate_is_heard() {
        let alone =
            r#"[talos] task startAllServices (1/1): 2026/11/21 16:53:33 service "apid" to be "up""#;
        assert_eq!(
            signal(alone),
            Some(Signal::Struggling(NO_CERTIFICATE.into()))
        );
        let more = r#"[talos] task startAllServices (1/1): 2026/11/21 16:53:18 service "kubelet" to be "up", service "apid" to be "up""#;
        assert_eq!(signal(more), None);
    }
}
