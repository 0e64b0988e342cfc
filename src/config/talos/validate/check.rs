//! All rules, in their order.

use std::fmt;

use super::place::Place;
use super::{cluster, documents, image, labels, network, node, version};
use crate::config::error::Error;
use crate::config::talos::document::MachineConfig;
use crate::config::talos::version::{Role, TalosVersion};
use crate::yaml::{Location, Source};

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
        let Some(main) = self.main() else {
            let at = match self.documents.first() {
                Some(document) => document.at().clone(),
                None => Source::new("machine configuration").whole(),
            };
            return Err(Error::rule(at, "machine", "is missing"));
        };
        let root = &Place::root(&main.body);
        let mut warnings = node::check(self, root, role)?;
        warnings.extend(cluster::check(self, root, role)?);
        warnings.extend(network::check(root, role)?);
        labels::check(root)?;
        image::check(root, role, talos)?;
        documents::check(self, root, talos)?;
        Ok(warnings)
    }
}
