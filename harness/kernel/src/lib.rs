//! The deterministic world in which Stormglass runs a plan.
