//! Hashes with their tags. Every hash of the ledger is made here, so that no two purposes can share one.

use chidao_domain::ids::{DeviceId, FeedId, Hash};

fn tagged(tag: &str, parts: &[&[u8]]) -> Hash {
    debug_assert!(
        tag.ends_with('\n'),
        "a tag ends in a line feed, so that no tag is the beginning of another"
    );
    let mut hasher = blake3::Hasher::new();
    hasher.update(tag.as_bytes());
    for part in parts {
        hasher.update(part);
    }
    Hash(*hasher.finalize().as_bytes())
}

fn first_half(hash: Hash) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hash.0[..16]);
    half
}

/// `hash(0)` of a feed.
pub fn header_hash(line: &[u8]) -> Hash {
    tagged("chidao feed 1\n", &[line])
}

/// `hash(n)` from `hash(n − 1)` and line `n` (without its line feed).
pub fn entry_hash(before: Hash, line: &[u8]) -> Hash {
    tagged("chidao entry 1\n", &[&before.0, line])
}

/// The identity of a feed.
pub fn feed_id(header: Hash) -> FeedId {
    FeedId(first_half(header))
}

/// The identity of a device: of its minisign public key as one base64 line.
pub fn device_id(key: &str) -> DeviceId {
    DeviceId(first_half(tagged("chidao device 1\n", &[key.as_bytes()])))
}

/// The hash that a line carries for a detached value.
pub fn value_hash(salt: &[u8; 16], value: &[u8]) -> Hash {
    tagged("chidao value 1\n", &[salt, value])
}

/// The hash of an enrolment request's text.
pub fn request_hash(text: &str) -> Hash {
    tagged("chidao enrolment request 1\n", &[text.as_bytes()])
}

/// The hash of an enrolment: of the request, and of the root key of the parent that answered it.
pub fn enrolment_hash(request: Hash, parent_root: &str) -> Hash {
    tagged("chidao enrolment code 1\n", &[&request.0, parent_root.as_bytes()])
}

/// The short code of an enrolment: eight groups of four decimal digits of its hash, more than 100 bits.
pub fn enrolment_code(request: Hash, parent_root: &str) -> String {
    let hash = enrolment_hash(request, parent_root);
    let digits = format!("{:039}", u128::from_be_bytes(first_half(hash)));
    let groups: Vec<&str> = (0..8).map(|group| &digits[group * 4..group * 4 + 4]).collect();
    groups.join(" ")
}

/// The hash of a device request's text, by which its answer names it.
pub fn device_request_hash(text: &str) -> Hash {
    tagged("chidao device request 1\n", &[text.as_bytes()])
}

/// The digest over the entries of a channel: of (feed, last number, hash there), in order of feed.
pub fn entries_digest(tips: &mut [(FeedId, u64, Hash)]) -> Hash {
    tips.sort();
    let mut bytes = Vec::with_capacity(tips.len() * 56);
    for (feed, n, hash) in tips {
        bytes.extend_from_slice(&feed.0);
        bytes.extend_from_slice(&n.to_be_bytes());
        bytes.extend_from_slice(&hash.0);
    }
    tagged("chidao entries 1\n", &[&bytes])
}

/// The digest over state: a sum modulo 2^256 that follows every change of a head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StateSum(pub [u8; 32]);

impl StateSum {
    fn limbs(bytes: &[u8; 32]) -> [u64; 4] {
        std::array::from_fn(|i| {
            let mut limb = [0; 8];
            limb.copy_from_slice(&bytes[i * 8..i * 8 + 8]);
            u64::from_le_bytes(limb)
        })
    }

    fn put(&mut self, limbs: [u64; 4]) {
        for (bytes, limb) in self.0.chunks_exact_mut(8).zip(limbs) {
            bytes.copy_from_slice(&limb.to_le_bytes());
        }
    }

    fn add(&mut self, hash: Hash) {
        let (mut mine, theirs) = (Self::limbs(&self.0), Self::limbs(&hash.0));
        let mut carry = false;
        for (a, b) in mine.iter_mut().zip(theirs) {
            let (sum, over) = a.overflowing_add(b);
            let (sum, over_too) = sum.overflowing_add(u64::from(carry));
            *a = sum;
            carry = over || over_too;
        }
        self.put(mine);
    }

    fn subtract(&mut self, hash: Hash) {
        let (mut mine, theirs) = (Self::limbs(&self.0), Self::limbs(&hash.0));
        let mut borrow = false;
        for (a, b) in mine.iter_mut().zip(theirs) {
            let (rest, under) = a.overflowing_sub(b);
            let (rest, under_too) = rest.overflowing_sub(u64::from(borrow));
            *a = rest;
            borrow = under || under_too;
        }
        self.put(mine);
    }

    /// A head has come.
    pub fn head_added(&mut self, text: &str) {
        self.add(tagged("chidao head 1\n", &[text.as_bytes()]));
    }

    /// A head has been superseded.
    pub fn head_removed(&mut self, text: &str) {
        self.subtract(tagged("chidao head 1\n", &[text.as_bytes()]));
    }

    /// A change has gone into quarantine.
    pub fn quarantined(&mut self, text: &str) {
        self.add(tagged("chidao quarantine 1\n", &[text.as_bytes()]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_that_came_and_went_leaves_no_trace_in_the_digest() {
        let mut sum = StateSum::default();
        sum.head_added("a");
        let before = sum;
        for i in 0..100 {
            sum.head_added(&i.to_string());
        }
        for i in (0..100).rev() {
            sum.head_removed(&i.to_string());
        }
        assert_eq!(sum, before);
        assert_ne!(sum, StateSum::default());
    }

    #[test]
    fn the_formats_hashes_stay_what_they_were() {
        // Fixed for ever: a change here makes every ledger in the field unreadable.
        let header = header_hash(b"{}");
        assert_eq!(header.to_string(), blake3::hash(b"chidao feed 1\n{}").to_string());
        let mut bytes = b"chidao entry 1\n".to_vec();
        bytes.extend_from_slice(&header.0);
        bytes.extend_from_slice(b"{}");
        assert_eq!(entry_hash(header, b"{}").to_string(), blake3::hash(&bytes).to_string());
        assert_eq!(enrolment_code(header, "R").len(), 39);
    }
}
