//! The allocator of the program, so that times are those that users get. A bench that counts allocations cannot have it.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
