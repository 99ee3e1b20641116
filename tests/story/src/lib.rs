//! What crosses rooms: the main job from the terminal.
