//! All rules, in their order.

use std::fmt;

use super::{node, version};
use crate::config::error::Error;
use crate::config::talos::document::MachineConfig;
use crate::config::talos::version::{Role, TalosVersion};
use crate::yaml::Location;

/// Something that works, but probably not as meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where.
    pub at: Location,
    /// What, as a sentence without its end.
    pub text: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.text)
    }
}

impl MachineConfig {
    /// Checks a finished configuration for a node in a container.
    ///
    /// # Errors
    ///
    /// With the place of the value: whatever a node of this role and version would refuse.
    pub fn validate(&self, role: Role, talos: TalosVersion) -> Result<Vec<Warning>, Error> {
        version::check(self, talos.number())?;
        node::check(self, role)?;
        Ok(Vec::new())
    }
}
