//! Values of ConfigMaps and Secrets: files, standard input, variables.

use std::path::Path;

use crate::cli::workload::generate::{DockerRegistry, Tls, Values};
use crate::context::Context;
use crate::fsx;
use crate::secret::Secret;
use crate::workload::Error;
use crate::workload::generate::{self as make, Data, DockerConfig};

/// Key of credentials for registries.
const DOCKER_CONFIG: &str = ".dockerconfigjson";

/// All values that the flags name.
pub(super) fn read(args: &Values, secret: bool, context: &mut Context<'_>) -> Result<Data, Error> {
    let mut data = Data::default();
    if secret && !args.literals.is_empty() {
        context.events.warn(
            "other users of this machine can see values of `--from-literal`; `--from-file=KEY=-` reads standard input",
        );
    }
    for text in &args.literals {
        let (key, value) = make::literal(text)?;
        data.add(key, value.as_bytes().to_vec())?;
    }
    for text in &args.files {
        add_file(text, &mut data, context)?;
    }
    for path in &args.env_files {
        let bytes = match path.as_str() {
            "-" => read_stdin(context)?,
            path => fsx::read(&context.cwd.join(path))?,
        };
        let shown = if path == "-" { "<stdin>" } else { path };
        let text = String::from_utf8(bytes).map_err(|_| Error::Encoding(shown.to_owned()))?;
        let variable = |name: &str| context.env.get_raw(name).map(str::to_owned);
        make::read_env_lines(&text, shown, variable, &mut data)?;
    }
    Ok(data)
}

/// Credentials for a registry, or a file that holds them.
pub(super) fn docker_registry(
    args: &DockerRegistry,
    context: &mut Context<'_>,
) -> Result<Data, Error> {
    let mut data = Data::default();
    for text in &args.files {
        add_file(text, &mut data, context)?;
    }
    if let (Some(server), Some(user)) = (&args.docker_server, &args.docker_username) {
        let password = match &args.docker_password {
            Some(password) => {
                context.events.warn(
                    "other users of this machine can see the value of `--docker-password`; `--docker-password-stdin` reads standard input",
                );
                Secret::new(password.clone())
            }
            None => password(context)?,
        };
        let of = DockerConfig {
            server,
            user,
            password: password.expose(),
            email: args.docker_email.as_deref(),
        };
        data.add(DOCKER_CONFIG, make::docker_config(&of))?;
    }
    Ok(data)
}

/// A line; its end is no part of the password.
fn password(context: &mut Context<'_>) -> Result<Secret<String>, Error> {
    let text = String::from_utf8(read_stdin(context)?);
    let text = Secret::new(text.map_err(|_| Error::Encoding("<stdin>".to_owned()))?);
    let line = text.expose();
    let line = line.strip_suffix('\n').unwrap_or(line);
    Ok(Secret::new(
        line.strip_suffix('\r').unwrap_or(line).to_owned(),
    ))
}

/// A certificate and its key.
pub(super) fn tls(args: &Tls, context: &Context<'_>) -> Result<Data, Error> {
    let certificate = fsx::read(&context.cwd.join(&args.cert))?;
    let key = fsx::read(&context.cwd.join(&args.key))?;
    Ok(make::tls_data(certificate, key)?)
}

fn add_file(text: &str, data: &mut Data, context: &mut Context<'_>) -> Result<(), Error> {
    let (key, path) = make::entry(text)?;
    if path == "-" {
        let value = read_stdin(context)?;
        return Ok(data.add(key.unwrap_or("stdin"), value)?);
    }
    let full = context.cwd.join(path);
    if !fsx::is_dir(&full) {
        return Ok(data.add(key.unwrap_or(base(&full)), fsx::read(&full)?)?);
    }
    if key.is_some() {
        return Err(Error::Generate(make::Error::Value {
            flag: "--from-file",
            why: format!("`{path}` is a directory, whose files have names of their own"),
        }));
    }
    for entry in fsx::entries(&full)? {
        // As kubectl does: neither what is below nor what a link leads to.
        if fsx::is_file(&entry) && !fsx::is_link(&entry) {
            data.add(base(&entry), fsx::read(&entry)?)?;
        }
    }
    Ok(())
}

fn base(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default()
}

fn read_stdin(context: &mut Context<'_>) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    context
        .stdin
        .read_to_end(&mut bytes)
        .map_err(Error::Stdin)?;
    Ok(bytes)
}
