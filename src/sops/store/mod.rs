//! Formats of files: bytes to trees and back, metadata in and out of them. In reading order: `format`, then one or two
//! files for each format.

mod dotenv;
mod flatten;
mod format;
mod ini_read;
mod ini_write;
mod json_read;
mod json_write;
mod quote;
mod scalar;
mod timestamp;
mod yaml_frame;
mod yaml_read;
mod yaml_write;

#[cfg(test)]
mod tests;

pub use format::{Format, Style};
