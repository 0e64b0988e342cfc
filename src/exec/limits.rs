//! How many steps of each resource class run at once.

use std::sync::Arc;

use serde::Serialize;
use tokio::sync::Semaphore;

/// The resource a step mainly uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Image pulls: bound by network and disk.
    Pull,
    /// Engine calls: short, but the Engine serialises much of the work behind them.
    Engine,
    /// API server calls.
    Kube,
    /// Waiting and local work: not limited.
    Wait,
}

/// Permits per class.
#[derive(Debug, Clone)]
pub struct Limits {
    pull: Arc<Semaphore>,
    engine: Arc<Semaphore>,
    kube: Arc<Semaphore>,
}

impl Default for Limits {
    fn default() -> Self {
        let permits = |number| Arc::new(Semaphore::new(number));
        Self {
            pull: permits(3),
            engine: permits(8),
            kube: permits(8),
        }
    }
}

impl Limits {
    pub(super) fn of(&self, class: Class) -> Option<Arc<Semaphore>> {
        match class {
            Class::Pull => Some(self.pull.clone()),
            Class::Engine => Some(self.engine.clone()),
            Class::Kube => Some(self.kube.clone()),
            Class::Wait => None,
        }
    }
}
