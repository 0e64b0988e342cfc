//! STUB
#[derive(Debug, clap::Subcommand)]
pub enum Project {
    Init(Init),
}
#[derive(Debug, clap::Args)]
pub struct Init {}
