//! The operations on each value of each key, and where they are found again.
//!
//! It knows values and moments, not what makes them illegal.

use stormglass_core::random::mix;

use crate::table::Table;

/// Stands for a moment after all others.
pub(crate) const NEVER: u32 = u32::MAX;

/// The operations on one value of one key.
#[derive(Clone, Copy)]
pub(crate) struct Cluster {
    /// The value; zero for what was there in the beginning.
    value: u64,
    pub(crate) key: u32,
    /// When its write was invoked.
    pub(crate) written: u32,
    /// The first return.
    pub(crate) first: u32,
    /// The last invocation of an operation that happened.
    pub(crate) last: u32,
}

impl Cluster {
    fn new(key: u32, value: Option<u64>) -> Cluster {
        // The first value was there before everything.
        let (written, first) = if value.is_none() { (0, 0) } else { (NEVER, NEVER) };
        Cluster { value: value.unwrap_or(0), key, written, first, last: 0 }
    }

    /// Nothing known but key and value.
    pub(crate) fn emptied(&self) -> Cluster {
        Cluster::new(self.key, self.value())
    }

    /// Whether a read returned before the write was invoked, or there is no write.
    #[inline]
    pub(crate) fn contradicts_itself(&self) -> bool {
        self.first < self.written
    }

    /// The value, or nothing for what was there before everything.
    #[inline]
    pub(crate) fn value(&self) -> Option<u64> {
        (self.written != 0).then_some(self.value)
    }
}

/// Clusters by key and value.
pub(crate) struct Clusters {
    /// All of them, in order of first use.
    pub(crate) all: Vec<Cluster>,
    table: Table,
    scatter: Scatter,
    /// How many other clusters were in the way of those looked for.
    detours: usize,
}

/// Where a cluster is looked for first.
///
/// Histories are used in order, and values are mostly counted up: then neighbouring values have neighbouring places, and
/// one line of the cache holds what is used together. Where that makes many meet in one place, as when every key has the
/// values from one up, places are mixed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scatter {
    Near,
    Mixed,
}

impl Scatter {
    #[inline]
    fn place(self, key: u32, value: Option<u64>) -> u64 {
        match (self, value) {
            (_, None) => mix(u64::from(key) + 1, 0),
            (Scatter::Near, Some(value)) => value,
            (Scatter::Mixed, Some(value)) => mix(u64::from(key) + 1, (value >> 4) + 1) << 4 | value & 15,
        }
    }
}

impl Clusters {
    pub(crate) fn new() -> Clusters {
        Clusters { all: Vec::new(), table: Table::new(0), scatter: Scatter::Near, detours: 0 }
    }

    /// These clusters, of different values.
    pub(crate) fn of_all(all: Vec<Cluster>) -> Clusters {
        let mut table = Table::new(all.len());
        for (number, cluster) in all.iter().enumerate() {
            let place = Scatter::Mixed.place(cluster.key, cluster.value());
            table.find_or_insert(place, number as u32, |_| false);
        }
        Clusters { all, table, scatter: Scatter::Mixed, detours: 0 }
    }

    /// The cluster of a value, which may be new.
    #[inline]
    pub(crate) fn of(&mut self, key: u32, value: Option<u64>) -> &mut Cluster {
        let Clusters { all, table, scatter, detours } = self;
        let place = |known: u32| scatter.place(all[known as usize].key, all[known as usize].value());
        table.reserve(all.len(), place);
        let fresh = all.len() as u32;
        let (known, detour) = table.find_or_insert_after(scatter.place(key, value), fresh, |known| {
            let cluster = &all[known as usize];
            cluster.value() == value && cluster.key == key
        });
        if known == fresh {
            all.push(Cluster::new(key, value));
        }
        if detour > 0 {
            *detours += detour;
            if *scatter == Scatter::Near && *detours > 2 * all.len() + 64 {
                self.mix();
            }
        }
        &mut self.all[known as usize]
    }

    /// The number of the cluster of a value.
    #[inline]
    pub(crate) fn number(&self, key: u32, value: Option<u64>) -> Option<u32> {
        self.table.find(self.scatter.place(key, value), |known| {
            let cluster = &self.all[known as usize];
            cluster.value() == value && cluster.key == key
        })
    }

    #[cold]
    fn mix(&mut self) {
        *self = Clusters::of_all(std::mem::take(&mut self.all));
    }
}
