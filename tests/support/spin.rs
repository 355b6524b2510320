//! SPIN, where it is installed: from a Promela text to a verifier that can be run.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Whether `spin` and a C compiler can be run here.
pub fn is_there() -> bool {
    let runs = |program: &str, flag: &str| Command::new(program).arg(flag).output().is_ok();
    runs("spin", "-V") && runs("cc", "--version")
}

/// Runs a program in a folder and returns what it prints.
///
/// # Panics
/// Where it cannot be run or fails; what it printed is said then.
pub fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let printed =
        [output.stdout, output.stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
    let printed = printed.concat();
    let all = arguments.join(" ");
    assert!(
        output.status.success(),
        "{program} {all} in {}:\n{printed}",
        folder.display()
    );
    printed
}

/// The C of a verifier of a Promela text, in a folder of its own below `target/spin`.
///
/// SPIN's own simplifications (`-o1` to `-o3`: dataflow, write-only variables, merged statements)
/// are off, so that its states are those of the text.
pub fn verifier(name: &str, promela: &str, flags: &[&str]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("spin");
    let folder = folder.join(name);
    std::fs::create_dir_all(&folder).expect("a folder below target");
    std::fs::write(folder.join("model.pml"), promela).expect("a file below target");
    let flags = [&["-o1", "-o2", "-o3"], flags, &["-a", "model.pml"]].concat();
    run(&folder, "spin", &flags);
    folder
}

/// The verifier itself, `pan`, made by SPIN with some flags and by the C compiler with others.
pub fn pan(name: &str, promela: &str, spin: &[&str], cc: &[&str]) -> PathBuf {
    let folder = verifier(name, promela, spin);
    let flags = [&["-w"], cc, &["-o", "pan", "pan.c"]].concat();
    run(&folder, "cc", &flags);
    folder.join("pan")
}
