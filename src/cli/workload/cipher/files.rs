//! Flags about files and formats that the commands share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Formats of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// YAML, one document or several
    Yaml,
    /// JSON
    Json,
    /// `NAME=value` lines
    Dotenv,
    /// Sections of `name = value` lines
    Ini,
    /// Anything; encrypted as a whole
    Binary,
}

/// How files are read and written.
#[derive(Debug, Clone, Default, Args)]
pub struct Types {
    /// Format of the input [default: by the file name; binary if it says nothing]
    #[arg(long, value_name = "FORMAT")]
    pub input_type: Option<Format>,
    /// Format of the output [default: by the file name; binary if it says nothing]
    #[arg(long, value_name = "FORMAT")]
    pub output_type: Option<Format>,
    /// Blanks that YAML and JSON are indented by [default: 4 for YAML, a tab for JSON]
    #[arg(long, value_name = "COUNT")]
    pub indent: Option<u8>,
    /// Name to choose formats and creation rules by; for standard input
    #[arg(long, value_name = "PATH")]
    pub filename_override: Option<PathBuf>,
    /// Configuration file with creation rules [default: `SOPS_CONFIG`, else the nearest `.sops.yaml`]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Which files, and where the results go.
#[derive(Debug, Clone, Default, Args)]
pub struct Destination {
    /// Files; `-` or none is standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Replace the files instead of printing
    #[arg(short, long)]
    pub in_place: bool,
    /// Write to this file instead of printing
    #[arg(short, long, value_name = "FILE", conflicts_with = "in_place")]
    pub output: Option<PathBuf>,
}
