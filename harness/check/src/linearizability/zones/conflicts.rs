//! Which keys have clusters that each come before the other, and which clusters these are.

use super::clusters::{Cluster, NEVER};
use super::{Answer, Known};

/// Finds the illegal keys; says which of their clusters contradict another one or themselves, with nothing else known of
/// them.
pub(super) fn judge<K>(clusters: &[Cluster], keys: &mut [(K, Known)], moments: usize) -> Vec<Cluster> {
    let mut zones = Zones { clusters, keys, begins: vec![NEVER; moments + 1] };
    zones.enter();
    if !zones.find_illegal() {
        return Vec::new();
    }
    zones.involved()
}

struct Zones<'a, K> {
    clusters: &'a [Cluster],
    keys: &'a mut [(K, Known)],
    /// The cluster whose zone begins at each moment, but for those that begin with the history.
    begins: Vec<u32>,
}

impl<K> Zones<'_, K> {
    /// Puts every zone where it begins.
    fn enter(&mut self) {
        for (index, cluster) in self.clusters.iter().enumerate() {
            if cluster.written != 0 && cluster.first != NEVER {
                self.begins[cluster.first.min(cluster.last) as usize] = index as u32;
            }
        }
    }

    /// The end of the zone of what each key held in the beginning.
    fn first_ends(&self) -> Vec<u32> {
        let mut ends = vec![0; self.keys.len()];
        for cluster in self.clusters.iter().filter(|cluster| cluster.written == 0) {
            ends[cluster.key as usize] = cluster.last;
        }
        ends
    }

    /// Whether there is an illegal key.
    fn find_illegal(&mut self) -> bool {
        let mut any = false;
        let mut illegal = |keys: &mut [(K, Known)], key: u32| {
            let answer = &mut keys[key as usize].1.answer;
            if *answer == Answer::Legal {
                *answer = Answer::Illegal;
                any = true;
            }
        };
        for cluster in self.clusters.iter().filter(|cluster| cluster.contradicts_itself()) {
            illegal(self.keys, cluster.key);
        }
        // The end of the last forward zone of each key.
        let mut ends = self.first_ends();
        for &index in &self.begins {
            let Some(&Cluster { key, first, last, .. }) = self.clusters.get(index as usize) else { continue };
            let end = &mut ends[key as usize];
            if first < *end {
                illegal(self.keys, key);
            }
            if first < last {
                *end = last.max(*end);
            }
        }
        any
    }

    /// The clusters of illegal keys that contradict another one or themselves.
    fn involved(&self) -> Vec<Cluster> {
        let is_illegal = |cluster: &Cluster| self.keys[cluster.key as usize].1.answer == Answer::Illegal;
        let mut involved: Vec<bool> =
            self.clusters.iter().map(|cluster| cluster.contradicts_itself() && is_illegal(cluster)).collect();
        // A zone that begins in a forward one and ends, or returns first, before the end of it.
        let mut ends = self.first_ends();
        for &index in &self.begins {
            let Some(&Cluster { key, first, last, .. }) = self.clusters.get(index as usize) else { continue };
            let end = &mut ends[key as usize];
            involved[index as usize] |= first < *end;
            if first < last {
                *end = last.max(*end);
            }
        }
        // A forward zone in which such a one begins.
        let mut firsts = vec![NEVER; self.keys.len()];
        for &index in self.begins.iter().rev() {
            let Some(&Cluster { key, first, last, .. }) = self.clusters.get(index as usize) else { continue };
            let least = &mut firsts[key as usize];
            involved[index as usize] |= first < last && *least < last;
            *least = first.min(*least);
        }
        let mut all = Vec::new();
        for (cluster, involved) in self.clusters.iter().zip(involved) {
            let begins_all = cluster.written == 0 && firsts[cluster.key as usize] < cluster.last;
            if is_illegal(cluster) && (involved || begins_all) {
                all.push(cluster.emptied());
            }
        }
        all
    }
}
