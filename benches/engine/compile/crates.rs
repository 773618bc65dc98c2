//! The workshop below the target directory: source text in, lines of LLVM IR or CPU seconds out.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike,
};

use super::sources;

const ENGINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../electrician");
const LOCK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock");

/// One crate, of which the source changes.
pub(super) struct Workshop {
    directory: PathBuf,
}

/// Builds a varied pipeline, and gives the directory that its expansion was written to.
pub(crate) fn expansion() -> io::Result<PathBuf> {
    let workshop = Workshop::open()?;
    let written = workshop.directory.join("expansion");
    if written.exists() {
        fs::remove_dir_all(&written)?;
    }
    workshop.write(sources::VARIED)?;
    run(workshop.cargo("build").env("ELECTRICIAN_INSPECT", &written))?;
    Ok(written)
}

impl Workshop {
    /// Makes the crate, with everything that it depends on built.
    pub(super) fn open() -> io::Result<Self> {
        let directory = target_directory()?.join("engine-goals");
        fs::create_dir_all(directory.join("src"))?;
        fs::copy(LOCK, directory.join("Cargo.lock"))?;
        fs::write(directory.join("Cargo.toml"), manifest())?;
        let workshop = Self { directory };
        workshop.write(&sources::queued(1))?;
        run(&mut workshop.cargo("build"))?;
        run(&mut workshop.cargo("check"))?;
        Ok(workshop)
    }

    /// The lines of all the functions that come out of the compiler, before any pass.
    pub(super) fn ir_lines(&self, source: &str) -> io::Result<usize> {
        self.write(source)?;
        let written = self.directory.join("stages.ll");
        let mut command = self.cargo("rustc");
        command
            .arg("--")
            .arg(format!("--emit=llvm-ir={}", written.display()))
            .args(["-C", "no-prepopulate-passes", "-C", "codegen-units=1"]);
        run(&mut command)?;
        Ok(lines_of_functions(&fs::read_to_string(written)?))
    }

    /// CPU seconds of a release build of the crate alone.
    pub(super) fn build_seconds(&self, source: &str) -> io::Result<f64> {
        self.seconds("build", source)
    }

    /// CPU seconds of a check of the crate alone, which is all that an editor waits for.
    pub(super) fn check_seconds(&self, source: &str) -> io::Result<f64> {
        self.seconds("check", source)
    }

    fn seconds(&self, verb: &str, source: &str) -> io::Result<f64> {
        self.write(source)?;
        let before = seconds_of_children();
        run(&mut self.cargo(verb))?;
        Ok(seconds_of_children() - before)
    }

    fn write(&self, source: &str) -> io::Result<()> {
        fs::write(self.directory.join("src/lib.rs"), source)
    }

    fn cargo(&self, verb: &str) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
        command
            .args([
                verb,
                "--release",
                "--offline",
                "--quiet",
                "--lib",
                "--target-dir",
            ])
            .arg(self.directory.join("target"))
            .current_dir(&self.directory);
        command
    }
}

/// The directory that this very program was built into.
fn target_directory() -> io::Result<PathBuf> {
    let program = env::current_exe()?;
    let directory = program.ancestors().nth(3).map(Path::to_path_buf); // target/release/deps/engine
    directory.ok_or_else(|| io::Error::other("the bench is not in a target directory"))
}

fn manifest() -> String {
    format!(
        r#"[package]
name = "stages"
version = "0.0.0"
edition = "2024"

[dependencies]
electrician = {{ path = {ENGINE:?} }}
tokio = {{ version = "1", features = ["rt", "sync"] }}

[workspace]
"#
    )
}

fn run(command: &mut Command) -> io::Result<()> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(said.into_owned()))
}

#[allow(clippy::cast_precision_loss, reason = "two digits are printed")]
fn seconds_of_children() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system counts");
    usage.user_time().num_microseconds() as f64 / 1e6
}

/// The lines between `define … {` and `}`.
fn lines_of_functions(ir: &str) -> usize {
    let mut lines = 0;
    let mut is_inside = false;
    for line in ir.lines() {
        if line.starts_with("define ") {
            is_inside = true;
        } else if line == "}" {
            is_inside = false;
        } else if is_inside && !line.is_empty() {
            lines += 1;
        }
    }
    lines
}
