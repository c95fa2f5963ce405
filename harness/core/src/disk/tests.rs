//! What survives what.

use super::*;
use crate::random::{CausalId, Purpose, Seed};

fn draws(seed: u64) -> Draws {
    Draws::new(CausalId::root(Seed(seed), Purpose::Disk), Purpose::Disk)
}

fn disk_with(name: &str) -> (Disk, FileId) {
    let mut disk = Disk::new();
    let (file, _) = disk.open(name).unwrap();
    let sync = disk.begin_sync(SyncTarget::Directory);
    assert_eq!(disk.finish_sync(sync, SyncFate::Durable), Some(Ok(())));
    (disk, file)
}

/// Reads see a write at once; a crash leaves it only if a sync that began after it had completed.
#[test]
fn only_a_completed_sync_survives_a_crash() {
    let (mut disk, file) = disk_with("log");
    disk.write(file, 0, b"one").unwrap();
    let sync = disk.begin_sync(SyncTarget::File(file));
    disk.write(file, 3, b"two").unwrap();
    assert_eq!(disk.read(file).unwrap(), b"onetwo");
    assert_eq!(disk.durable("log"), Some(&b""[..]), "the sync has begun, not completed");
    disk.finish_sync(sync, SyncFate::Durable);
    assert_eq!(disk.durable("log"), Some(&b"one"[..]), "what came after the sync began is not covered");
    let damage = disk.crash(CrashLoss::Everything, &mut draws(1));
    assert_eq!(damage.bytes_lost, 3);
    assert_eq!(disk.read(file).unwrap(), b"one");
    assert_eq!(disk.finish_sync(sync, SyncFate::Durable), None, "a crash forgets open syncs");
}

/// A power loss keeps whole sectors only, any subset of them, and over many crashes every kind of subset.
#[test]
fn a_torn_write_keeps_an_arbitrary_subset_of_sectors() {
    let mut seen = [false; 8];
    for seed in 0..200 {
        let (mut disk, file) = disk_with("log");
        disk.write(file, 0, &[7; 3 * SECTOR]).unwrap();
        disk.crash(CrashLoss::Sectors(Ratio::from_percent(50)), &mut draws(seed));
        let content = disk.read(file).unwrap();
        let sector = |index: usize| content.get(index * SECTOR..(index + 1) * SECTOR);
        let kept = (0..3).map(|index| match sector(index) {
            None => 0,
            Some(bytes) if bytes.iter().all(|&byte| byte == 0) => 0,
            Some(bytes) => {
                assert!(bytes.iter().all(|&byte| byte == 7), "a sector tore");
                1 << index
            }
        });
        seen[kept.sum::<usize>()] = true;
    }
    assert_eq!(seen, [true; 8]);
}

/// A failed sync drops the covered writes: a later sync reports success and still does not save them.
#[test]
fn a_failed_sync_loses_its_writes_for_good() {
    let (mut disk, file) = disk_with("log");
    disk.write(file, 0, b"gone").unwrap();
    let first = disk.begin_sync(SyncTarget::File(file));
    assert_eq!(disk.finish_sync(first, SyncFate::Failed), Some(Err(DiskError::Io)));
    let second = disk.begin_sync(SyncTarget::File(file));
    assert_eq!(disk.finish_sync(second, SyncFate::Durable), Some(Ok(())));
    assert_eq!(disk.read(file).unwrap(), b"gone");
    disk.crash(CrashLoss::Everything, &mut draws(1));
    assert_eq!(disk.read(file).unwrap(), b"");
}

/// A rename is durable only after a sync of the directory, and then replaces the old file whole.
#[test]
fn names_are_durable_only_after_a_directory_sync() {
    let (mut disk, old) = disk_with("state");
    disk.write(old, 0, b"old").unwrap();
    let (new, _) = disk.open("state.new").unwrap();
    disk.write(new, 0, b"new").unwrap();
    for file in [old, new] {
        let sync = disk.begin_sync(SyncTarget::File(file));
        disk.finish_sync(sync, SyncFate::Durable);
    }
    disk.rename("state.new", "state").unwrap();
    assert_eq!(disk.cached("state"), Some(&b"new"[..]));
    let mut lost = disk.clone();
    lost.crash(CrashLoss::Everything, &mut draws(1));
    assert_eq!(lost.cached("state"), Some(&b"old"[..]));
    let sync = disk.begin_sync(SyncTarget::Directory);
    disk.finish_sync(sync, SyncFate::Durable);
    disk.crash(CrashLoss::Everything, &mut draws(1));
    assert_eq!(disk.cached("state"), Some(&b"new"[..]));
    assert_eq!(disk.rename("absent", "x"), Err(DiskError::NotFound));
}

