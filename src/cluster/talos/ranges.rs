//! Ranges of addresses inside a cluster, which the network of its machines must keep away from.

use serde_json::Value;

use crate::cluster::distribution::Error;
use crate::cluster::subnet::Subnet;
use crate::config::talos::MachineConfig;

/// What has a range, where it stands, and where it stands since 1.14.
const RANGES: [(&str, &str); 2] = [("pods", "podSubnets"), ("services", "serviceSubnets")];
const OWN_DOCUMENT: &str = "KubeNetworkConfig";

/// Refuses a network within a range of the cluster: what machines send to each other would go to pods or services, and
/// nobody would say why nothing answers.
pub(super) fn check(subnet: Subnet, machine: &MachineConfig) -> Result<(), Error> {
    for (whose, field) in RANGES {
        let legacy = machine.value("", &["cluster", "network", field]);
        let own = machine.value(OWN_DOCUMENT, &[field]);
        for range in legacy.iter().chain(&own).flat_map(texts) {
            let overlaps = Subnet::parse(range).is_some_and(|range| range.overlaps(subnet));
            if overlaps {
                return Err(Error::Host {
                    what: format!(
                        "the network's address range {subnet} overlaps {range}, the one of {whose}"
                    ),
                    hint: "choose another for the network with `--subnet`, or others for pods and services with a patch of `cluster.network`",
                });
            }
        }
    }
    Ok(())
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}
