//! SOPS documents in, plaintext trees out; nothing is written.
