//! The real window, as a person meets it. `cargo xtask test` builds the program first and runs these last; all of them
//! live in the module `real_window`, by which it tells them from the rest.
#![cfg(target_os = "linux")]

mod real_window {
    mod files;
    mod office;
    mod shell;
    mod story;
}
