//! Runs SPIN, if it is installed: makes a verifier out of a Promela text.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Whether `spin` and a C compiler can be run here.
pub fn is_there() -> bool {
    let runs = |program: &str, flag: &str| Command::new(program).arg(flag).output().is_ok();
    runs("spin", "-V") && runs("cc", "--version")
}

/// Runs a program in a folder and returns what it prints.
///
/// # Errors
/// What the program has printed, if it cannot be run or fails.
pub fn run(folder: &Path, program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    let printed =
        [output.stdout, output.stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
    let printed = printed.concat();
    let all = arguments.join(" ");
    match output.status.success() {
        true => Ok(printed),
        false => Err(format!(
            "{program} {all} in {}:\n{printed}",
            folder.display()
        )),
    }
}

/// The C of a verifier of a Promela text, in a folder of its own below `target/spin`.
///
/// SPIN's own simplifications (`-o1` to `-o3`: dataflow, write-only variables, merged statements)
/// are off, so that its states are those of the text.
///
/// # Errors
/// SPIN's message, if it does not accept the text.
pub fn verifier(name: &str, promela: &str, flags: &[&str]) -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("spin");
    let folder = folder.join(name);
    std::fs::create_dir_all(&folder).expect("a folder below target");
    std::fs::write(folder.join("model.pml"), promela).expect("a file below target");
    let flags = [&["-o1", "-o2", "-o3"], flags, &["-a", "model.pml"]].concat();
    run(&folder, "spin", &flags)?;
    Ok(folder)
}

/// Makes the verifier, `pan`, with the flags `spin` for SPIN and `cc` for the C compiler; returns its folder.
///
/// # Errors
/// The message of SPIN or the compiler, if it does not accept the text.
pub fn pan(name: &str, promela: &str, spin: &[&str], cc: &[&str]) -> Result<PathBuf, String> {
    let folder = verifier(name, promela, spin)?;
    let flags = [&["-w"], cc, &["-o", "pan", "pan.c"]].concat();
    run(&folder, "cc", &flags)?;
    Ok(folder)
}
