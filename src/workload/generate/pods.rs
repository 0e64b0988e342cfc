//! Kinds that run pods.

use serde_json::{Map, Value, json};

use super::Error;
use super::object::{MAX_POD_NAME_RULE, Meta, is_label, object};

/// `deployment`.
#[derive(Debug, Clone, Copy)]
pub struct Deployment<'a> {
    /// Images, one container each.
    pub images: &'a [String],
    /// Port that the first container exposes.
    pub port: Option<u16>,
    /// Number of pods.
    pub replicas: u32,
    /// Command of the container.
    pub command: &'a [String],
}

/// A Deployment of pods with one container for each image.
pub fn deployment(meta: Meta<'_>, of: &Deployment<'_>) -> Result<Value, Error> {
    if of.images.len() > 1 && !of.command.is_empty() {
        return Err(Error::value(
            "COMMAND",
            "it is for one container, but there are several images",
        ));
    }
    let mut metadata = meta.json()?;
    metadata.insert("labels".to_owned(), meta.app());
    let names = container_names(of.images)?;
    let mut containers: Vec<Value> = names
        .iter()
        .zip(of.images)
        .map(|(name, image)| container(name, image, of.command))
        .collect();
    if let Some(port) = of.port {
        containers[0]["ports"] = json!([{ "containerPort": port }]);
    }
    let mut deployment = object("apps/v1", "Deployment", metadata);
    deployment.insert(
        "spec".to_owned(),
        json!({
            "replicas": of.replicas,
            "selector": { "matchLabels": meta.app() },
            "strategy": {},
            "template": { "metadata": { "labels": meta.app() }, "spec": { "containers": containers } },
        }),
    );
    deployment.insert("status".to_owned(), json!({}));
    Ok(deployment.into())
}

/// A Job of one container that is named like the Job.
pub fn job(meta: Meta<'_>, image: &str, command: &[String]) -> Result<Value, Error> {
    let metadata = pod_meta(meta)?;
    let mut job = object("batch/v1", "Job", metadata);
    job.insert(
        "spec".to_owned(),
        job_spec(meta.name, image, command, "Never")?,
    );
    job.insert("status".to_owned(), json!({}));
    Ok(job.into())
}

/// `cronjob`.
#[derive(Debug, Clone, Copy)]
pub struct CronJob<'a> {
    /// Image of the container.
    pub image: &'a str,
    /// When it runs, in cron's form.
    pub schedule: &'a str,
    /// `OnFailure` or `Never`.
    pub restart: &'a str,
    /// Command of the container.
    pub command: &'a [String],
}

/// A CronJob of one container that is named like it.
pub fn cron_job(meta: Meta<'_>, of: &CronJob<'_>) -> Result<Value, Error> {
    let metadata = pod_meta(meta)?;
    if !is_schedule(of.schedule) {
        return Err(Error::value(
            "--schedule",
            "expected five fields such as `*/5 * * * *`, or one of `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`",
        ));
    }
    let spec = job_spec(meta.name, of.image, of.command, of.restart)?;
    let mut cron_job = object("batch/v1", "CronJob", metadata);
    cron_job.insert(
        "spec".to_owned(),
        json!({
            "schedule": of.schedule,
            "jobTemplate": { "metadata": { "name": meta.name }, "spec": spec },
        }),
    );
    cron_job.insert("status".to_owned(), json!({}));
    Ok(cron_job.into())
}

/// The name is that of the container as well, which is stricter.
fn pod_meta(meta: Meta<'_>) -> Result<Map<String, Value>, Error> {
    if is_label(meta.name) {
        meta.json()
    } else {
        Err(Error::value("NAME", MAX_POD_NAME_RULE))
    }
}

fn job_spec(name: &str, image: &str, command: &[String], restart: &str) -> Result<Value, Error> {
    let image = checked(image)?;
    Ok(json!({
        "template": {
            "metadata": {},
            "spec": { "containers": [container(name, image, command)], "restartPolicy": restart },
        }
    }))
}

