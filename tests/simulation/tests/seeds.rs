//! Seeds in which nothing may be found. What was found once stands here by name.

use simulation::run::run;
use simulation::script::{Script, Size};

fn nothing_is_found(seeds: std::ops::Range<u64>) {
    let mut found = Vec::new();
    for seed in seeds {
        let outcome = run(&Script::draw(seed, Size::of_seed(seed))).expect("a folder for the run");
        found.extend(outcome.found.map(|what| format!("seed {seed}: {what}")));
    }
    assert!(
        found.is_empty(),
        "repeat one with `cargo run -p simulation -- --seed N`:\n{}",
        found.join("\n")
    );
}

#[test]
fn seeds_1_to_50() {
    nothing_is_found(1..51);
}

#[test]
fn seeds_51_to_100() {
    nothing_is_found(51..101);
}

#[test]
fn seeds_101_to_150() {
    nothing_is_found(101..151);
}

#[test]
fn seeds_151_to_200() {
    nothing_is_found(151..201);
}

fn nothing_is_found_in(script: &str) {
    let script = Script::read(script).expect("a script that was printed by a run");
    assert_eq!(run(&script).expect("a folder for the run").found, None);
}

#[test]
fn a_restored_machine_gets_back_a_feed_it_has_forgotten() {
    nothing_is_found_in(include_str!(
        "scripts/a_restored_machine_gets_back_a_feed_it_has_forgotten.jsonl"
    ));
}

#[test]
fn the_check_does_not_compare_memories_of_clocks() {
    nothing_is_found_in(include_str!(
        "scripts/the_check_does_not_compare_memories_of_clocks.jsonl"
    ));
}

#[test]
fn two_homes_in_one_name_both_get_what_only_one_of_them_has_acknowledged() {
    nothing_is_found_in(include_str!(
        "scripts/two_homes_in_one_name_both_get_what_only_one_of_them_has_acknowledged.jsonl"
    ));
    for seed in [227, 372, 385, 499, 843] {
        nothing_is_found(seed..seed + 1);
    }
}
