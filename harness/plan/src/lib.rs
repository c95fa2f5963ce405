//! Scenarios, workloads, nemeses and plans: what to try, and exactly what will happen for one seed.
