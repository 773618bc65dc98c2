//! What is known of a backend beside its name.

use std::collections::BTreeMap;

/// The version and the labels of a backend.
///
/// ```
/// use electrician::provider::Metadata;
///
/// let metadata = Metadata::version("2.1").label("region", "eu");
/// assert_eq!(metadata.labels["region"], "eu");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Metadata {
    /// Its version, where it has one.
    pub version: Option<String>,
    /// Whatever else is worth knowing, by name.
    pub labels: BTreeMap<String, String>,
}

impl Metadata {
    /// That of a version, without labels.
    #[must_use]
    pub fn version(version: impl Into<String>) -> Self {
        Self {
            version: Some(version.into()),
            labels: BTreeMap::new(),
        }
    }

    /// With one label more; a label of the same name is replaced.
    #[must_use]
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.insert(name.into(), value.into());
        self
    }
}
