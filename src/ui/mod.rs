//! Values to text, and the reporters that show them.
