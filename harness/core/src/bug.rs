//! Planted bugs: deliberate, documented defects that show that a judge can find what it is there to find.
//!
//! A system declares its bugs once, with [`bugs!`](crate::bugs), beside its code. A scenario plants one with
//! `bug = "name"`; with none planted the system is its own correct twin.

use serde::Serialize;

/// What a person reads about a planted bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Bug {
    /// What a scenario calls it: `vote-not-durable`.
    pub name: &'static str,
    /// The defect in one line.
    pub defect: &'static str,
    /// The real incident, defect or paper that it mirrors.
    pub mirrors: &'static str,
    /// What has to happen for it to show.
    pub schedule: &'static str,
    /// The checks, any of which should name it.
    pub caught_by: &'static [&'static str],
}

/// Declares the bugs of a system: an enum for the code, and a table for people.
///
/// ```
/// stormglass_core::bugs! {
///     /// The ways in which this lock can be wrong.
///     pub enum LockBug {
///         /// The holder is forgotten at a restart.
///         ForgetHolder {
///             name: "forget-holder",
///             defect: "the holder is kept in memory only",
///             mirrors: "a lock server that lost its leases when it was restarted",
///             schedule: "acquire, crash, restart, acquire by another",
///             caught_by: ["mutual-exclusion"],
///         }
///     }
/// }
///
/// assert_eq!(LockBug::named("forget-holder"), Some(LockBug::ForgetHolder));
/// assert_eq!(LockBug::TABLE[0].caught_by, ["mutual-exclusion"]);
/// ```
#[macro_export]
macro_rules! bugs {
    (
        $(#[$about:meta])*
        pub enum $Enum:ident {
            $(
                $(#[$doc:meta])*
                $Variant:ident {
                    name: $name:literal,
                    defect: $defect:literal,
                    mirrors: $mirrors:literal,
                    schedule: $schedule:literal,
                    caught_by: [$($check:literal),+ $(,)?] $(,)?
                }
            ),+ $(,)?
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $Enum { $( $(#[$doc])* $Variant ),+ }

        impl $Enum {
            /// What people read about each bug, in the order of the enum.
            pub const TABLE: &'static [$crate::bug::Bug] = &[ $( $crate::bug::Bug {
                name: $name,
                defect: $defect,
                mirrors: $mirrors,
                schedule: $schedule,
                caught_by: &[$($check),+],
            } ),+ ];

            /// The bug of this name.
            pub fn named(name: &str) -> Option<$Enum> {
                match name { $( $name => Some($Enum::$Variant), )+ _ => None }
            }
        }
    };
}