fn container(name: &str, image: &str, command: &[String]) -> Value {
    let mut container = json!({ "name": name, "image": image });
    if !command.is_empty() {
        container["command"] = json!(command);
    }
    container["resources"] = json!({});
    container
}

fn checked(image: &str) -> Result<&str, Error> {
    if image.is_empty() || image.contains(char::is_whitespace) {
        return Err(Error::value("--image", format!("`{image}` is no image")));
    }
    Ok(image)
}

/// The last part of each image, as a name. kubectl appends something random where it replaces characters; here equal
/// flags give equal output, and a number tells names apart that would be the same.
fn container_names(images: &[String]) -> Result<Vec<String>, Error> {
    let mut names: Vec<String> = Vec::new();
    for image in images {
        let last = checked(image)?.rsplit('/').next().unwrap_or_default();
        let name = last.split([':', '@']).next().unwrap_or_default();
        let name = name.replace(['_', '.'], "-").to_lowercase();
        if !is_label(&name) {
            return Err(Error::value(
                "--image",
                format!("`{image}` gives no name for a container"),
            ));
        }
        let mut free = name.clone();
        let mut number = 2;
        while names.contains(&free) {
            free = format!("{name}-{number}");
            number += 1;
        }
        names.push(free);
    }
    if names.is_empty() {
        return Err(Error::value("--image", "at least one image is needed"));
    }
    Ok(names)
}

/// Whether a text has the shape of a schedule; what the fields mean is for the API server to judge.
fn is_schedule(text: &str) -> bool {
    let rest = text
        .strip_prefix("TZ=")
        .or_else(|| text.strip_prefix("CRON_TZ="));
    if rest.is_some() {
        return false;
    }
    if text.starts_with("@every ") {
        return text.len() > "@every ".len();
    }
    let known = [
        "@yearly",
        "@annually",
        "@monthly",
        "@weekly",
        "@daily",
        "@midnight",
        "@hourly",
    ];
    let fields: Vec<&str> = text.split_whitespace().collect();
    known.contains(&text)
        || (fields.len() == 5
            && fields.iter().all(|field| {
                field
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '*' | '/' | ',' | '-' | '?'))
            }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEB: Meta<'_> = Meta {
        name: "web",
        namespace: None,
    };

    fn names(images: &[&str]) -> Result<Vec<String>, Error> {
        let images: Vec<String> = images.iter().map(|image| (*image).to_owned()).collect();
        container_names(&images)
    }

    #[test]
    fn containers_are_named_after_their_images() {
        assert_eq!(
            names(&["nginx:1", "r.io:5000/a/b_c.d@sha256:00", "x/nginx"]).unwrap(),
            ["nginx", "b-c-d", "nginx-2"]
        );
        assert!(names(&[""]).is_err() && names(&["a b"]).is_err() && names(&[]).is_err());
    }

    #[test]
    fn a_command_is_for_one_container() {
        let images = ["a".to_owned(), "b".to_owned()];
        let of = Deployment {
            images: &images,
            port: None,
            replicas: 1,
            command: &["x".to_owned()],
        };
        assert!(
            deployment(WEB, &of)
                .unwrap_err()
                .to_string()
                .contains("one container")
        );
        let one = Deployment {
            images: &images[..1],
            port: Some(80),
            ..of
        };
        let made = deployment(WEB, &one).unwrap();
        let container = &made["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(container["command"], json!(["x"]));
        assert_eq!(container["ports"], json!([{ "containerPort": 80 }]));
    }

    #[test]
    fn schedules_have_five_fields_or_a_name() {
        for (text, expected) in [
            ("*/5 * * * *", true),
            ("0 9-17 * JAN MON-FRI", true),
            ("@daily", true),
            ("@every 1h", true),
            ("* * * *", false),
            ("* * * * * *", false),
            ("@never", false),
            ("TZ=UTC * * * * *", false),
        ] {
            assert_eq!(is_schedule(text), expected, "{text}");
        }
    }
}
