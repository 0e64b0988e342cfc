//! `ksail workload cipher keys`, `import`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Format;

/// `ksail workload cipher keys`
#[derive(Debug, Clone, Subcommand)]
pub enum Keys {
    /// Show the identities at hand, and which recipients files have
    ///
    /// Only public halves are shown. With files, their recipients are listed too, each with whether an identity at hand
    /// can use it; the exit code is 1 if a file cannot be decrypted.
    List(ListKeys),
    /// Make a new age identity
    ///
    /// It is added to the file where sops and ksail look for identities, or printed with `--stdout`. The recipient goes to
    /// standard output.
    Generate(GenerateKey),
}

/// `ksail workload cipher keys list`
#[derive(Debug, Clone, Default, Args)]
pub struct ListKeys {
    /// Encrypted files
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Format of the files [default: by their names]
    #[arg(long, value_name = "FORMAT")]
    pub input_type: Option<Format>,
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: KeysOutput,
}

/// How keys are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum KeysOutput {
    /// Columns for people
    #[default]
    Table,
    /// One JSON object
    Json,
}

/// Where identities are kept.
#[derive(Debug, Clone, Default, Args)]
pub struct KeysFile {
    /// File of identities [default: `SOPS_AGE_KEY_FILE`, else `sops/age/keys.txt` in the configuration directory]
    #[arg(long, value_name = "FILE")]
    pub keys_file: Option<PathBuf>,
}

/// `ksail workload cipher keys generate`
#[derive(Debug, Clone, Default, Args)]
pub struct GenerateKey {
    /// Where to.
    #[command(flatten)]
    pub keys_file: KeysFile,
    /// Print the identity instead of adding it to a file
    #[arg(long, conflicts_with = "keys_file")]
    pub stdout: bool,
}

/// `ksail workload cipher import`
#[derive(Debug, Clone, Default, Args)]
pub struct Import {
    /// File that holds the identity; `-` or none is standard input
    ///
    /// The identity itself is not taken on the command line, where other users and the shell's history see it.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Where to.
    #[command(flatten)]
    pub keys_file: KeysFile,
}
