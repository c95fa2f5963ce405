# The recipes of Stormglass. `just` alone lists them.

# Lists the recipes.
default:
    @just --list --unsorted

# Runs the shipped tour, or the named scenarios: `just run raft/storm --seeds 1000`.
run *arguments:
    cargo run --release -- run {{arguments}}

# Passes all tests, as CI does.
test *arguments:
    cargo test --workspace {{arguments}}

# Runs many seeds of one scenario: `just sweep raft/storm 20000`.
sweep scenario="raft/storm" seeds="20000":
    cargo run --release -- run {{scenario}} --seeds {{seeds}}

# Runs one seed again and shows what happened: `just replay raft/storm 117`.
replay scenario seed *arguments:
    cargo run --release -- replay {{scenario}} --seed {{seed}} {{arguments}}

# Hunts every planted bug from ten base seeds and prints the table of seeds to first detection.
zoo *arguments:
    cargo run --release -- zoo {{arguments}}

# Writes that table into the documentation.
zoo-docs:
    (echo '# The zoo: seeds to first detection'; echo; echo 'Made by `just zoo-docs`: ten hunts a bug, each from a base seed of its own, of at most 5,000 seeds.'; echo; echo '```text'; cargo run -q --release -- zoo --limit 5000; echo '```') > scenarios/ZOO.md

# Finds every planted bug once, makes what was found small, and prints how small it became: `just shrink-table raft`.
shrink-table *arguments:
    cargo run --release -- zoo --shrink {{arguments}}

# Makes a failing run of a million events small, blames it, and prints how much memory that took at most (needs GNU time).
million *arguments:
    cargo build --release
    -command time -f 'peak %M KiB, %e s' target/release/stormglass --folder harness/explore/benches/million blame raft/million --seed 0 {{arguments}}

# Compares the kernel with a bare event loop, in one run on the same state machines; with instruction counts. `just bench engines` compares it with madsim and turmoil.
bench *arguments:
    {{ if arguments =~ '^engines' { "cd harness/engines && cargo run -q --release -p stormglass-engine-bench -- " + arguments } else { "cargo bench -p stormglass-kernel --bench kernel -- " + arguments } }}

# The command with every engine: `just engines run raft/storm --engine madsim`.
[working-directory: 'harness/engines']
engines *arguments:
    cargo run -q --release -p stormglass-engines -- {{arguments}}

# Times the checkers on generated histories.
bench-check *arguments:
    cargo bench -p stormglass-check -- {{arguments}}

# Holds every judge against a brute-force oracle on so many small random histories per model, and the special checkers against the general one on a twentieth as many larger ones.
check-oracles cases="200000":
    STORMGLASS_CHECK_CASES={{cases}} cargo test -p stormglass-check --test suite -- agreement oracles isolation repeated

# Holds `check` against a folder of published histories with known verdicts, which is no part of this project.
check-corpora folder:
    test -d {{folder}}
    STORMGLASS_CORPORA={{folder}} cargo test -p stormglass-cli --test corpora

# Times that on the folder's etcd logs and texts.
bench-corpora folder:
    test -d {{folder}}
    STORMGLASS_CORPORA={{folder}} cargo bench -p stormglass-cli --bench corpora

# Fuzzes each reader of histories for so many seconds (needs a nightly compiler and cargo-fuzz).
fuzz seconds="60":
    cd harness/formats && for target in edn json etcd-log; do mkdir -p fuzz/corpus/$target && cargo +nightly fuzz run $target fuzz/corpus/$target fuzz/seeds/$target -- -max_total_time={{seconds}} || exit 1; done

# The same on any compiler, without knowing what it covers: so many changes of each seed.
fuzz-stable cases="100000":
    STORMGLASS_FUZZ_CASES={{cases}} cargo test -p stormglass-formats --test seeds

