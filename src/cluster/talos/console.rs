//! What Talos says on its console when it cannot go on. The machine then stays up and waits for another configuration.

use crate::cluster::distribution::Signal;

const IMAGE: &str = "it cannot pull its images";

/// Reads one line.
pub(super) fn signal(line: &str) -> Option<Signal> {
    if let Some((_, why)) =
        line.split_once("failed to validate config acquired via platform container: ")
    {
        return Some(Signal::Stuck(format!(
            "it refuses its configuration: {why}"
        )));
    }
    if line.contains("failed to pull image") {
        return Some(Signal::Struggling(IMAGE.into()));
    }
    None
}

/// What to do about it.
pub(super) fn remedy(why: &str) -> &'static str {
    match why {
        IMAGE => {
            "name a registry that machines reach with `--registry-mirror REGISTRY=URL`, or check their way to the internet"
        }
        why if why.starts_with("it refuses its configuration") => {
            "correct the patches in `talos/` and of `--config-patch`"
        }
        _ => {
            "run again with `--retain` to keep the machines and look at their logs with `docker logs`"
        }
    }
}
