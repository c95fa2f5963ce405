//! Says why madsim is missing, where a build without its flag would only show that it is.

fn main() {
    println!("cargo::rerun-if-env-changed=RUSTFLAGS");
    println!("cargo::rerun-if-env-changed=CARGO_ENCODED_RUSTFLAGS");
    if std::env::var_os("CARGO_CFG_MADSIM").is_some() {
        return;
    }
    let cause = match std::env::var_os("RUSTFLAGS") {
        Some(_) => {
            "RUSTFLAGS is set and hides harness/engines/.cargo/config.toml: unset it, or add `--cfg madsim` to it"
        }
        None => "harness/engines/.cargo/config.toml does not apply: run cargo inside harness/engines",
    };
    println!("cargo::warning=built without `--cfg madsim`, so this engine will refuse every run. {cause}");
}
