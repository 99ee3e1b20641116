//! The bundle file: pack, sign, encrypt, verify, unpack.