/// A crash in the middle of a step takes back exactly the changes from the mark on.
#[test]
fn a_cut_takes_back_what_came_after() {
    let (mut disk, file) = disk_with("log");
    disk.write(file, 0, b"before").unwrap();
    let mark = disk.write(file, 6, b"after").unwrap();
    disk.cut(mark);
    disk.crash(CrashLoss::Nothing, &mut draws(1));
    assert_eq!(disk.read(file).unwrap(), b"before");
}

fn ailing(malady: Malady) -> Ailment {
    Ailment::new(1, CausalId::root(Seed(9), Purpose::Disk), malady)
}

/// A lie reports success and saves nothing: a loss of power takes it, an honest sync before that does not let it.
#[test]
fn a_lying_sync_saves_nothing_until_an_honest_one() {
    for honest in [false, true] {
        let (mut disk, file) = disk_with("log");
        disk.write(file, 0, b"kept?").unwrap();
        let sync = disk.begin_sync(SyncTarget::File(file));
        assert_eq!(disk.finish_sync(sync, SyncFate::Lied), Some(Ok(())));
        assert_eq!(disk.durable("log"), Some(&b""[..]));
        if honest {
            let sync = disk.begin_sync(SyncTarget::File(file));
            disk.finish_sync(sync, SyncFate::Durable);
        }
        disk.crash(CrashLoss::Everything, &mut draws(1));
        assert_eq!(disk.read(file).unwrap(), if honest { &b"kept?"[..] } else { b"" });
    }
}

/// A write that goes astray never lands where it should, however small the file; readers see it only cold.
#[test]
fn a_misdirected_write_lands_in_another_sector() {
    for sectors in [0, 1, 3] {
        let (mut disk, file) = disk_with("log");
        disk.write(file, 0, &vec![1; sectors * SECTOR]).unwrap();
        let sync = disk.begin_sync(SyncTarget::File(file));
        disk.finish_sync(sync, SyncFate::Durable);
        disk.afflict(ailing(Malady::Astray(Ratio::ONE)));
        disk.write(file, 8, &[2; 16]).unwrap();
        assert_eq!(disk.cached("log").unwrap()[8..24], [2; 16]);
        assert_eq!(disk.cure(1), 1);
        disk.crash(CrashLoss::Nothing, &mut draws(1));
        let found = disk.read(file).unwrap();
        let strays: Vec<usize> = (0..found.len()).filter(|&at| found[at] == 2).collect();
        assert_eq!(strays.len(), 16, "it has landed whole");
        assert!(strays[0] >= SECTOR && strays[0] % SECTOR == 8, "at {} of {sectors} sectors", strays[0]);
    }
}

/// Rot is in what is durable: readers see it only when the cache is cold, and exactly so many bits are wrong.
#[test]
fn rot_shows_when_the_cache_is_cold() {
    let (mut disk, file) = disk_with("log");
    assert_eq!(disk.rot(3, &mut draws(1)), 0, "there is nothing to rot");
    disk.write(file, 0, &[0; 64]).unwrap();
    let sync = disk.begin_sync(SyncTarget::File(file));
    disk.finish_sync(sync, SyncFate::Durable);
    assert_eq!(disk.rot(3, &mut draws(1)), 3);
    assert_eq!(disk.read(file).unwrap(), [0; 64]);
    disk.crash(CrashLoss::Everything, &mut draws(1));
    assert_eq!(disk.read(file).unwrap().iter().map(|byte| byte.count_ones()).sum::<u32>(), 3);
}

/// What is full takes nothing that grows it, and all else; what cannot be read can be written.
#[test]
fn a_full_or_unreadable_disk_refuses_only_that() {
    let (mut disk, file) = disk_with("log");
    disk.write(file, 0, b"old").unwrap();
    disk.afflict(ailing(Malady::Full));
    assert_eq!(disk.write(file, 1, b"new").map(|_| ()), Err(DiskError::Full));
    assert_eq!(disk.set_len(file, 4).map(|_| ()), Err(DiskError::Full));
    assert_eq!(disk.open("other").map(|_| ()), Err(DiskError::Full));
    assert!(disk.write(file, 0, b"new").is_ok() && disk.set_len(file, 2).is_ok());
    assert_eq!(disk.cure(1), 3, "three accesses were refused");
    disk.afflict(ailing(Malady::Unreadable(Ratio::ONE)));
    assert_eq!(disk.read(file).map(|_| ()), Err(DiskError::Io));
    assert!(disk.write(file, 2, b"!").is_ok());
    assert_eq!((disk.cure(1), disk.read(file)), (1, Ok(&b"ne!"[..])));
}
