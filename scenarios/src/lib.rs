//! The shipped scenarios, their tests, and the stormglass binary.
