//! The documentation says what the program does: reference pages are generated from the code, command lines in any page
//! parse, links lead somewhere. `KSAIL_BLESS=1 cargo test --test it docs` rewrites the reference.

mod pages;
mod reference;

use clap::Parser;
use clap::error::ErrorKind;

use pages::Page;

/// What a generated page looks like now, against what is committed.
fn check(path: &str, wanted: &str) {
    let file = pages::root().join(path);
    if std::env::var_os("KSAIL_BLESS").is_some() {
        std::fs::write(&file, wanted).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    let difference = committed
        .lines()
        .zip(wanted.lines())
        .position(|(committed, wanted)| committed != wanted)
        .unwrap_or_else(|| committed.lines().count().min(wanted.lines().count()));
    assert!(
        committed == wanted,
        "{path} is out of date from line {} on:\n  committed: {}\n  code says: {}\nrun `KSAIL_BLESS=1 cargo test --test it docs`",
        difference + 1,
        committed.lines().nth(difference).unwrap_or("(end)"),
        wanted.lines().nth(difference).unwrap_or("(end)"),
    );
}

#[test]
fn the_command_reference_is_what_the_definitions_say() {
    check("docs/reference/cli.md", &reference::commands());
}

#[test]
fn the_environment_reference_is_what_the_table_says() {
    check("docs/reference/environment.md", &reference::environment());
}

#[test]
fn the_exit_code_reference_is_what_the_table_says() {
    check("docs/reference/exit-codes.md", &reference::exit_codes());
}

#[test]
fn the_configuration_reference_holds_every_field_of_the_schema() {
    let path = "docs/reference/configuration.md";
    let page = Page::read(path);
    let mut text = page.text.clone();
    for (name, table) in [
        ("fields", reference::fields()),
        ("refused", reference::refused()),
    ] {
        text = pages::replace_block(&text, name, &table)
            .unwrap_or_else(|| panic!("{path} has no generated block `{name}`"));
    }
    check(path, &text);
}

#[test]
fn every_command_line_in_the_documentation_parses() {
    let mut problems = Vec::new();
    let mut seen = 0;
    for page in Page::all() {
        for (line, words) in page.command_lines() {
            seen += 1;
            let Err(error) = ksail::cli::Cli::try_parse_from(&words) else {
                continue;
            };
            let harmless = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            if !harmless {
                let first = error.to_string();
                let first = first.lines().next().unwrap_or_default();
                problems.push(format!("{}:{line}: {words:?}: {first}", page.path));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(seen > 10, "only {seen} command lines were found");
}

#[test]
fn every_link_in_the_documentation_leads_somewhere() {
    let pages = Page::all();
    let problems: Vec<String> = pages.iter().flat_map(Page::broken_links).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(pages.iter().any(|page| page.path == "README.md"));
}

#[test]
fn a_wrong_page_would_be_found() {
    let page = Page {
        path: "docs/sample.md".to_owned(),
        text: "# Sample\n[gone](gone.md) [here](#sample) [not here](#other) [out](https://example.org)\n\
               ```sh\nKEY=1 ksail cluster \\\n  create --nmae x | cat # why\ncat a | ksail workload build -f 'b c' -\n```\n\
               ```yaml\nksail: not a command\n```\n"
            .to_owned(),
    };
    assert_eq!(
        page.broken_links(),
        ["docs/sample.md:2: gone.md", "docs/sample.md:2: #other"]
    );
    let lines: Vec<Vec<String>> = page.command_lines().map(|(_, words)| words).collect();
    assert_eq!(
        lines,
        [
            vec!["ksail", "cluster", "create", "--nmae", "x"],
            vec!["ksail", "workload", "build", "-f", "b c", "-"],
        ]
    );
}
