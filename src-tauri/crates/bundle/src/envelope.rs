//! The two outer layers: age around zstd. [`seal`] writes them, [`unseal`] reads them.

pub(crate) mod seal;
pub(crate) mod unseal;

/// A bundle's length in bytes leaves this remainder when divided by [`LENGTH_MODULUS`]. Encrypted bytes look alike
/// whether their end is missing or one of them was changed; by its length a file that was cut is known from one that was
/// damaged. Copying stops at whole sectors more often than anywhere else, and no whole sector leaves this remainder.
pub(crate) const LENGTH_REMAINDER: u64 = LENGTH_MODULUS - 1;

/// See [`LENGTH_REMAINDER`].
pub(crate) const LENGTH_MODULUS: u64 = 1024;

/// First bytes of a zstd frame.
pub(crate) const ZSTD_MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// First bytes of the skippable zstd frame that brings a bundle to its length.
pub(crate) const PADDING_MAGIC: [u8; 4] = [0x50, 0x2A, 0x4D, 0x18];
