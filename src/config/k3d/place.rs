//! Values that know where they are written and which nodes they are for.

use std::collections::BTreeSet;

use super::filter::{Counts, Group, NodeFilter, NodeRef};
use crate::config::error::Error;
use crate::config::fields::Cell;
use crate::config::notation::Refusal;
use crate::config::ports::PortMapping;
use crate::text::Count;
use crate::yaml::Location;

/// The ports of one text and the nodes that they lead to.
pub type PortRule = Filtered<Vec<PortMapping>>;

/// A value, what messages call it, and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Full path of its field, or the flag.
    pub field: String,
    /// Where. The source of a flag is named as the flag.
    pub at: Location,
}

impl<T> Placed<T> {
    /// The value of a cell.
    pub(super) fn of(cell: &Cell<'_>, value: T) -> Self {
        Self {
            value,
            field: cell.path.clone(),
            at: cell.at(),
        }
    }

    /// A broken rule of this value, as the end of the sentence that its name begins.
    pub fn rule(&self, why: impl Into<String>) -> Error {
        Error::rule(self.at.clone(), &self.field, why)
    }

    /// Why this value is refused.
    pub fn refuse(&self, refusal: Refusal) -> Error {
        Error::field(self.at.clone(), refusal.problem(&self.field))
    }
}

/// What a rule with node filters is about. It decides which nodes a filter can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A volume.
    Volume,
    /// A published port.
    Port,
    /// An environment variable.
    Env,
    /// A file written before the start.
    File,
    /// An argument of `k3s server` or `k3s agent`.
    K3sArg,
    /// A label of a Kubernetes Node.
    NodeLabel,
    /// A label of a container.
    RuntimeLabel,
}

impl Subject {
    /// Whether it can be about the load balancer, meant by a filter for this group.
    fn reaches_balancer(self, group: Group) -> bool {
        match self {
            Subject::Env | Subject::RuntimeLabel => true,
            Subject::Volume | Subject::File | Subject::Port => group != Group::All,
            // k3d's own examples label the load balancer, which is no Node.
            Subject::K3sArg | Subject::NodeLabel => false,
        }
    }
}

/// A value and the nodes that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filtered<T> {
    /// The value.
    pub item: Placed<T>,
    /// What it is about.
    pub subject: Subject,
    /// Its filters; none leaves the choice to the rules of the subject.
    pub filters: Vec<Placed<NodeFilter>>,
}

impl<T> Filtered<T> {
    /// The nodes that the value is for, each once and in order. Ports have [`Filtered::publish`] instead.
    ///
    /// Without a filter, volumes and files are for every server and agent, and anything else must not leave it open
    /// unless there is only one node.
    pub fn nodes(&self, counts: Counts) -> Result<Vec<NodeRef>, Error> {
        if self.filters.is_empty() {
            return self.nodes_without_filter(counts);
        }
        let mut found = BTreeSet::new();
        for filter in &self.filters {
            let nodes = filter.value.nodes(counts);
            let nodes = nodes.map_err(|refusal| filter.refuse(refusal))?;
            let balancer = self.subject.reaches_balancer(filter.value.group);
            let meant = |node: &NodeRef| balancer || *node != NodeRef::LoadBalancer;
            found.extend(nodes.into_iter().filter(meant));
        }
        Ok(found.into_iter().collect())
    }

    fn nodes_without_filter(&self, counts: Counts) -> Result<Vec<NodeRef>, Error> {
        let indifferent = matches!(self.subject, Subject::Volume | Subject::File);
        if indifferent || counts.total() == 1 {
            return Ok(counts.k3s_nodes());
        }
        let balancer = if counts.load_balancer {
            ", the load balancer included"
        } else {
            ""
        };
        Err(self.item.rule(format!(
            "needs a node filter such as `server:*`, because the cluster has {}{balancer}",
            Count(counts.total(), "node"),
        )))
    }
}
