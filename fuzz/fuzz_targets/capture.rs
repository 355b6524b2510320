#![no_main]

#[path = "../../tests/support/inputs.rs"]
mod inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inputs::capture(bytes));
