//! What the README shows of an outsider's crate is this crate's code, and what it says of it is so.

mod shop {
    include!("shop.rs");

    /// The README says: it keeps everything in memory, and a crash shows it. No command knows a scenario that is written in a test:
    /// the page says how that test shows it again.
    #[test]
    #[should_panic(expected = " replay   STORMGLASS_SEED=")]
    fn the_shop_forgets_in_a_crash() {
        let registry =
            Registry::new().with(linearizable_kv::<Hosted<Shop>>().engine(TurmoilHosts).without_kernel());
        let workload = Kv { mix: Mix { read: 1, write: 1, cas: 0 }, ..Kv::default() };
        let nemesis = Nemesis { profile: Profile::Process, ..Nemesis::default() };
        let scenario = Scenario::named("shop/storm").about("One copy, whatever befalls it.").system("shop");
        testing::check(&registry, &scenario.nodes(1).clients(3).workload(workload).nemesis(nemesis));
    }
}

/// At most forty lines, and to the letter what is compiled and run here.
#[test]
fn the_readme_shows_this_code() {
    let (readme, shop) = (include_str!("../../../../README.md"), include_str!("shop.rs"));
    assert!(
        readme.contains(&format!("```Rust\n{shop}```\n")),
        "the README shows other code than tests/shop.rs"
    );
    // And depends on what this crate depends on.
    for line in include_str!("../Cargo.toml").lines().filter(|line| line.starts_with(['a', 's', 't'])) {
        let wanted = line.split_once(" = ").filter(|(name, _)| ["axum", "serde", "tokio"].contains(name));
        assert!(wanted.is_none() || readme.contains(line), "the README does not say `{line}`");
    }
    let lines = shop.lines().filter(|line| !line.is_empty()).count();
    assert!(lines <= 40, "{lines} lines");
}
