//! Says why madsim is missing, where a build without its flag would only show that it is.

fn main() {
    println!("cargo::rerun-if-env-changed=CARGO_ENCODED_RUSTFLAGS");
    if std::env::var_os("CARGO_CFG_MADSIM").is_some() {
        return;
    }
    // Cargo hands the flags that count to build scripts in this form alone.
    let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default().replace('\x1f', " ");
    let cause = if flags.is_empty() {
        "No flags are set: run cargo inside harness/engines, whose .cargo/config.toml has them, and with no environment \
         variable RUSTFLAGS: an empty one hides that file, too"
            .to_owned()
    } else {
        format!(
            "The flags are `{flags}`: an environment variable RUSTFLAGS, or another .cargo/config.toml, hides \
             harness/engines/.cargo/config.toml. Unset it, or add `--cfg madsim --cfg tokio_unstable` to it"
        )
    };
    println!("cargo::warning=built without `--cfg madsim`, so this engine will refuse every run. {cause}");
}
