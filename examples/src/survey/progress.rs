//! Files that were found and finished come in, a bar on the terminal goes out, and nothing where there is none.

use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::record::Record;

/// A bar on the standard error, shared by everything that makes progress.
///
/// Its length is what was found so far, so it grows while the walk goes on.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    bytes: AtomicU64,
}

impl Progress {
    /// A bar, if the standard error is a terminal.
    ///
    /// # Panics
    ///
    /// Never: the template is fixed.
    pub fn new() -> Self {
        Self::drawn_on(ProgressDrawTarget::stderr())
    }

    /// A bar that nobody sees.
    pub fn hidden() -> Self {
        Self::drawn_on(ProgressDrawTarget::hidden())
    }

    fn drawn_on(target: ProgressDrawTarget) -> Self {
        let style = ProgressStyle::with_template(
            "{wide_bar} {human_pos}/{human_len} files  {msg}  {elapsed}",
        )
        .expect("the template is fixed");
        let bar = ProgressBar::with_draw_target(Some(0), target).with_style(style);
        Self {
            bar,
            bytes: AtomicU64::new(0),
        }
    }

    /// A file was found.
    pub fn found(&self) {
        self.bar.inc_length(1);
    }

    /// A file was surveyed.
    pub fn surveyed(&self, record: &Record) {
        let before = self.bytes.fetch_add(record.digest.size, Ordering::Relaxed);
        if !self.bar.is_hidden() {
            self.bar
                .set_message(HumanBytes(before + record.digest.size).to_string());
        }
        self.bar.inc(1);
    }

    /// A file could not be surveyed.
    pub fn missed(&self) {
        self.bar.inc(1);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind::sort_source;
    use super::super::read::Source;
    use super::super::record::record_kind;
    use super::*;

    #[test]
    fn counts_what_was_found_and_what_is_done() {
        let progress = Progress::hidden();
        (0..3).for_each(|_| progress.found());
        let source = Source {
            path: "a".into(),
            bytes: b"four".to_vec(),
            took: std::time::Duration::ZERO,
        };
        progress.surveyed(&record_kind(sort_source(source)));
        progress.missed();
        assert_eq!(
            (progress.bar.length(), progress.bar.position()),
            (Some(3), 2)
        );
        assert_eq!(progress.bytes.load(Ordering::Relaxed), 4);
        progress.finish();
    }
}
