//! STUB
#[derive(Debug, thiserror::Error)]
#[error("project")]
pub struct Error;
impl crate::error::Hint for Error {}
pub fn run(
    _: &crate::cli::project::Init,
    _: &std::path::Path,
    _: &crate::exec::event::Events,
) -> Result<(), Error> {
    Ok(())
}
