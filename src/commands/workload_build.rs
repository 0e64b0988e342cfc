//! STUB
pub async fn command(
    _: &crate::cli::workload::Apply,
    _: crate::context::Context<'_>,
) -> Result<crate::exit::Exit, crate::error::Error> {
    Ok(crate::exit::Exit::Done)
}
