//! Reference pages out of the definitions in the code.

use std::fmt::Write;

use clap::{Arg, Command, CommandFactory};
use ksail::cli::Cli;
use ksail::config::refused::REFUSED;
use ksail::config::schema::{FIELDS, Kind, Support};
use ksail::env::DOCUMENTED;
use ksail::exit::Exit;

const GENERATED: &str =
    "<!-- Generated from the code: KSAIL_BLESS=1 cargo test --test it docs -->\n";

/// `docs/reference/cli.md`
pub(super) fn commands() -> String {
    // The width decides where usage lines break; the terminal of whoever runs the test must not.
    let mut command = Cli::command().term_width(100);
    command.build();
    let mut page = format!("# Commands\n\n{GENERATED}\n");
    writeln!(
        page,
        "Every command takes the [global options](#global-options). Exit codes are in [exit-codes.md](exit-codes.md), \
         variables in [environment.md](environment.md).\n"
    )
    .unwrap();
    leaves(&mut page, &command);
    page.push_str("## Global options\n\n");
    table(
        &mut page,
        command.get_arguments().filter(|arg| arg.is_global_set()),
    );
    format!("{}\n", page.trim_end())
}

fn leaves(page: &mut String, command: &Command) {
    for sub in command.get_subcommands() {
        if sub.has_subcommands() {
            leaves(page, sub);
            continue;
        }
        let mut sub = sub.clone();
        let name = sub.get_bin_name().unwrap_or_default().to_owned();
        let about = sub.get_long_about().or_else(|| sub.get_about());
        let about = about.map(ToString::to_string).unwrap_or_default();
        let first = about.lines().next().unwrap_or_default();
        let rest = about.lines().skip(1).collect::<Vec<_>>().join("\n");
        let usage = sub.render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ");
        let aliases: Vec<String> = sub
            .get_visible_aliases()
            .map(|alias| format!("`{alias}`"))
            .collect();
        write!(page, "## {name}\n\n{}.\n", first.trim_end_matches('.')).unwrap();
        if !rest.trim().is_empty() {
            write!(page, "\n{}\n", rest.trim()).unwrap();
        }
        if !aliases.is_empty() {
            write!(page, "\nAlso called {}.\n", aliases.join(", ")).unwrap();
        }
        write!(page, "\n```text\n{usage}\n```\n\n").unwrap();
        table(page, sub.get_arguments().filter(|arg| !arg.is_global_set()));
    }
}

fn table<'a>(page: &mut String, arguments: impl Iterator<Item = &'a Arg>) {
    let rows: Vec<String> = arguments
        .filter(|arg| !arg.is_hide_set() && arg.get_id() != "help" && arg.get_id() != "version")
        .map(row)
        .collect();
    if rows.is_empty() {
        return;
    }
    write!(page, "| option | meaning |\n|---|---|\n{}\n", rows.concat()).unwrap();
}

fn row(arg: &Arg) -> String {
    let mut names = Vec::new();
    names.extend(arg.get_short().map(|short| format!("-{short}")));
    names.extend(arg.get_long().map(|long| format!("--{long}")));
    let values = arg.get_value_names().unwrap_or_default();
    let values: Vec<String> = values.iter().map(ToString::to_string).collect();
    let takes_value = arg.get_action().takes_values();
    let name = match (names.is_empty(), takes_value) {
        (true, _) => format!("[{}]", values.join(" ")),
        (false, false) => names.join(", "),
        (false, true) => format!("{} {}", names.join(", "), values.join(" ")),
    };
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let mut meaning = help.trim().to_owned();
    let possible: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| {
            let name = value.get_name();
            let help = value.get_help().map(ToString::to_string);
            match help.filter(|help| !help.eq_ignore_ascii_case(name)) {
                Some(help) => format!("`{name}` ({})", decapitalised(&help)),
                None => format!("`{name}`"),
            }
        })
        .collect();
    if takes_value && !possible.is_empty() {
        write!(meaning, ": {}", possible.join(", ")).unwrap();
    }
    let defaults: Vec<String> = arg
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy().into_owned())
        .collect();
    if takes_value && !defaults.is_empty() {
        write!(meaning, " [default: {}]", defaults.join(" ")).unwrap();
    }
    format!("| `{}` | {} |\n", cell(&name), cell(&meaning))
}

fn decapitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// `docs/reference/environment.md`
pub(super) fn environment() -> String {
    let mut page = format!("# Environment variables\n\n{GENERATED}\n");
    page.push_str("An empty variable counts as unset.\n\n| variable | meaning |\n|---|---|\n");
    for (name, meaning) in DOCUMENTED {
        writeln!(page, "| `{name}` | {} |", cell(meaning)).unwrap();
    }
    page.push_str(
        "\n## Fields of ksail.yaml\n\nA variable overrides the field in the file; a flag overrides the variable.\n\n\
         | variable | field | meaning |\n|---|---|---|\n",
    );
    for field in FIELDS {
        writeln!(
            page,
            "| `{}` | `{}` | {} |",
            field.variable(),
            field.path,
            cell(field.help)
        )
        .unwrap();
    }
    page
}

/// `docs/reference/exit-codes.md`
pub(super) fn exit_codes() -> String {
    let mut page = format!("# Exit codes\n\n{GENERATED}\n| code | meaning |\n|---|---|\n");
    for (exit, meaning) in Exit::ALL {
        writeln!(page, "| {} | {} |", exit.code(), cell(meaning)).unwrap();
    }
    page
}

/// The table of supported fields in `docs/reference/configuration.md`.
pub(super) fn fields() -> String {
    let mut table = "| field | value | default | meaning |\n|---|---|---|---|\n".to_owned();
    for field in FIELDS {
        let value = match field.kind {
            Kind::Name => "cluster name".to_owned(),
            Kind::Text => "text".to_owned(),
            Kind::Path => "path, from the file's folder".to_owned(),
            Kind::Count => "number from 0 on".to_owned(),
            Kind::Duration => "duration such as `90s`".to_owned(),
            Kind::Ports => "list; in a variable `8080:80,5353:53/udp`".to_owned(),
            Kind::Word(words) => {
                let supported = words
                    .iter()
                    .filter(|word| matches!(word.support, Support::Yes(_)));
                let names: Vec<String> = supported.map(|word| format!("`{}`", word.text)).collect();
                names.join(", ")
            }
        };
        writeln!(
            table,
            "| `{}` | {value} | {} | {} |",
            field.path,
            cell(field.default),
            cell(field.help)
        )
        .unwrap();
    }
    table
}

/// The table of refused fields in `docs/reference/configuration.md`.
pub(super) fn refused() -> String {
    let mut table =
        "| field | why | values that ask for nothing and are accepted |\n|---|---|---|\n"
            .to_owned();
    for field in &REFUSED {
        let why = match field.support {
            Support::OutOfScope => "not about local clusters",
            Support::NotYet | Support::Yes(_) => "not in this version",
        };
        let idle: Vec<String> = field.idle.iter().map(|word| format!("`{word}`")).collect();
        writeln!(table, "| `{}` | {why} | {} |", field.path, idle.join(", ")).unwrap();
    }
    table
}
