//! The files users write.
