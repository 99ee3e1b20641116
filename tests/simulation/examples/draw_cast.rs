//! Draws a new cast and prints it: `cargo run -p simulation --example draw_cast > tests/simulation/data/cast.json`. Every
//! recorded script depends on the old one.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("{}", serde_json::to_string_pretty(&simulation::cast::Cast::draw()?)?);
    Ok(())
}
