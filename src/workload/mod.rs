//! STUB
#[derive(Debug, thiserror::Error)]
#[error("workload")]
pub struct Error;
impl crate::error::Hint for Error {}
impl Error {
    pub fn exit(&self) -> crate::exit::Exit {
        crate::exit::Exit::Failed
    }
}
