//! Command line definitions and help text; no logic.
