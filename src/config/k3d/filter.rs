//! Node filters: `server:0`, `agents:*`, `servers:1-:direct`, `all`.

use super::place::Subject;
use crate::config::notation::Refusal;
use crate::text::Count;

const GROUPS: &[&str] = &[
    "server",
    "servers",
    "agent",
    "agents",
    "loadbalancer",
    "all",
];
const SUFFIXES: &[&str] = &["proxy", "direct"];

/// How many nodes of each kind a cluster has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Servers.
    pub servers: u32,
    /// Agents.
    pub agents: u32,
    /// Whether there is a load balancer.
    pub load_balancer: bool,
}

/// One node of a cluster. They are ordered as they are numbered: servers, agents, load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeRef {
    /// The server with this number.
    Server(u32),
    /// The agent with this number.
    Agent(u32),
    /// The load balancer.
    LoadBalancer,
}

/// One node filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeFilter {
    /// The kind of nodes.
    pub group: Group,
    /// Which of them.
    pub subset: Subset,
    /// How a port gets there.
    pub suffix: Option<Suffix>,
}

/// A kind of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// `server`, `servers`
    Servers,
    /// `agent`, `agents`
    Agents,
    /// `loadbalancer`
    LoadBalancer,
    /// `all`
    All,
}

/// Some nodes of a kind, numbered from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subset {
    /// `*`
    Every,
    /// `0,2`
    List(Vec<u32>),
    /// `1-3` with both ends included; an end that is left out is the first or last node.
    Range(Option<u32>, Option<u32>),
}

/// How a port gets to a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suffix {
    /// Published on the load balancer, which forwards to the node.
    Proxy,
    /// Published on the node.
    Direct,
}

impl Counts {
    /// All nodes, the load balancer included.
    pub fn total(self) -> usize {
        self.servers as usize + self.agents as usize + usize::from(self.load_balancer)
    }

    /// Every server and agent.
    pub fn k3s_nodes(self) -> Vec<NodeRef> {
        let servers = (0..self.servers).map(NodeRef::Server);
        servers
            .chain((0..self.agents).map(NodeRef::Agent))
            .collect()
    }
}

impl NodeFilter {
    /// Reads a filter.
    pub fn parse(text: &str, subject: Subject) -> Result<Self, Refusal> {
        let mut parts = text.split(':');
        let name = parts.next().unwrap_or_default();
        let group = group(name)?;
        let rest: Vec<&str> = parts.collect();
        let is_word = |part: &&str| part.starts_with(|c: char| c.is_ascii_alphabetic());
        let (numbers, suffix) = match rest.as_slice() {
            [] => (None, None),
            [word] if is_word(word) => (None, Some(*word)),
            [numbers] => (Some(*numbers), None),
            [numbers, word] => (Some(*numbers), Some(*word)),
            _ => return Err(Refusal::rule("has more than two `:`")),
        };
        let suffix = suffix.map(|word| parse_suffix(word, subject)).transpose()?;
        let single = matches!(group, Group::LoadBalancer | Group::All);
        let subset = match numbers {
            Some(numbers) => parse_subset(numbers)?,
            None if single => Subset::Every,
            None => {
                let end = rest
                    .first()
                    .map_or(String::new(), |word| format!(":{word}"));
                return Err(Refusal::rule(format!(
                    "does not say which ones: write `{name}:*{end}` for all of them or `{name}:0{end}` for the first"
                )));
            }
        };
        if single && subset != Subset::Every {
            return Err(Refusal::rule(format!("takes no numbers behind `{name}`")));
        }
        if group == Group::LoadBalancer && subject == Subject::K3sArg {
            return Err(Refusal::rule(
                "is for the load balancer, which does not run K3s",
            ));
        }
        Ok(Self {
            group,
            subset,
            suffix,
        })
    }

