//! What is not on this machine: folders of repositories, fetched with `git` and kept by commit.

mod address;
mod command;
mod git;
mod store;

pub(super) use address::{Address, without_password};
pub(super) use command::{Failure, run};
pub(super) use store::Store;
