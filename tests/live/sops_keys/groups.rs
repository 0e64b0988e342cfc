//! Key groups, and files whose keys change.

use super::World;

/// A configuration with three groups of one identity each, of which two are needed.
fn three_groups(world: &World) -> Vec<String> {
    let recipients: Vec<String> = (1..=3).map(|i| world.age(&format!("{i}.txt"))).collect();
    let mut text = "creation_rules:\n- shamir_threshold: 2\n  key_groups:\n".to_owned();
    for recipient in &recipients {
        text.extend(["  - age: [", recipient, "]\n"]);
    }
    world.file(".sops.yaml", text);
    recipients
}

fn use_keys(world: &mut World, numbers: &[usize]) {
    let keys: String = numbers
        .iter()
        .map(|number| world.read(&format!("{number}.txt")))
        .collect();
    world.file("keys.txt", keys);
    world.env("SOPS_AGE_KEY_FILE", "keys.txt");
}

#[test]
#[ignore = "needs sops (make testbed)"]
fn any_groups_enough_yield_the_data_key_both_ways() {
    let mut world = World::new();
    three_groups(&world);
    for numbers in [[1, 2], [2, 3], [3, 1]] {
        use_keys(&mut world, &numbers);
        world.both_ways(&[]);
    }
    use_keys(&mut world, &[2]);
    world.sops(&["decrypt", "ours.yaml"]).expect(128);
    let refused = world.cipher(&["decrypt", "theirs.yaml"]).expect(1);
    assert!(refused.stderr.contains("no_key: "), "{}", refused.stderr);
}

#[test]
#[ignore = "needs sops (make testbed)"]
fn updated_keys_are_what_sops_makes_of_them() {
    let mut world = World::new();
    let recipients = three_groups(&world);
    use_keys(&mut world, &[1, 2]);
    world.file(
        "ours.yaml",
        world.sops(&["encrypt", "clear.yaml"]).expect(0).stdout,
    );
    world.file("theirs.yaml", world.read("ours.yaml"));
    let (first, third) = (&recipients[0], &recipients[2]);
    world.file(
        ".sops.yaml",
        format!("creation_rules:\n- key_groups:\n  - age: [{first}, {third}]\n"),
    );
    let shown = world
        .cipher(&["update-keys", "--dry-run", "ours.yaml"])
        .expect(0)
        .stdout;
    assert!(shown.contains(&format!("+ {third}")), "{shown}");
    assert_eq!(world.read("ours.yaml"), world.read("theirs.yaml"));
    world
        .cipher(&["update-keys", "--yes", "ours.yaml"])
        .expect(0);
    world
        .sops(&["updatekeys", "--yes", "theirs.yaml"])
        .expect(0);
    use_keys(&mut world, &[3]);
    for file in ["ours.yaml", "theirs.yaml"] {
        let clear = world.sops(&["decrypt", file]).expect(0).stdout;
        assert_eq!(clear, super::CLEAR);
        assert_eq!(world.cipher(&["decrypt", file]).expect(0).stdout, clear);
    }
    let again = world
        .cipher(&["update-keys", "--yes", "ours.yaml", "theirs.yaml"])
        .expect(0);
    assert!(
        again.stderr.contains("`ours.yaml` is up to date"),
        "{}",
        again.stderr
    );
    assert!(
        again.stderr.contains("`theirs.yaml` is up to date"),
        "{}",
        again.stderr
    );
}
