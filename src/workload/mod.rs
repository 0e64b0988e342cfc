//! The manifest pipeline, one file per stage.
