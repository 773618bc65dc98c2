//! A name and a configuration come in, a backend goes out, or what is wrong with the two.

use super::BoxError;
use std::{collections::BTreeMap, error::Error, fmt};

type Factory<T, C> = Box<dyn Fn(C) -> Result<T, Wrong> + Send + Sync>;

/// Which of the two a factory could not do.
enum Wrong {
    #[cfg(feature = "serde")]
    Config(BoxError),
    Make(BoxError),
}

/// Factories of one kind of backend, by name.
///
/// Use it where a configuration says which kind of backend there is: `http` here, `file` in a test. Where the program knows,
/// call the constructor. It makes and keeps nothing: a [`Manager`](super::Manager) initialises, serves and closes what it makes.
///
/// `T` is what they make: a type, or an erased one such as [`DynRequestResponse`](super::DynRequestResponse), so that every
/// factory may make another. `C` is what they are configured with: a type of the program's own, or, with the feature
/// `serde`, any format's value, of which each factory reads a configuration of its own type.
///
/// # Examples
///
/// ```
/// use electrician::provider::{DynRequestResponse, Registry, RequestResponse, from_fn};
/// use std::{convert::Infallible, sync::Arc};
///
/// type Adder = DynRequestResponse<u32, u32, Infallible>;
///
/// let mut adders: Registry<Adder, u32> = Registry::new();
/// adders.register("fixed", |by| {
///     let adder: Adder = Arc::new(from_fn("fixed", move |n: u32| async move { Ok(n + by) }));
///     Ok::<_, Infallible>(adder)
/// });
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(async {
/// assert_eq!(adders.create("fixed", 3).unwrap().call(4).await, Ok(7));
/// # });
/// let unknown = adders.create("fixd", 3).err().unwrap();
/// assert_eq!(unknown.to_string(), "there is no factory `fixd`; did you mean `fixed`? known: `fixed`");
/// ```
pub struct Registry<T, C> {
    factories: BTreeMap<String, Factory<T, C>>,
}

/// A backend was not made.
#[derive(Debug)]
pub enum CreateError {
    /// There is no factory of this name.
    Unknown {
        /// The name.
        name: String,
        /// The names that there are, in order.
        known: Vec<String>,
    },
    /// The configuration cannot be read: a factory of `Registry::configured` alone says so.
    Config {
        /// The factory.
        name: String,
        /// What is wrong with it.
        source: BoxError,
    },
    /// The factory could not make it.
    Make {
        /// The factory.
        name: String,
        /// Its error.
        source: BoxError,
    },
}

impl<T, C> Registry<T, C> {
    /// A registry without factories.
    pub fn new() -> Self {
        Self {
            factories: BTreeMap::new(),
        }
    }

    /// Names a factory. Says whether there was one of this name, which is replaced.
    pub fn register<E: Into<BoxError>>(
        &mut self,
        name: impl Into<String>,
        make: impl Fn(C) -> Result<T, E> + Send + Sync + 'static,
    ) -> bool {
        let factory = move |config| make(config).map_err(|error| Wrong::Make(error.into()));
        self.factories
            .insert(name.into(), Box::new(factory))
            .is_some()
    }

    /// Names a factory that reads a configuration of its own type: `C` is a value of any format, `serde_json::Value`,
    /// `toml::Value`. Says whether there was one of this name, which is replaced.
    ///
    /// ```
    /// use electrician::provider::Registry;
    /// use std::convert::Infallible;
    ///
    /// #[derive(serde::Deserialize)]
    /// #[serde(deny_unknown_fields)]
    /// struct Gateway { url: String }
    ///
    /// let mut gateways: Registry<String, serde_json::Value> = Registry::new();
    /// gateways.configured("http", |gateway: Gateway| Ok::<_, Infallible>(gateway.url));
    ///
    /// let config = serde_json::json!({ "url": "http://localhost" });
    /// assert_eq!(gateways.create("http", config).unwrap(), "http://localhost");
    ///
    /// let wrong = gateways.create("http", serde_json::json!({ "uri": "" })).unwrap_err();
    /// assert_eq!(
    ///     wrong.to_string(),
    ///     "the configuration of `http` is wrong: unknown field `uri`, expected `url`"
    /// );
    /// ```
    #[cfg(feature = "serde")]
    pub fn configured<Config, E>(
        &mut self,
        name: impl Into<String>,
        make: impl Fn(Config) -> Result<T, E> + Send + Sync + 'static,
    ) -> bool
    where
        C: for<'de> serde::Deserializer<'de, Error: Error + Send + Sync + 'static>,
        Config: serde::de::DeserializeOwned,
        E: Into<BoxError>,
    {
        let factory = move |config| {
            let config =
                Config::deserialize(config).map_err(|error| Wrong::Config(Box::new(error)))?;
            make(config).map_err(|error| Wrong::Make(error.into()))
        };
        self.factories
            .insert(name.into(), Box::new(factory))
            .is_some()
    }

    /// Makes a backend. It is not initialised.
    ///
    /// # Errors
    ///
    /// [`CreateError`], if there is no such factory, or if it cannot make one of this configuration.
    pub fn create(&self, name: &str, config: C) -> Result<T, CreateError> {
        let called = name.to_owned();
        let Some(make) = self.factories.get(name) else {
            return Err(CreateError::Unknown {
                name: called,
                known: self.names().map(str::to_owned).collect(),
            });
        };
        make(config).map_err(|wrong| match wrong {
            #[cfg(feature = "serde")]
            Wrong::Config(source) => CreateError::Config {
                name: called,
                source,
            },
            Wrong::Make(source) => CreateError::Make {
                name: called,
                source,
            },
        })
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.factories.keys().map(String::as_str)
    }
}

impl<T, C> Default for Registry<T, C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, C> fmt::Debug for Registry<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Registry")
            .field(&self.factories.keys())
            .finish()
    }
}

