//! What crosses rooms: the main job from the terminal. The tests are in `tests/story`.
