//! The key groups of an encrypted file: who they are, and others in their place under the same data key. Values and
//! authentication code stay as they are, and are not looked at.

use super::creation::Rule;
use super::error::Error;
use super::keyring::Keyring;
use super::master::MasterKey;
use super::metadata::Metadata;
use super::store::{Format, Style};
use super::tree::Tree;

/// An encrypted file whose values stay sealed.
pub struct Sealed {
    tree: Tree,
    metadata: Metadata,
    format: Format,
}

/// What becomes of the keys of one group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupChange {
    /// They were there and stay.
    pub kept: Vec<MasterKey>,
    /// They are new.
    pub added: Vec<MasterKey>,
    /// They were there.
    pub removed: Vec<MasterKey>,
}

impl Sealed {
    /// Reads an encrypted file.
    pub fn read(bytes: &[u8], format: Format) -> Result<Self, Error> {
        let (tree, metadata) = format.read_sealed(bytes)?;
        let metadata = Metadata::read_without_mac(&metadata)?;
        Ok(Self {
            tree,
            metadata,
            format,
        })
    }

    /// The keys of every group, each with whether the keyring can use it.
    pub fn keys(&self, keys: &Keyring) -> Vec<Vec<(MasterKey, bool)>> {
        let groups = self.metadata.groups.iter();
        groups
            .map(|group| {
                let entries = group.iter();
                entries
                    .map(|entry| (entry.key.clone(), keys.opens(entry)))
                    .collect()
            })
            .collect()
    }

    /// How many groups are needed, if there are several.
    pub fn threshold(&self) -> Option<usize> {
        (self.metadata.groups.len() > 1).then_some(self.metadata.threshold)
    }

    /// Whether the keyring yields the data key.
    ///
    /// # Errors
    ///
    /// Why it does not.
    pub fn open(&self, keys: &Keyring) -> Result<(), Error> {
        keys.data_key(&self.metadata).map(drop)
    }

    /// The threshold that the file has with the groups of a rule: its own, but never more than there are groups, as sops
    /// does it. `wanted` overrules.
    pub fn next_threshold(&self, rule: &Rule, wanted: Option<usize>) -> Option<usize> {
        let count = rule.groups.len();
        let present = self.threshold().or(rule.threshold);
        (count > 1).then(|| wanted.or(present).map_or(count, |number| number.min(count)))
    }

    /// What the groups of a rule change, group by group; empty if they change nothing.
    pub fn changes(&self, rule: &Rule) -> Vec<GroupChange> {
        let count = self.metadata.groups.len().max(rule.groups.len());
        let changes: Vec<GroupChange> = (0..count)
            .map(|i| {
                let old = self.metadata.groups.get(i).into_iter().flatten();
                let old: Vec<&MasterKey> = old.map(|entry| &entry.key).collect();
                let new: Vec<&MasterKey> = rule.groups.get(i).into_iter().flatten().collect();
                let pick = |from: &[&MasterKey], other: &[&MasterKey], common: bool| {
                    let picked = from.iter().filter(|key| other.contains(key) == common);
                    picked.map(|key| (*key).clone()).collect()
                };
                GroupChange {
                    kept: pick(&new, &old, true),
                    added: pick(&new, &old, false),
                    removed: pick(&old, &new, false),
                }
            })
            .collect();
        let idle = |change: &GroupChange| change.added.is_empty() && change.removed.is_empty();
        if changes.iter().all(idle) {
            Vec::new()
        } else {
            changes
        }
    }

    /// The file with the data key wrapped for the groups of a rule. `now` is the time, RFC 3339 in UTC.
    pub fn rewrap(
        mut self,
        rule: &Rule,
        threshold: Option<usize>,
        keys: &Keyring,
        now: &str,
        style: Style,
    ) -> Result<Vec<u8>, Error> {
        let key = keys.data_key(&self.metadata)?;
        self.metadata.groups = keys.wrap(&key, &rule.groups, threshold, now)?;
        self.metadata.threshold = threshold.unwrap_or(self.metadata.groups.len());
        self.format
            .write_sealed(&self.tree, &self.metadata.write(), style)
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealed")
            .field("metadata", &self.metadata)
            .finish_non_exhaustive()
    }
}
