//! Strongly connected components, without recursion: Tarjan's algorithm (1972) in Pearce's form (2016), which needs
//! one number for each vertex.
//!
//! It does not know what the vertices are: a transaction may stand for several, one for each state of an automaton
//! that reads the kinds of the edges (see [`cycles`](super::cycles)).

/// A graph as the search sees it.
pub(crate) trait Digraph {
    /// Vertices are numbered from zero.
    fn vertices(&self) -> usize;
    /// How many edges may leave `vertex`.
    fn degree(&self, vertex: u32) -> usize;
    /// Where edge number `index` of `vertex` leads, if it is open.
    fn follow(&self, vertex: u32, index: usize) -> Option<u32>;
}

/// Which vertices can reach one another.
pub(crate) struct Components {
    of: Vec<u32>,
    large: Vec<bool>,
}

impl Components {
    /// The component of a vertex if it has others in it: then it lies on a cycle.
    #[inline]
    pub(crate) fn large(&self, vertex: u32) -> Option<u32> {
        Some(self.of[vertex as usize]).filter(|_| self.large[vertex as usize])
    }

    /// Whether an edge from one to the other lies on a cycle.
    #[inline]
    pub(crate) fn together(&self, one: u32, other: u32) -> bool {
        self.of[one as usize] == self.of[other as usize]
    }

    /// Whether there is any cycle.
    pub(crate) fn any(&self) -> bool {
        self.large.contains(&true)
    }
}

struct Frame {
    vertex: u32,
    next: u32,
    is_root: bool,
}

/// The components of a graph without edges from a vertex to itself.
pub(crate) fn components(graph: &impl Digraph) -> Components {
    let count = graph.vertices();
    // Zero: not seen. From one up: the order of discovery, lowered to the oldest vertex reached. From `count` down:
    // the name of a finished component; those names are never below a number in use.
    let mut of = vec![0u32; count];
    let mut large = vec![false; count];
    let (mut number, mut name) = (1u32, count as u32);
    let mut frames: Vec<Frame> = Vec::new();
    let mut waiting: Vec<u32> = Vec::new();
    for start in 0..count as u32 {
        if of[start as usize] != 0 {
            continue;
        }
        of[start as usize] = number;
        number += 1;
        frames.push(Frame { vertex: start, next: 0, is_root: true });
        while let Some(frame) = frames.last_mut() {
            let vertex = frame.vertex;
            if (frame.next as usize) < graph.degree(vertex) {
                let index = frame.next as usize;
                frame.next += 1;
                let Some(to) = graph.follow(vertex, index) else { continue };
                if of[to as usize] == 0 {
                    of[to as usize] = number;
                    number += 1;
                    frames.push(Frame { vertex: to, next: 0, is_root: true });
                } else if of[to as usize] < of[vertex as usize] {
                    of[vertex as usize] = of[to as usize];
                    frame.is_root = false;
                }
                continue;
            }
            let is_root = frame.is_root;
            frames.pop();
            if is_root {
                number -= 1;
                while let Some(member) = waiting.pop_if(|member| of[*member as usize] >= of[vertex as usize])
                {
                    of[member as usize] = name;
                    large[member as usize] = true;
                    large[vertex as usize] = true;
                    number -= 1;
                }
                of[vertex as usize] = name;
                name -= 1;
            } else {
                waiting.push(vertex);
            }
            if let Some(parent) = frames.last_mut()
                && of[vertex as usize] < of[parent.vertex as usize]
            {
                of[parent.vertex as usize] = of[vertex as usize];
                parent.is_root = false;
            }
        }
    }
    Components { of, large }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stormglass_core::random::{CausalId, Draws, Purpose, Seed};

    impl Digraph for Vec<Vec<u32>> {
        fn vertices(&self) -> usize {
            self.len()
        }
        fn degree(&self, vertex: u32) -> usize {
            self[vertex as usize].len()
        }
        fn follow(&self, vertex: u32, index: usize) -> Option<u32> {
            Some(self[vertex as usize][index])
        }
    }

    /// On random graphs two vertices are together exactly if each reaches the other.
    #[test]
    fn components_are_what_reaches_one_another() {
        for seed in 0..2_000 {
            let mut draws = Draws::new(CausalId::root(Seed(seed), Purpose::Workload), Purpose::Workload);
            let count = 1 + draws.below(8) as usize;
            let mut graph = vec![Vec::new(); count];
            let mut reaches: Vec<Vec<bool>> =
                (0..count).map(|a| (0..count).map(|b| a == b).collect()).collect();
            for _ in 0..draws.below(2 * count as u64) {
                let (from, to) = (draws.below(count as u64) as usize, draws.below(count as u64) as usize);
                if from != to {
                    graph[from].push(to as u32);
                    reaches[from][to] = true;
                }
            }
            for via in 0..count {
                let onward = reaches[via].clone();
                for row in reaches.iter_mut().filter(|row| row[via]) {
                    row.iter_mut().zip(&onward).for_each(|(reached, &next)| *reached |= next);
                }
            }
            let found = components(&graph);
            let both = |from: usize, to: usize| reaches[from][to] && reaches[to][from];
            for (from, to) in (0..count).flat_map(|from| (0..count).map(move |to| (from, to))) {
                let together = found.together(from as u32, to as u32);
                assert_eq!(together, both(from, to), "{graph:?}: {from} and {to}");
            }
            for from in 0..count {
                let others = (0..count).any(|to| to != from && both(from, to));
                assert_eq!(found.large(from as u32).is_some(), others, "{graph:?}: {from}");
            }
        }
    }
}
