//! Stormglass's results for people: pages, tables, timelines.
