//! `ksail workload cipher …`: from the parsed command to the function that runs it.

use crate::cli::workload::Cipher;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Exit;

/// Runs a command of the group.
#[expect(
    clippy::unused_async,
    reason = "commands of the group ask other programs for keys"
)]
pub async fn run(group: &Cipher, _context: Context<'_>) -> Result<Exit, Error> {
    match group {
        Cipher::Encrypt(_) | Cipher::Decrypt(_) | Cipher::Edit(_) | Cipher::Rotate(_) => Err(
            Error::usage("this command is not there yet", "use the official sops"),
        ),
    }
}
