//! A found file comes in, its bytes and the time they took go out.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::walk::Found;

/// The largest file that is read, unless said otherwise.
pub const LIMIT: u64 = 64 << 20;

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it is.
    pub path: PathBuf,
    /// All that is in it.
    pub bytes: Vec<u8>,
    /// How long it took to open and read it.
    pub took: Duration,
}

/// Why a file could not be read.
#[derive(Debug)]
pub enum ReadError {
    /// A fifo, a device, a socket, a link or a directory: reading it might never end.
    NotRegular,
    /// More bytes than the limit.
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// What the system says.
    Io(io::Error),
}

/// Reads a regular file of at most `limit` bytes, and waits for the disk while it does.
///
/// # Errors
///
/// - [`ReadError::NotRegular`] before anything else is opened.
/// - [`ReadError::TooLarge`] before the bytes are in memory, even where the file grows under our hands.
/// - [`ReadError::Io`] for everything that the system refuses, such as a file that went away after the walk.
pub fn read_file(found: &Found, limit: u64) -> Result<Source, ReadError> {
    let began = Instant::now();
    if !fs::symlink_metadata(&found.path)?.is_file() {
        return Err(ReadError::NotRegular);
    }
    let file = File::open(&found.path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(ReadError::NotRegular);
    }
    let bytes = read_at_most(file, metadata.len(), limit)?;
    Ok(Source {
        path: found.path.clone(),
        bytes,
        took: began.elapsed(),
    })
}

/// One byte more than expected is asked for, so that a file that has grown is noticed.
fn read_at_most(file: File, expected: u64, limit: u64) -> Result<Vec<u8>, ReadError> {
    if expected > limit {
        return Err(ReadError::TooLarge { limit });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0).saturating_add(1));
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge { limit });
    }
    Ok(bytes)
}

impl ReadError {
    /// Whether another attempt may succeed: the system was short of something, or was interrupted.
    pub fn is_transient(&self) -> bool {
        let Self::Io(error) = self else { return false };
        matches!(
            error.kind(),
            io::ErrorKind::Interrupted
                | io::ErrorKind::ResourceBusy
                | io::ErrorKind::StaleNetworkFileHandle
                | io::ErrorKind::TimedOut
                | io::ErrorKind::WouldBlock
        ) || is_short_of_handles(error)
    }
}

/// `ENFILE` and `EMFILE`, which have no kind of their own.
fn is_short_of_handles(error: &io::Error) -> bool {
    cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24))
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRegular => f.write_str("not a regular file"),
            Self::TooLarge { limit } => write!(f, "larger than {limit} bytes"),
            Self::Io(error) => write!(f, "cannot be read: {error}"),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::NotRegular | Self::TooLarge { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn holds(contents: &[u8], limit: u64) -> Result<Source, ReadError> {
        let dir = TempDir::new().expect("temp dir");
        let path = dir.path().join("file");
        fs::write(&path, contents).expect("file");
        read_file(&Found { path }, limit)
    }

    #[test]
    fn gives_every_byte() {
        assert_eq!(
            holds(b"a\0\xff\n", 100).expect("readable").bytes,
            b"a\0\xff\n"
        );
        assert_eq!(holds(b"", 100).expect("readable").bytes, b"");
    }

    #[test]
    fn limit_itself_is_allowed_and_one_more_is_not() {
        assert_eq!(holds(b"12345", 5).expect("readable").bytes.len(), 5);
        assert!(matches!(
            holds(b"123456", 5),
            Err(ReadError::TooLarge { limit: 5 })
        ));
    }

    #[test]
    fn file_that_grows_past_the_limit_is_noticed() {
        let dir = TempDir::new().expect("temp dir");
        let path = dir.path().join("file");
        fs::write(&path, "123456").expect("file");
        let seen_before_it_grew = 2;
        let read = read_at_most(File::open(&path).expect("open"), seen_before_it_grew, 5);
        assert!(matches!(read, Err(ReadError::TooLarge { limit: 5 })));
    }

    #[test]
    fn file_that_went_away_is_permanent() {
        let dir = TempDir::new().expect("temp dir");
        let path = dir.path().join("file");
        fs::write(&path, "here").expect("file");
        let found = Found { path: path.clone() };
        fs::remove_file(path).expect("removed");
        let error = read_file(&found, 100).expect_err("the file is gone");
        assert!(matches!(&error, ReadError::Io(error) if error.kind() == io::ErrorKind::NotFound));
        assert!(!error.is_transient());
    }

    #[test]
    fn directory_is_not_regular() {
        let dir = TempDir::new().expect("temp dir");
        let error = read_file(
            &Found {
                path: dir.path().to_owned(),
            },
            100,
        )
        .expect_err("a directory");
        assert!(matches!(error, ReadError::NotRegular));
        assert!(!error.is_transient());
    }

    #[cfg(unix)]
    #[test]
    fn unreadable_file_is_permanent() {
        use std::os::unix::fs::PermissionsExt;

        let dir = TempDir::new().expect("temp dir");
        let path = dir.path().join("file");
        fs::write(&path, "secret").expect("file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("permissions");
        if File::open(&path).is_ok() {
            return; // the superuser reads everything
        }
        assert!(
            !read_file(&Found { path }, 100)
                .expect_err("unreadable")
                .is_transient()
        );
    }

    #[cfg(unix)]
    #[test]
    fn fifo_is_never_opened() {
        let dir = TempDir::new().expect("temp dir");
        let path = dir.path().join("fifo");
        match std::process::Command::new("mkfifo").arg(&path).status() {
            Ok(status) => assert!(status.success()),
            Err(_) => return, // no such command here
        }
        // Opening it would wait for a writer that never comes.
        assert!(matches!(
            read_file(&Found { path }, 100),
            Err(ReadError::NotRegular)
        ));
    }

    #[test]
    fn only_shortages_are_transient() {
        let transient = |error: io::Error| ReadError::Io(error).is_transient();
        assert!(transient(io::ErrorKind::Interrupted.into()));
        assert!(transient(io::ErrorKind::WouldBlock.into()));
        assert_eq!(transient(io::Error::from_raw_os_error(24)), cfg!(unix));
        assert!(!transient(io::ErrorKind::PermissionDenied.into()));
        assert!(!ReadError::TooLarge { limit: 1 }.is_transient());
    }
}
