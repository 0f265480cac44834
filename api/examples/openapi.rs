//! Prints the description of the interface: `docs/openapi.json`.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a tool that prints one file")]

fn main() {
    println!("{}", serde_json::to_string_pretty(&zhengku_api::openapi()).unwrap());
}
