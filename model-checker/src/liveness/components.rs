//! Strongly connected parts of a graph whose steps are made when they are asked for.
//!
//! The algorithm is PEA_FIND_SCC2 of Pearce (*A Space-Efficient Algorithm for Finding Strongly Connected Components*,
//! Information Processing Letters 116, 2016, figure 4), without recursion: one number for each vertex.

use transition_system::Stop;

use crate::budget::Budget;

/// The number of a vertex that was not visited.
const NEW: u32 = 0;

/// A graph of vertices, each of which has a place in a table of numbers.
pub(super) trait Vertices {
    /// A vertex.
    type Vertex: Copy;
    /// The steps from a vertex, and how many of them were gone through.
    type Steps;
    /// The place of a vertex.
    fn place(&self, vertex: Self::Vertex) -> usize;
    /// The steps from a vertex.
    fn steps(&self, vertex: Self::Vertex) -> Self::Steps;
    /// The vertex after the next step.
    fn next(&self, steps: &mut Self::Steps) -> Option<Self::Vertex>;
}

/// The numbers of vertices: of those in complete parts, that of the part.
pub(super) struct Numbers {
    of: Vec<u32>,
    /// The number of the next part, downwards.
    part: u32,
}

impl Numbers {
    /// For so many places.
    pub(super) fn new(places: usize) -> Self {
        Self {
            of: vec![NEW; places],
            part: u32::MAX,
        }
    }

    /// Bytes for so many places, with all that a search holds.
    pub(super) fn bytes_of(places: u64) -> u64 {
        // a number, a place on the stack and one in a part, and one on the path with its steps
        places * (4 + 8 + 8 + 80)
    }

    /// Whether the vertex at a place is in the part with this number.
    pub(super) fn is_in(&self, place: usize, part: u32) -> bool {
        self.of[place] == part
    }

    /// Forgets the vertex at a place.
    pub(super) fn forget(&mut self, place: usize) {
        self.of[place] = NEW;
    }

    /// Calls `f` with each part that is reached from these vertices, each after those that it leads to: its vertices, its
    /// number, and the numbers.
    ///
    /// # Errors
    /// The budget is spent.
    pub(super) fn parts<G: Vertices>(
        &mut self,
        graph: &G,
        roots: impl Iterator<Item = G::Vertex>,
        budget: &Budget<'_>,
        mut f: impl FnMut(&[G::Vertex], u32, &Self),
    ) -> Result<(), Stop> {
        let mut stack: Vec<G::Vertex> = Vec::new();
        let mut path: Vec<(G::Vertex, G::Steps, bool)> = Vec::new();
        let mut part: Vec<G::Vertex> = Vec::new();
        let mut index = NEW;
        for root in roots {
            if self.of[graph.place(root)] != NEW {
                continue;
            }
            index += 1;
            self.of[graph.place(root)] = index;
            path.push((root, graph.steps(root), true));
            while let Some((vertex, steps, is_root)) = path.last_mut() {
                let (vertex, place) = (*vertex, graph.place(*vertex));
                if let Some(to) = graph.next(steps) {
                    let number = self.of[graph.place(to)];
                    if number == NEW {
                        budget.tick(16, 0)?;
                        index += 1;
                        self.of[graph.place(to)] = index;
                        path.push((to, graph.steps(to), true));
                    } else if number < self.of[place] {
                        self.of[place] = number;
                        *is_root = false;
                    }
                    continue;
                }
                let is_root = *is_root;
                path.pop();
                if is_root {
                    part.clear();
                    part.push(vertex);
                    while let Some(other) = stack.pop_if(|o| self.of[graph.place(*o)] >= self.of[place]) {
                        self.of[graph.place(other)] = self.part;
                        part.push(other);
                    }
                    self.of[place] = self.part;
                    index -= part.len() as u32;
                    f(&part, self.part, self);
                    self.part -= 1;
                } else {
                    stack.push(vertex);
                }
                if let Some((above, _, above_is_root)) = path.last_mut() {
                    let (number, above) = (self.of[place], graph.place(*above));
                    if number < self.of[above] {
                        self.of[above] = number;
                        *above_is_root = false;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    struct Lists(Vec<Vec<u32>>);

    impl Vertices for Lists {
        type Vertex = u32;
        type Steps = (u32, usize);
        fn place(&self, vertex: u32) -> usize {
            vertex as usize
        }
        fn steps(&self, vertex: u32) -> (u32, usize) {
            (vertex, 0)
        }
        fn next(&self, (vertex, at): &mut (u32, usize)) -> Option<u32> {
            *at += 1;
            self.0[*vertex as usize].get(*at - 1).copied()
        }
    }

    #[test]
    fn parts_are_those_that_reach_each_other() {
        let mut seed = 1u64;
        for _ in 0..3000 {
            let mut below = |n: u64| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (seed >> 33) % n
            };
            let n = 1 + below(9) as usize;
            let mut graph = Lists(vec![Vec::new(); n]);
            for _ in 0..below(20) {
                let (a, b) = (below(n as u64), below(n as u64));
                graph.0[a as usize].push(b as u32);
            }
            let mut reach = vec![vec![false; n]; n];
            for (a, list) in graph.0.iter().enumerate() {
                reach[a][a] = true;
                list.iter().for_each(|b| reach[a][*b as usize] = true);
            }
            for k in 0..n {
                for a in 0..n {
                    for b in 0..n {
                        reach[a][b] |= reach[a][k] && reach[k][b];
                    }
                }
            }
            let mut seen = vec![false; n];
            let mut numbers = Numbers::new(n);
            let all = 0..n as u32;
            let check = |part: &[u32], number: u32, numbers: &Numbers| {
                for (a, row) in reach.iter().enumerate() {
                    let first = part[0] as usize;
                    let inside = row[first] && reach[first][a];
                    assert_eq!(part.contains(&(a as u32)), inside);
                    assert_eq!(numbers.is_in(a, number), inside);
                }
                part.iter()
                    .for_each(|v| assert!(!std::mem::replace(&mut seen[*v as usize], true)));
            };
            numbers.parts(&graph, all, &Budget::default(), check).unwrap();
            assert!(seen.iter().all(|s| *s));
        }
    }
}
