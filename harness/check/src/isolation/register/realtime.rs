//! What real time says about the order of versions, for the levels in which it counts.
//!
//! If a member of one block was complete before a member of another was invoked, then the first block comes first; or
//! else there is a cycle with at most one rw edge that real time closes. (For a single key these are the clusters and
//! zones of Gibbons and Korach, 1997.) Then all members of the first block come before the root of the other.
//!
//! ```text
//! blocks by first completion   A   B   C   D
//!                              │   │   │   │       what each block is before: all blocks that a member of was
//! points                       a ─▶b ─▶c ─▶d       invoked after its first completion
//!                                  └──▶ root of E, a member of which was invoked after B's first completion
//! ```

use super::Registers;
use super::blocks::Block;
use crate::isolation::graph::{Kind, Links};

impl Registers<'_> {
    pub(super) fn add_realtime_versions(&self, links: &mut Links) {
        for blocks in self.blocks.all.chunk_by(|one, other| one.key == other.key) {
            let mut rooted: Vec<Block> =
                blocks.iter().filter(|block| block.root.is_some()).copied().collect();
            if rooted.len() > 1 {
                rooted.sort_unstable_by_key(|block| block.first_completed);
                self.add_key(&rooted, links);
            }
        }
    }

    fn add_key(&self, blocks: &[Block], links: &mut Links) {
        let mut points: Vec<u32> = Vec::with_capacity(blocks.len());
        for block in blocks {
            let point = links.point();
            self.add_members(block, point, links);
            if let Some(&before) = points.last() {
                links.add(before, point, Kind::Onward);
            }
            points.push(point);
        }
        for (own, block) in blocks.iter().enumerate() {
            let Some(root) = block.root else { continue };
            let before = blocks.partition_point(|other| other.first_completed.0 < block.last_invoked.0);
            if let Some(nearest) = before.min(own).checked_sub(1) {
                links.add(points[nearest], root, Kind::Onward);
            }
            for other in blocks[..before].iter().skip(own + 1) {
                self.add_members(other, root, links);
                if block.first_completed.0 < other.last_invoked.0 {
                    // Each comes before the other: that is one violation, and it is enough.
                    break;
                }
            }
        }
    }

    fn add_members(&self, block: &Block, to: u32, links: &mut Links) {
        for member in self.blocks.members(block) {
            let kind = if member.is_writer { Kind::WriteWriteRealtime } else { Kind::ReadWriteRealtime };
            links.add(member.transaction, to, kind);
        }
    }

    /// The blocks by which real time puts `from` before `to`: one of its members was complete before one of the other's
    /// was invoked.
    pub(super) fn blocks_in_realtime(&self, from: u32, to: u32) -> Option<(&Block, &Block)> {
        self.writes_of(to).iter().find_map(|write| {
            let blocks = self.blocks.of(write.key);
            let later = blocks.iter().find(|block| block.root == Some(to))?;
            let is_member =
                |block: &&Block| self.blocks.members(block).iter().any(|member| member.transaction == from);
            let earlier = blocks.iter().find(is_member)?;
            (earlier.first_completed.0 < later.last_invoked.0 && earlier.root != later.root)
                .then_some((earlier, later))
        })
    }
}
