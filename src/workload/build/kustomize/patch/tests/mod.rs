mod merges;
mod operations;
mod targets;
