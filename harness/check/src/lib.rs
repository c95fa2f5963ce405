//! Stormglass's judges: from a history to a verdict, pure and usable alone.
