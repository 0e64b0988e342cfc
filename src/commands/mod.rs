//! One file per leaf command.
