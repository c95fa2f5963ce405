//! The planted bugs of backups. `grep` for the variant: each stands in one line beside what is right.

stormglass_core::bugs! {
    /// The ways in which backups can be wrong.
    pub enum BackupBug {
        /// A backup counts before it is there.
        ManifestFirst {
            name: "manifest-first",
            defect: "the manifest is written before the parts that it stands for",
            mirrors: "backups that are listed as soon as they are begun",
            schedule: "the disk is lost while a backup is under way, and what is restored is half of one",
            caught_by: ["availability"],
        },
        /// The newest backup is looked for by name.
        NewestByName {
            name: "newest-by-name",
            defect: "the newest backup is the last by name, so 9 is newer than 10",
            mirrors: "a restore script that sorts with ls and takes the last line",
            schedule: "the disk is lost after the tenth backup",
            caught_by: ["availability"],
        },
        /// A backup misses what is written while it is made.
        FuzzySnapshot {
            name: "fuzzy-snapshot",
            defect: "a backup reads the live state part by part, and increments begin where it ends",
            mirrors: "a dump without a consistent snapshot, and a log that begins after it",
            schedule: "a key is written after its part was read and before the backup is complete, and then the disk is lost",
            caught_by: ["availability"],
        },
    }
}
