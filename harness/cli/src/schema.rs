//! `schema`: the JSON Schema of scenario files.

use std::io::Write;

use crate::exit::{Ending, Mistake};

/// Prints it.
///
/// # Errors
/// If nobody reads it.
pub fn schema(out: &mut dyn Write) -> Result<Ending, Mistake> {
    write!(out, "{}", stormglass_plan::schema::text())
        .map_err(|error| Mistake::new(format!("the schema cannot be printed: {error}")))?;
    Ok(Ending::Ok)
}
