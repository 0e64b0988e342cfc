//! STUB
#[derive(Debug, clap::Subcommand)]
pub enum Workload {
    Apply(Apply),
    Build(Apply),
}
#[derive(Debug, clap::Args)]
pub struct Apply {}
