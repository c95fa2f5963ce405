//! Many seeds, one seed again, and whether a seed is really deterministic.