# Looks at made-up pages of up to 100,000 events in a real browser (needs npm, and Chromium: CHROMIUM says where if it is not /usr/bin/chromium).
page-test *arguments:
    cargo run -q -p stormglass-report --example pages -- target/pages
    cd harness/report/browser && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --silent --no-audit --no-fund && PAGES="$PWD/../../../target/pages" npx playwright test {{arguments}}

# Runs Raft under faults on madsim, on turmoil and on real sockets: `just engines-test -p stormglass-madsim` for one of them.
[working-directory: 'harness/engines']
engines-test *arguments:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    cargo test --workspace {{arguments}}

# Runs the same plans on the kernel, madsim, turmoil and real sockets, every kind of fault and every bug of Raft, and prints who says what; each bug gets so many runs in real time. Fails where an engine differs and nobody knows why.
[working-directory: 'harness/engines']
conformance tries="24":
    cargo run -q -p stormglass-conformance -- {{tries}}

# Hunts every bug of Raft on the kernel, madsim and turmoil, and prints how many seeds each takes.
[working-directory: 'harness/engines']
conformance-bugs limit="2000":
    cargo run -q --release -p stormglass-conformance -- bugs {{limit}}

# Writes both tables into the documentation.
[working-directory: 'harness/engines']
conformance-docs:
    cargo build -q --release -p stormglass-conformance
    (cat conformance/about.md; echo; echo '```text'; target/release/stormglass-conformance; echo '```'; echo; echo '## Seeds to first detection'; echo; echo 'Made by `just conformance-bugs`.'; echo; echo '```text'; target/release/stormglass-conformance bugs; echo '```') > CONFORMANCE.md.new
    mv CONFORMANCE.md.new CONFORMANCE.md

# Runs every shipped scenario on madsim and turmoil, so many seeds of each correct system and at most so many until a planted bug shows, and without bugs twice in real time: `just conformance-shipped 20 200 lock/` for some of them.
[working-directory: 'harness/engines']
conformance-shipped seeds="20" limit="200" some="":
    cargo run -q --release -p stormglass-conformance -- shipped {{seeds}} {{limit}} {{some}}

# Runs the shipped storms on real sockets for so many seconds, many at once, and fails if anything is alarmed about.
[working-directory: 'harness/engines']
soak seconds="30":
    cargo run -q -p stormglass-conformance -- soak {{seconds}}

# Builds madsim's adapter without its flag, and shows that it then says what is missing instead of running anything.
[working-directory: 'harness/engines']
engines-without-flags:
    RUSTFLAGS="" cargo test --target-dir target/without-flags -p stormglass-madsim --lib

services := "-p stormglass-services -p stormglass-engines --features stormglass-services/etcd,stormglass-services/s3,stormglass-engines/services"

# Checks the applications on madsim's simulated etcd and S3 without running them.
[working-directory: 'harness/engines']
services-lint:
    cargo clippy {{services}} --all-targets -- -D warnings

# Runs them; their simulators take minutes to build. `just engines-services run etcd-lock/storm` runs one.
[working-directory: 'harness/engines']
services-test *arguments: services-lint
    cargo test {{services}} {{arguments}}

# The command with every engine and with simulated services: `just engines-services run etcd-lock/storm`.
[working-directory: 'harness/engines']
engines-services *arguments:
    cargo run -q --release -p stormglass-engines --features services -- {{arguments}}

# Checks formatting, lints and documentation as CI does.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

# Renews the schema by which editors complete and check scenario files.
schema:
    cargo run --release -- schema > scenarios/scenario.schema.json

# Shows that a checker of TOML that knows the schema alone (tombi, from PyPI) accepts every shipped scenario, and refuses each of a folder of wrong ones.
schema-check:
    tombi lint --offline --quiet --error-on-warnings scenarios/*/*.toml harness/engines/scenarios/*/*.toml
    for wrong in harness/plan/tests/wrong_scenarios/*.toml; do if tombi lint --offline --quiet $wrong >/dev/null 2>&1; then echo "$wrong is accepted"; exit 1; fi; done

# Reviews changed snapshots one by one (needs cargo-insta).
snap:
    cargo insta test --workspace --review
