//! Providers in a handler's place.

use super::support::*;
