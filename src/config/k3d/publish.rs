//! Where the ports of a rule are published, and where they lead.

use std::collections::BTreeSet;

use super::filter::{Counts, Group, NodeFilter, NodeRef, Suffix};
use super::place::{Filtered, Placed};
use crate::config::error::Error;
use crate::config::ports::PortMapping;

/// Ports published on one container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The container.
    pub on: NodeRef,
    /// The nodes that the load balancer forwards to; none for a node's own ports.
    pub targets: Vec<NodeRef>,
    /// The ports.
    pub mappings: Vec<PortMapping>,
}

impl Filtered<Vec<PortMapping>> {
    /// Where the ports are published: on the load balancer, or directly on one node.
    ///
    /// Without a filter, and with one that names the load balancer, it forwards to every server and agent. Nothing is
    /// published for filters that match no node, such as `agents:*` in a cluster without agents.
    pub fn publish(&self, counts: Counts) -> Result<Vec<Publication>, Error> {
        let direct = self.filters.iter().find(|filter| is_direct(filter));
        if self.filters.is_empty() || self.filters.iter().any(is_balancer) {
            if let Some(direct) = direct {
                let why = "cannot stand beside `loadbalancer`, which publishes the port itself";
                return Err(direct.rule(why));
            }
            self.need_balancer(counts)?;
            return Ok(vec![self.proxied(counts.k3s_nodes())]);
        }
        let (mut proxied, mut published) = (BTreeSet::new(), BTreeSet::new());
        for filter in &self.filters {
            let nodes = filter.value.nodes(counts);
            let nodes = nodes.map_err(|refusal| filter.refuse(refusal))?;
            let nodes = nodes
                .into_iter()
                .filter(|node| *node != NodeRef::LoadBalancer);
            if is_direct(filter) {
                published.extend(nodes);
                if published.len() > 1 {
                    let why = "is published directly on more than one node; choose one, or leave `:direct` out";
                    return Err(filter.rule(why));
                }
            } else {
                self.need_balancer(counts)?;
                proxied.extend(nodes);
            }
        }
        let on_both = !proxied.is_empty() && !published.is_empty();
        let fixed = |port: &PortMapping| port.host_port.is_some();
        if let Some(direct) = direct
            && on_both
            && self.item.value.iter().any(fixed)
        {
            let why = "would publish the same host port on this node and on the load balancer";
            return Err(direct.rule(why));
        }
        let direct = published.into_iter().map(|on| Publication {
            on,
            targets: Vec::new(),
            mappings: self.item.value.clone(),
        });
        let proxied = (!proxied.is_empty()).then(|| self.proxied(proxied.into_iter().collect()));
        Ok(proxied.into_iter().chain(direct).collect())
    }

    fn proxied(&self, targets: Vec<NodeRef>) -> Publication {
        Publication {
            on: NodeRef::LoadBalancer,
            targets,
            mappings: self.item.value.clone(),
        }
    }

    fn need_balancer(&self, counts: Counts) -> Result<(), Error> {
        if counts.load_balancer {
            return Ok(());
        }
        Err(self.item.rule(
            "would go through the load balancer, which is disabled; publish it on a node with the filter `server:0:direct`",
        ))
    }
}

fn is_balancer(filter: &Placed<NodeFilter>) -> bool {
    filter.value.group == Group::LoadBalancer
}

fn is_direct(filter: &Placed<NodeFilter>) -> bool {
    filter.value.suffix == Some(Suffix::Direct) && !is_balancer(filter)
}