    /// The nodes that the filter means, in the order it names them.
    pub fn nodes(&self, counts: Counts) -> Result<Vec<NodeRef>, Refusal> {
        match self.group {
            Group::Servers => {
                let numbers = self.subset.numbers(counts.servers, "server")?;
                Ok(numbers.into_iter().map(NodeRef::Server).collect())
            }
            Group::Agents => {
                let numbers = self.subset.numbers(counts.agents, "agent")?;
                Ok(numbers.into_iter().map(NodeRef::Agent).collect())
            }
            Group::LoadBalancer if counts.load_balancer => Ok(vec![NodeRef::LoadBalancer]),
            Group::LoadBalancer => Err(Refusal::rule(
                "is for the load balancer, but the cluster has none",
            )),
            Group::All => {
                let balancer = counts.load_balancer.then_some(NodeRef::LoadBalancer);
                Ok(counts.k3s_nodes().into_iter().chain(balancer).collect())
            }
        }
    }
}

impl Subset {
    fn numbers(&self, size: u32, noun: &str) -> Result<Vec<u32>, Refusal> {
        let existing = |number: u32| {
            if number < size {
                return Ok(number);
            }
            let has = match size {
                0 => format!("no {noun}s"),
                _ => format!("{}, numbered from 0", Count(size as usize, noun)),
            };
            Err(Refusal::rule(format!(
                "asks for {noun} {number}, but the cluster has {has}"
            )))
        };
        match self {
            Subset::Every => Ok((0..size).collect()),
            Subset::List(numbers) => {
                let mut found = Vec::new();
                for number in numbers {
                    if !found.contains(number) {
                        found.push(existing(*number)?);
                    }
                }
                Ok(found)
            }
            Subset::Range(first, last) => {
                let first = first.map(existing).transpose()?.unwrap_or(0);
                let end = match last {
                    Some(last) => existing(*last)? + 1,
                    None => size,
                };
                Ok((first..end).collect())
            }
        }
    }
}

fn group(name: &str) -> Result<Group, Refusal> {
    match name {
        "server" | "servers" => Ok(Group::Servers),
        "agent" | "agents" => Ok(Group::Agents),
        "loadbalancer" => Ok(Group::LoadBalancer),
        "all" => Ok(Group::All),
        _ if name.contains('[') => Err(Refusal::rule(
            "is in the notation of k3d 4; write `server:0` instead of `server[0]`",
        )),
        _ => Err(Refusal::Choice {
            found: name.to_owned(),
            allowed: GROUPS,
        }),
    }
}

fn parse_suffix(word: &str, subject: Subject) -> Result<Suffix, Refusal> {
    if subject != Subject::Port {
        let why = format!("ends in `:{word}`, but only the filters of ports have a second `:`");
        return Err(Refusal::rule(why));
    }
    match word {
        "proxy" => Ok(Suffix::Proxy),
        "direct" => Ok(Suffix::Direct),
        _ => Err(Refusal::Choice {
            found: word.to_owned(),
            allowed: SUFFIXES,
        }),
    }
}

fn parse_subset(text: &str) -> Result<Subset, Refusal> {
    if text == "*" {
        return Ok(Subset::Every);
    }
    let wrong = || {
        let why = format!("has `{text}` where numbers such as `0`, `0,2`, `1-3` or `*` belong");
        Refusal::rule(why)
    };
    let number = |text: &str| {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| digits);
        number.ok_or_else(wrong)
    };
    if let Some((first, last)) = text.split_once('-') {
        let end = |text: &str| match text {
            "" => Ok(None),
            _ => number(text).map(Some),
        };
        let (first, last) = (end(first)?, end(last)?);
        return match (first, last) {
            (Some(first), Some(last)) if last < first => Err(Refusal::rule(format!(
                "has the range `{text}`, which ends before it begins"
            ))),
            _ => Ok(Subset::Range(first, last)),
        };
    }
    let list = text.strip_suffix(',').unwrap_or(text);
    let numbers: Result<Vec<u32>, Refusal> = list.split(',').map(number).collect();
    numbers.map(Subset::List)
}
