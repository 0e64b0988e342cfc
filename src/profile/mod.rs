//! CPU profiles and timings of ksail itself.
