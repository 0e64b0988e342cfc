//! Values to text, and the reporters that show them.

pub mod diff_view;
pub mod display;
pub mod error_view;
pub mod live;
pub mod plan_view;
pub mod prompt;
pub mod report;
pub mod table;
