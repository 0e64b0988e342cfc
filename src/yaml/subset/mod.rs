//! A fast reader for the YAML that manifests are mostly written in: blocks of `key: value` and `- item`, one-line flow
//! collections, quotes that end on their line, block scalars without indicators of indentation.
//!
//! It yields exactly what the parser would, or nothing: whatever is not in the subset, all errors included, is left to
//! the parser, document by document. Tests compare the two on every text that the other tests know and on generated ones.

mod block;
mod flow;
mod inline;
mod reader;

pub(super) use reader::Reader;
