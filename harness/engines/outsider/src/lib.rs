//! A crate as its users write it: everything is in its tests, as the README shows it.
