//! One JSON object a line, each a record of the trace with its names: for scripts.

use std::io::{self, Write};

use stormglass_core::trace::Trace;

/// Writes the records, a line each.
///
/// # Errors
/// If `out` takes no more.
pub fn json_lines(trace: &Trace, out: &mut dyn Write) -> io::Result<()> {
    for record in &trace.records {
        serde_json::to_writer(&mut *out, record)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
