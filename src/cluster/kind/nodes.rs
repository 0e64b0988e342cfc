//! The node list: what `kind.yaml` lists, brought to the wanted numbers.

use crate::config::kind::{HostPort, KindConfig, KindNode, Role};
use crate::settings::{Origin, Sourced};
use crate::text::Count;

/// Brings the nodes of a role to the wanted number. Listed nodes are kept from the first on; further ones repeat the
/// settings of the last, without host ports, which only one node can have. Returns what the user should know.
pub(super) fn resize(config: &mut KindConfig, role: Role, wanted: &Sourced<u32>) -> Option<String> {
    let listed = of_role(config, role);
    let count = wanted.value as usize;
    let template = config.nodes.iter().rev().find(|node| node.role == role);
    let template = template.map_or_else(|| KindNode::new(role), without_host_ports);
    let mut kept = 0;
    config.nodes.retain(|node| {
        kept += usize::from(node.role == role);
        node.role != role || kept <= count
    });
    let missing = count.saturating_sub(listed);
    config.nodes.extend(std::iter::repeat_n(template, missing));
    let at = config.nodes_at.as_ref()?;
    let surprising = matches!(wanted.from, Origin::File(_)) && count != listed;
    surprising.then(|| {
        let noun = format!("{} node", role.as_str());
        format!(
            "{} asks for {}, {at} lists {listed}; using {count}",
            wanted.from,
            Count(count, &noun),
        )
    })
}

/// How many nodes have this role.
pub(super) fn of_role(config: &KindConfig, role: Role) -> usize {
    config.nodes.iter().filter(|node| node.role == role).count()
}

fn without_host_ports(node: &KindNode) -> KindNode {
    let mut node = node.clone();
    node.ports
        .retain(|mapping| !matches!(mapping.host_port, HostPort::Fixed(_)));
    node
}
