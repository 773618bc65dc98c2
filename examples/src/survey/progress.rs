//! The counters of a running survey come in, a bar on the terminal goes out, and nothing where there is none.

use std::time::Duration;

use electrician::pipeline::StageHandle;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::interval;

/// How often the bar is drawn.
const TICK: Duration = Duration::from_millis(100);

/// A bar on the standard error. Dropping it takes it away.
///
/// Its length is what was found so far, so it grows while the walk goes on.
#[derive(Debug)]
pub struct Progress(ProgressBar);

/// Draws how far a running survey is, until the future is dropped.
///
/// It asks the counters of the stage that finds files and of those that are done with them, so the survey does not
/// know that it is watched.
pub async fn show_progress(finds: StageHandle, ends: [StageHandle; 2]) {
    let (progress, mut ticks) = (Progress::new(), interval(TICK));
    loop {
        ticks.tick().await;
        let done = ends.iter().map(|stage| stage.stats().received).sum();
        progress.show(finds.stats().received, done);
    }
}

impl Progress {
    /// A bar, if the standard error is a terminal.
    pub fn new() -> Self {
        Self::drawn_on(ProgressDrawTarget::stderr())
    }

    fn drawn_on(target: ProgressDrawTarget) -> Self {
        let style =
            ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} files  {elapsed}")
                .expect("the template is fixed");
        Self(ProgressBar::with_draw_target(Some(0), target).with_style(style))
    }

    /// So many files were found, and so many of them are done with.
    pub fn show(&self, found: u64, done: u64) {
        self.0.set_length(found);
        self.0.set_position(done);
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_was_found_and_what_is_done() {
        let progress = Progress::drawn_on(ProgressDrawTarget::hidden());
        progress.show(3, 2);
        assert_eq!((progress.0.length(), progress.0.position()), (Some(3), 2));
    }
}