impl fmt::Display for CreateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, known } => {
                write!(f, "there is no factory `{name}`")?;
                if known.is_empty() {
                    return f.write_str("; none is known");
                }
                match nearest(name, known) {
                    Some(meant) => write!(f, "; did you mean `{meant}`? known: {}", list(known)),
                    None => write!(f, "; known: {}", list(known)),
                }
            }
            Self::Config { name, source } => {
                write!(f, "the configuration of `{name}` is wrong: {source}")
            }
            Self::Make { name, source } => write!(f, "`{name}` could not be made: {source}"),
        }
    }
}

impl Error for CreateError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unknown { .. } => None,
            Self::Config { source, .. } | Self::Make { source, .. } => Some(&**source),
        }
    }
}

fn list(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// The known name that is like this one: at most a third of it differs.
fn nearest<'k>(name: &str, known: &'k [String]) -> Option<&'k str> {
    let near = known
        .iter()
        .map(|candidate| (distance(name, candidate), candidate));
    let near = near.filter(|(distance, candidate)| distance * 3 <= candidate.len().max(3));
    near.min().map(|(_, candidate)| candidate.as_str())
}

/// The letters that have to be added, taken away or replaced (V. Levenshtein, 1966).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (place, compared) in other.chars().enumerate() {
            let replaced = diagonal + usize::from(letter != compared);
            diagonal = row[place + 1];
            row[place + 1] = replaced.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str]) -> Registry<u32, u32> {
        let mut registry = Registry::default();
        for name in names {
            registry.register(*name, |n: u32| u32::try_from(i64::from(n) - 1));
        }
        registry
    }

    fn refused(names: &[&str], name: &str, config: u32) -> String {
        named(names).create(name, config).unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        for (name, said) in [
            (
                "htp",
                "there is no factory `htp`; did you mean `http`? known: `grpc`, `http`",
            ),
            (
                "http2",
                "there is no factory `http2`; did you mean `http`? known: `grpc`, `http`",
            ),
            (
                "carrier pigeon",
                "there is no factory `carrier pigeon`; known: `grpc`, `http`",
            ),
        ] {
            assert_eq!(refused(&["http", "grpc"], name, 1), said);
        }
        assert_eq!(
            refused(&[], "http", 1),
            "there is no factory `http`; none is known"
        );
    }

    #[test]
    fn what_a_factory_says_comes_with_its_name() {
        assert_eq!(named(&["http"]).create("http", 8).unwrap(), 7);
        assert!(
            refused(&["http"], "http", 0).starts_with("`http` could not be made: out of range")
        );
    }

    #[test]
    fn a_factory_that_is_named_again_replaces_the_other() {
        let mut registry = named(&["http"]);
        assert!(registry.register("http", Ok::<_, BoxError>));
        assert!(!registry.register("grpc", Ok::<_, BoxError>));
        assert_eq!(registry.create("http", 8).unwrap(), 8);
        assert!(registry.names().eq(["grpc", "http"]));
    }

    #[test]
    fn letters_that_differ_are_counted() {
        for (one, other, differ) in [
            ("", "", 0),
            ("a", "", 1),
            ("kitten", "sitting", 3),
            ("grüße", "grüsse", 2),
        ] {
            assert_eq!(distance(one, other), differ);
            assert_eq!(distance(other, one), differ);
        }
    }
}
