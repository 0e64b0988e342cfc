//! The machine service: one function per remote procedure.

use std::time::Duration;

use futures_util::TryStreamExt;

use super::archive;
use super::call::{Client, Rpc, call};
use super::error::{Code, Error};
use super::message::{
    ApplyAnswer, ApplyConfiguration, Bootstrap, Data, DoneAnswer, Empty, EtcdAnswer,
    EtcdMemberList, Member, Reset, ServiceId, ServiceInfo, ServiceListAnswer, VersionAnswer,
};
use crate::secret::Secret;

/// For procedures that only look.
const QUICK: Duration = Duration::from_secs(10);
/// For procedures that stop and start services before they answer.
const SLOW: Duration = Duration::from_mins(1);

macro_rules! machine {
    ($name:literal, $patience:expr) => {
        Rpc {
            name: $name,
            path: concat!("/machine.MachineService/", $name),
            patience: $patience,
        }
    };
}

const VERSION: Rpc = machine!("Version", QUICK);
const BOOTSTRAP: Rpc = machine!("Bootstrap", SLOW);
const SERVICE_LIST: Rpc = machine!("ServiceList", QUICK);
const SERVICE_RESTART: Rpc = machine!("ServiceRestart", SLOW);
const APPLY_CONFIGURATION: Rpc = machine!("ApplyConfiguration", SLOW);
const KUBECONFIG: Rpc = machine!("Kubeconfig", QUICK);
const ETCD_MEMBER_LIST: Rpc = machine!("EtcdMemberList", QUICK);
const RESET: Rpc = machine!("Reset", SLOW);

/// What a node runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Release of Talos, e.g. `v1.13.9`.
    pub tag: String,
    /// `container` in a container.
    pub mode: String,
}

/// What came of something that is done once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It was done before.
    Already,
}

/// A service of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Name, e.g. `etcd`.
    pub id: String,
    /// E.g. `Running`.
    pub state: String,
    /// Whether it works; `None` if the node does not know.
    pub healthy: Option<bool>,
    /// What the last look at it said.
    pub message: String,
}

/// How a configuration takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// At once if possible, else with a reboot.
    Auto,
    /// At once; refused if that takes a reboot.
    NoReboot,
    /// With the next boot.
    Staged,
}

/// What came of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// What the node finds odd in it.
    pub warnings: Vec<String>,
    /// What the node did or would do, in its words.
    pub details: String,
}

/// A member of etcd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EtcdMember {
    /// Its number.
    pub id: u64,
    /// Name of its node.
    pub hostname: String,
    /// Where other members reach it.
    pub peer_urls: Vec<String>,
    /// Whether it still catches up.
    pub is_learner: bool,
}

impl Client {
    /// What the node runs; also the cheapest way to see whether it answers.
    pub async fn version(&self, node: &str) -> Result<Version, Error> {
        let answer: VersionAnswer = self.unary(VERSION, node, Empty {}).await?;
        let first = answer.messages.into_iter().next().unwrap_or_default();
        Ok(Version {
            tag: first.version.unwrap_or_default().tag,
            mode: first.platform.unwrap_or_default().mode,
        })
    }

    /// Starts etcd's first member on a control plane.
    pub async fn bootstrap(&self, node: &str) -> Result<Outcome, Error> {
        let question = Bootstrap {
            recover_etcd: false,
        };
        let answer: Result<DoneAnswer, Error> = self.unary(BOOTSTRAP, node, question).await;
        match answer {
            Ok(_) => Ok(Outcome::Done),
            Err(error) if error.code() == Some(Code::AlreadyExists) => Ok(Outcome::Already),
            Err(error) => Err(error),
        }
    }

    /// All services of a node.
    pub async fn services(&self, node: &str) -> Result<Vec<Service>, Error> {
        let answer: ServiceListAnswer = self.unary(SERVICE_LIST, node, Empty {}).await?;
        let found = answer.messages.into_iter().flat_map(|node| node.services);
        Ok(found.map(Service::from).collect())
    }

    /// Stops a service and starts it again.
    pub async fn restart_service(&self, node: &str, id: &str) -> Result<(), Error> {
        let question = ServiceId { id: id.to_owned() };
        let _: DoneAnswer = self.unary(SERVICE_RESTART, node, question).await?;
        Ok(())
    }

    /// Gives a node a configuration, or asks what it would do with one.
    pub async fn apply_configuration(
        &self,
        node: &str,
        config: &[u8],
        mode: Mode,
        dry_run: bool,
    ) -> Result<Applied, Error> {
        let question = ApplyConfiguration {
            data: config.to_vec(),
            mode: match mode {
                Mode::Auto => 1,
                Mode::NoReboot => 2,
                Mode::Staged => 3,
            },
            dry_run,
        };
        let answer: ApplyAnswer = self.unary(APPLY_CONFIGURATION, node, question).await?;
        let first = answer.messages.into_iter().next().unwrap_or_default();
        Ok(Applied {
            warnings: first.warnings,
            details: first.mode_details,
        })
    }

    /// An administrator's kubeconfig as a control plane makes it. Its server is the address inside the cluster.
    pub async fn kubeconfig(&self, node: &str) -> Result<Secret<String>, Error> {
        let whole = async {
            let pieces = self.stream::<_, Data>(KUBECONFIG, node, Empty {}).await?;
            pieces
                .try_fold(Vec::new(), async |mut all, piece| {
                    all.extend(piece.bytes);
                    Ok(all)
                })
                .await
        };
        let whole = tokio::time::timeout(KUBECONFIG.patience, whole).await;
        let archive = whole.map_err(|_| Error::Unreachable {
            call: call(KUBECONFIG, node),
            why: "timed out".to_owned(),
        })??;
        archive::only_file(&Secret::new(archive)).map_err(|error| Error::Answer {
            call: call(KUBECONFIG, node),
            why: error.to_string(),
        })
    }

    /// The members of etcd that a control plane knows.
    pub async fn etcd_members(&self, node: &str) -> Result<Vec<EtcdMember>, Error> {
        let question = EtcdMemberList { query_local: false };
        let answer: EtcdAnswer = self.unary(ETCD_MEMBER_LIST, node, question).await?;
        let found = answer.messages.into_iter().flat_map(|node| node.members);
        Ok(found.map(EtcdMember::from).collect())
    }

    /// Takes a node out of the cluster: services end, and the container with them. `graceful` leaves etcd first.
    pub async fn reset(&self, node: &str, graceful: bool) -> Result<(), Error> {
        let question = Reset {
            graceful,
            reboot: false,
        };
        let _: DoneAnswer = self.unary(RESET, node, question).await?;
        Ok(())
    }
}

impl From<ServiceInfo> for Service {
    fn from(info: ServiceInfo) -> Self {
        let health = info.health.unwrap_or_default();
        Self {
            id: info.id,
            state: info.state,
            healthy: (!health.unknown).then_some(health.healthy),
            message: health.last_message,
        }
    }
}

impl From<Member> for EtcdMember {
    fn from(member: Member) -> Self {
        Self {
            id: member.id,
            hostname: member.hostname,
            peer_urls: member.peer_urls,
            is_learner: member.is_learner,
        }
    }
}
