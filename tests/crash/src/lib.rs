//! The real terminal program, killed at any moment and left without room at any write.
//!
//! Afterwards the home opens and `check` passes; nothing that was answered is missing; what was broken off is there whole or
//! not at all; nothing plain lies anywhere. The moments are drawn from a seed, but where in the program they fall is the
//! machine's affair: what is asserted holds whatever the moment. Start at [`kills`] and [`room`].

pub mod chance;
pub mod kills;
pub mod office;
pub mod room;
pub mod world;

/// What was found, or what stood in the way of looking, in words.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Shorthand of this crate.
pub type Answer<T> = Result<T, Failure>;
