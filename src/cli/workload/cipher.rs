//! `ksail workload cipher …`, one file per command.

mod decrypt;
mod edit;
mod encrypt;
mod files;
mod keys;
mod recipients;
mod rotate;
mod update_keys;

use clap::Subcommand;

pub use decrypt::Decrypt;
pub use edit::Edit;
pub use encrypt::{Encrypt, Rules};
pub use files::{Destination, Format, Types};
pub use keys::{GenerateKey, Import, Keys, KeysFile, KeysOutput, ListKeys};
pub use recipients::{Changes, Recipients};
pub use rotate::Rotate;
pub use update_keys::UpdateKeys;

/// Commands for files that are encrypted in the format of SOPS.
#[derive(Debug, Clone, Subcommand)]
pub enum Cipher {
    /// Encrypt files as sops does
    ///
    /// Who can decrypt, and which values are encrypted, comes from flags or from the creation rules of the nearest
    /// `.sops.yaml`. The result goes to standard output unless `--in-place` or `--output` is given. Several files need
    /// `--in-place` and are encrypted in parallel.
    Encrypt(Encrypt),
    /// Decrypt files as sops does
    ///
    /// Prints clear text. Keys are found where sops finds them. Several files are decrypted in parallel; without
    /// `--in-place` they are printed one after the other.
    Decrypt(Decrypt),
    /// Edit an encrypted file in an editor; the clear text never reaches a disk
    ///
    /// The editor is that of `SOPS_EDITOR`, else `EDITOR`, else vim, nano or vi. It gets a private file in a
    /// memory-backed directory. Values that were not changed keep their ciphertext. A file that does not exist is
    /// created by the creation rules of `.sops.yaml`.
    Edit(Edit),
    /// Encrypt files with a new data key, and add or remove who can decrypt them
    Rotate(Rotate),
    /// Wrap the data keys of files for whom `.sops.yaml` names now
    ///
    /// Values and data key stay as they are; use `rotate` when somebody who is removed must not read later versions. What
    /// changes is shown first, and needs consent.
    UpdateKeys(UpdateKeys),
    /// Show the age identities at hand, or make one
    #[command(subcommand)]
    Keys(Keys),
    /// Add an age identity to the file where sops and ksail look for them
    Import(Import),
}
