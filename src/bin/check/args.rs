//! The command line.

use lexopt::{Arg, Parser, ValueExt};
use stable_pages::protocol::Era;
use stable_pages::scenario::Device;

pub const HELP: &str = "\
Checks scenarios: looks at every schedule and says what can come of them.

Usage: check [OPTIONS] FILE|SLUG...
       check --list [TOPIC...]

FILE is a scenario file, or - for standard input; SLUG is a scenario of the catalogue.

  --device NAME   on this device; may be given more than once
  --era NAME      in this kernel (2.6.39, 3.0, 3.9, 6.19, 7.3); may be given more than once
  --all           on every device and in every kernel
  --memory MIB    the most memory a search may take, 1024 by default
  --json          the result as JSON (its schema: assets/schema/check-2.json)
  --promela       the scenario as a model for SPIN, unchecked
  --list          lists: scenarios, groups, steps, programs, devices, kernels,
                  verdicts, invariants, keys (of scenario files), or one of these words
  --help          this text

Without --device: the devices of the file's [expect]. Without --era: the file's own kernel.

Exit status: 0 if all is as the files expect, 1 if not (also where not all could be explored, or
nothing is stated), 2 if an argument or a file cannot be used: stderr says where and why.
";

/// What the command line asks for.
pub enum Command {
    Help,
    /// Lists of what files can name, for these topics; for all if there are none.
    List(Vec<String>),
    Check(Request),
}

/// What to check, and how to print it.
pub struct Request {
    pub files: Vec<String>,
    /// The devices; empty for those that each file states verdicts of.
    pub devices: Vec<Device>,
    /// The kernels; empty for each file's own.
    pub eras: Vec<Era>,
    /// Most bytes of memory that a search may take.
    pub bytes: usize,
    pub output: Output,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Output {
    Text,
    Json,
    Promela,
}

/// Reads the command line.
///
/// # Errors
/// What is wrong with it, in words.
pub fn parse() -> Result<Command, lexopt::Error> {
    let mut request = Request {
        files: Vec::new(),
        devices: Vec::new(),
        eras: Vec::new(),
        bytes: 1024 << 20,
        output: Output::Text,
    };
    let mut list = false;
    let mut parser = Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            Arg::Long("list") => {
                list = true;
                // A topic as a word of its own, without `=`, is taken for a file here and told apart below.
                if let Some(topic) = parser.optional_value() {
                    request.files.push(topic.string()?);
                }
            }
            Arg::Long("device") => {
                let word = parser.value()?.string()?;
                let device = by_word("device", &word, &Device::ALL, Device::word)?;
                request.devices.push(device);
            }
            Arg::Long("era") => {
                let word = parser.value()?.string()?;
                let era = by_word("kernel", &word, &Era::ALL, Era::word)?;
                request.eras.push(era);
            }
            Arg::Long("all") => {
                request.devices = Device::ALL.to_vec();
                request.eras = Era::ALL.to_vec();
            }
            Arg::Long("memory") => {
                let mebibytes: usize = parser.value()?.parse()?;
                request.bytes = mebibytes.saturating_mul(1 << 20);
            }
            Arg::Long("json") => request.output = Output::Json,
            Arg::Long("promela") => request.output = Output::Promela,
            Arg::Value(file) => request.files.push(file.string()?),
            other => return Err(other.unexpected()),
        }
    }
    if list {
        return Ok(Command::List(request.files));
    }
    if request.files.is_empty() {
        return Err("no scenario is given".into());
    }
    Ok(Command::Check(request))
}

/// The one of several devices or kernels that scenario files call by a word.
fn by_word<T: Copy>(
    what: &str,
    given: &str,
    all: &[T],
    word: fn(T) -> &'static str,
) -> Result<T, lexopt::Error> {
    let mut known = all.iter().copied();
    known.find(|it| word(*it) == given).ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(|it| word(*it)).collect();
        format!(
            "unknown {what} \"{given}\"; expected one of {}",
            known.join(", ")
        )
        .into()
    })
}
