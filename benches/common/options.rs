//! The arguments of the command line, read.

use std::{path::PathBuf, process::ExitCode};

use super::callgrind::{self, Workload};

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Options {
    only: Option<Vec<String>>,
    pub(crate) rounds: usize,
    pub(crate) build: bool,
    pub(crate) chart: Option<PathBuf>,
    /// One workload and its number of items, and nothing else: what runs under callgrind.
    pub(crate) workload: Option<(String, u64)>,
}

impl Options {
    /// What was asked for on the command line; a workload of those is played at once, and nothing else is done. The chart goes
    /// into this file when nothing else is said.
    pub(crate) fn or_play(workloads: &[Workload], chart: &str) -> Result<Self, ExitCode> {
        let options = Self::read(std::env::args().skip(1), chart).map_err(|message| {
            eprintln!("{message}");
            ExitCode::FAILURE
        })?;
        match &options.workload {
            Some((workload, items)) => Err(callgrind::play(workloads, workload, *items)),
            None => Ok(options),
        }
    }

    fn read(arguments: impl Iterator<Item = String>, chart: &str) -> Result<Self, String> {
        let mut arguments = arguments.peekable();
        let mut options = Self {
            only: None,
            rounds: 7,
            build: true,
            chart: None,
            workload: None,
        };
        while let Some(flag) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{flag} needs a value"));
            match flag.as_str() {
                "--bench" => {} // said by cargo
                "--only" => {
                    options.only = Some(
                        value()?
                            .split(',')
                            .map(|part| part.trim().to_owned())
                            .collect(),
                    );
                }
                "--rounds" => options.rounds = number(&value()?)?,
                "--no-build" => options.build = false,
                "--chart" => {
                    let file = arguments.next_if(|next| !next.starts_with("--"));
                    options.chart = Some(PathBuf::from(file.as_deref().unwrap_or(chart)));
                }
                "--workload" => options.workload = Some((value()?, number(&value()?)?)),
                _ => return Err(format!("unknown flag {flag}")),
            }
        }
        Ok(options)
    }

    /// Whether a goal, or `callgrind`, is among what was asked for.
    pub(crate) fn wants(&self, part: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|only| only.iter().any(|asked| asked == part))
    }
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("{text} is not a number"))
}
