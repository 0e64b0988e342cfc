//! `ksail workload cipher …`: from the parsed command to the function that runs it.

mod creation;
mod decrypt;
mod edit;
mod editor;
mod encrypt;
mod error;
mod files;
mod import;
mod keys;
mod mounts;
mod rotate;
mod update_keys;

pub use error::{Error, Failed};

use crate::cli::workload::Cipher;
use crate::context::Context;
use crate::exit::Exit;

/// Runs a command of the group.
pub async fn run(group: &Cipher, context: Context<'_>) -> Result<Exit, crate::error::Error> {
    match group {
        Cipher::Encrypt(args) => encrypt::run(args, context).await,
        Cipher::Decrypt(args) => decrypt::run(args, context).await,
        Cipher::Edit(args) => edit::run(args, context).await,
        Cipher::Rotate(args) => rotate::run(args, context).await,
        Cipher::UpdateKeys(args) => update_keys::run(args, context).await,
        Cipher::Keys(args) => keys::run(args, context).await,
        Cipher::Import(args) => import::run(args, context).await,
    }
}
