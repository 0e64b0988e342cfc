//! The only user of the Engine client: one function per endpoint, no decisions.
