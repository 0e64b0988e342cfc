//! What Talos needs of the Engine's host, known before anything is created.

use crate::cluster::distribution::Error;
use crate::cluster::observed::HostFacts;
use crate::config::talos::TalosVersion;

/// The release that stacks its `/etc` by file descriptors, and the kernel that knows how.
const STACKED: u32 = 14;
const STACKING_KERNEL: (u32, u32) = (6, 13);
/// What a machine watches files with, and how many of them Linux allows by default.
const FEW_INSTANCES: u64 = 256;

/// What cannot work.
pub(super) fn check(version: TalosVersion, host: &HostFacts) -> Result<(), Error> {
    let Some(kernel) = release(&host.kernel) else {
        return Ok(());
    };
    if version.minor() >= STACKED && kernel < STACKING_KERNEL {
        return Err(Error::Host {
            what: format!(
                "Talos {version} needs Linux {}.{} or newer, the Engine's host runs {}",
                STACKING_KERNEL.0, STACKING_KERNEL.1, host.kernel
            ),
            hint: "use an older release, such as `--image ghcr.io/siderolabs/talos:v1.13.9`",
        });
    }
    Ok(())
}

/// What may not work, or was arranged so that it does.
pub(super) fn notices(host: &HostFacts) -> Vec<String> {
    let mut notices = Vec::new();
    if host.cgroup_version == 1 {
        let v1 = "the Engine's host runs cgroup v1: kubelets are told to accept it (`failCgroupV1: false`)";
        notices.push(v1.to_owned());
    }
    if host.bridge_unfiltered {
        let filter = "the Engine's host does not filter bridged packets, so pods may not reach each other: load the module with `modprobe br_netfilter`";
        notices.push(filter.to_owned());
    }
    if let Some(instances) = host
        .inotify_instances
        .filter(|count| *count < FEW_INSTANCES)
    {
        notices.push(format!(
            "the host allows {instances} inotify instances, too few for more than about two machines: `sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288`"
        ));
    }
    notices
}

/// Major and minor version of `6.1.0-44-amd64`.
fn release(kernel: &str) -> Option<(u32, u32)> {
    let mut numbers = kernel.split(['.', '-', '+']);
    let mut next = || numbers.next()?.parse().ok();
    Some((next()?, next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(kernel: &str) -> HostFacts {
        HostFacts {
            kernel: kernel.into(),
            cgroup_version: 2,
            ..HostFacts::default()
        }
    }

    #[test]
    fn a_kernel_too_old_is_named() {
        let [new, old] = ["v1.14.0", "v1.13.9"].map(TalosVersion::of_tag);
        assert!(check(old, &host("5.10.0-30-amd64")).is_ok());
        assert!(check(new, &host("6.13.0")).is_ok());
        assert!(check(new, &host("")).is_ok(), "nobody knows");
        let error = check(new, &host("6.12.9-generic")).unwrap_err().to_string();
        assert_eq!(
            error,
            "Talos 1.14 needs Linux 6.13 or newer, the Engine's host runs 6.12.9-generic"
        );
    }

    #[test]
    fn what_may_not_work_is_told() {
        assert_eq!(notices(&host("6.1")), Vec::<String>::new());
        let bad = HostFacts {
            cgroup_version: 1,
            bridge_unfiltered: true,
            inotify_instances: Some(128),
            ..HostFacts::default()
        };
        let found = notices(&bad);
        assert_eq!(found.len(), 3);
        assert!(found[1].contains("br_netfilter"), "{found:?}");
        assert!(found[2].contains("128 inotify instances"), "{found:?}");
    }
}
