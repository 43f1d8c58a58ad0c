//! Kubernetes: pods, and the pod templates in the objects that make pods.
//!
//! Takes the tree of a manifest; gives one [`SandboxFacts`] for each container of each pod, with the pod's settings
//! under the container's own, and a skipped entry for each object that makes no pod. The facts are those of a
//! container that containerd or CRI-O makes with runc or crun; where these differ, what isolates less is taken, and the
//! origin says so. What the node decides is unknown.

mod container;
mod devices;
mod keys;
mod pod;
mod quantity;
mod resources;
mod security;
mod volumes;

use super::{Document, Reading, Skipped, sysctls};
use crate::facts::SandboxFacts;
use crate::log::Log;
use crate::suggest::nearest;
use crate::view::At;
use pod::{Owner, Pod, PodNamespaces};

/// A kind of object that holds a pod, and the way from the object to what has the pod's `metadata` and `spec`.
const POD_KINDS: &[(&str, &[&str])] = &[
    ("Pod", &[]),
    ("PodTemplate", &["template"]),
    ("Deployment", &["spec", "template"]),
    ("DaemonSet", &["spec", "template"]),
    ("StatefulSet", &["spec", "template"]),
    ("ReplicaSet", &["spec", "template"]),
    ("ReplicationController", &["spec", "template"]),
    ("Job", &["spec", "template"]),
    ("CronJob", &["spec", "jobTemplate", "spec", "template"]),
];

/// Objects in lists of objects; a list in a list is read too, up to here.
const MAX_LIST_DEPTH: usize = 8;

/// Containers that are read of one document.
const MOST_SANDBOXES: usize = 5_000;

/// True if a document is an object of Kubernetes.
pub(super) fn recognise(document: &Document<'_>) -> bool {
    document.node.get("kind").is_some() && document.node.get("ociVersion").is_none()
        || document.node.get("apiVersion").is_some()
}

/// Reads the document.
pub(super) fn read(document: &Document<'_>) -> Reading {
    let root = At::root(document.source, document.node);
    let mut reader = Reader {
        document,
        reading: Reading::default(),
        pods: 0,
    };
    reader.object(&root, 0);
    reader.reading
}

struct Reader<'a> {
    document: &'a Document<'a>,
    reading: Reading,
    pods: usize,
}

impl<'a> Reader<'a> {
    fn object(&mut self, at: &At<'a>, depth: usize) {
        let mut log = Log::default();
        let kind = at.get("kind").string(&mut log);
        if kind.is_none() && log.errors.is_empty() {
            let help = Some("every object of Kubernetes has `apiVersion` and `kind`".to_owned());
            log.error(&at.get("kind").place(), "the object has no `kind`", help);
        }
        self.reading.extend(Reading::of_log(log, Vec::new()));
        let Some(kind) = kind else { return };
        if let Some((_, path)) = POD_KINDS.iter().find(|(name, _)| *name == kind) {
            self.pod(&kind, at, path);
        } else if kind.ends_with("List") && at.get("items").is_present() && depth < MAX_LIST_DEPTH {
            self.list(&kind, at, depth);
        } else {
            self.skip(&kind, at);
        }
    }

    fn list(&mut self, kind: &str, at: &At<'a>, depth: usize) {
        let mut log = Log::default();
        let items = at.get("items").items(&mut log);
        if items.is_empty() && log.errors.is_empty() {
            self.skip_because(kind, at, "the list is empty".to_owned());
        }
        self.reading.extend(Reading::of_log(log, Vec::new()));
        let of_items = kind
            .strip_suffix("List")
            .filter(|name| POD_KINDS.iter().any(|(kind, _)| kind == name));
        for item in items {
            match of_items.zip(POD_KINDS.iter().find(|(name, _)| Some(*name) == of_items)) {
                // The items of a typed list may leave out their kind.
                Some((name, (_, path))) if !item.get("kind").is_present() => self.pod(name, &item, path),
                Some(_) | None => self.object(&item, depth + 1),
            }
        }
    }

    fn skip(&mut self, kind: &str, at: &At<'a>) {
        let template = at.at(&["spec", "template", "spec", "containers"]).is_present();
        let near = nearest(kind, POD_KINDS.iter().map(|(name, _)| *name));
        let why = match (template, near) {
            (true, _) => "it holds a pod template, but is not of a kind whose controller is known".to_owned(),
            (false, Some(name)) => format!("it is not of a kind that makes pods; did you mean `{name}`?"),
            (false, None) => "it is not of a kind that makes pods".to_owned(),
        };
        self.skip_because(kind, at, why);
    }

    fn skip_because(&mut self, kind: &str, at: &At<'a>, why: String) {
        self.reading.skipped.push(Skipped {
            place: at.get("kind").place(),
            kind: kind.to_owned(),
            why,
        });
    }

    fn pod(&mut self, kind: &str, object: &At<'a>, path: &[&str]) {
        let mut log = Log::default();
        if self.reading.sandboxes.len() >= MOST_SANDBOXES {
            let message = format!("there are more than {MOST_SANDBOXES} containers in this document");
            log.error(
                &object.get("kind").place(),
                message,
                Some("split the file".to_owned()),
            );
            return self.reading.extend(Reading::of_log(log, Vec::new()));
        }
        let template = object.at(path);
        let spec = template.get("spec");
        if !spec.is_object(&mut log) {
            if log.errors.is_empty() {
                log.invalid(spec.place(), format!("the {kind} has no `{}`", spec.path()));
            }
            self.reading.extend(Reading::of_log(log, Vec::new()));
            return;
        }
        if spec.at(&["os", "name"]).string(&mut log).as_deref() == Some("windows") {
            self.skip_because(
                kind,
                object,
                "a pod of Windows containers: only Linux containers are verified".to_owned(),
            );
            return;
        }
        self.pods += 1;
        let metadata = object.get("metadata");
        let owner = Owner {
            kind: kind.to_owned(),
            name: owner_name(&metadata, &self.document.name, &mut log),
            namespace: metadata.get("namespace").string(&mut log),
            spec: object.get("spec"),
        };
        let namespaces = PodNamespaces::read(&spec, &mut log);
        let context = spec.get("securityContext");
        context.is_object(&mut log);
        let number = self.document.index * 1_000_000 + self.pods;
        let pod = Pod {
            owner,
            number,
            metadata: template.get("metadata"),
            context,
            namespaces,
            spec,
        };
        self.containers(&pod, log);
    }

    /// The containers of a pod. What is wrong with the pod is said of each of them.
    fn containers(&mut self, pod: &Pod<'a>, mut log: Log) {
        if pod.is_too_large(&mut log) {
            return self.reading.extend(Reading::of_log(log, Vec::new()));
        }
        keys::report_unknown(&pod.spec, &mut log);
        let containers = pod.containers(&mut log);
        volumes::report_unmounted(pod, &containers, &mut log);
        let mut sandboxes: Vec<SandboxFacts> = Vec::new();
        for container in &containers {
            let mut own = Log::default();
            let facts = container::read(self.document.source, pod, container, &mut own);
            sysctls::check(&facts, &mut own);
            security::report_windows(pod, container, &mut own);
            container::report_handlers(container, &mut own);
            log.errors.append(&mut own.errors);
            let notices = log.notices.iter().cloned().chain(own.notices).collect();
            let invalid = log.invalid.iter().cloned().chain(own.invalid).collect();
            sandboxes.push(SandboxFacts {
                notices,
                invalid,
                ..facts
            });
        }
        if !log.errors.is_empty() {
            sandboxes.clear();
        }
        if !sandboxes.is_empty() {
            log.notices.clear();
            log.invalid.clear();
        }
        sort_errors(&mut log);
        self.reading.extend(Reading::of_log(log, sandboxes));
    }
}

/// Errors of settings that containers share are found once per container: they are said once.
fn sort_errors(log: &mut Log) {
    log.errors.sort_by_key(|e| (e.line, e.column));
    log.errors.dedup();
}

fn owner_name(metadata: &At<'_>, document: &str, log: &mut Log) -> String {
    let name = metadata.get("name").string(log);
    let generated = metadata
        .get("generateName")
        .string(log)
        .map(|prefix| format!("{prefix}*"));
    name.or(generated).unwrap_or_else(|| document.to_owned())
}

/// The kinds of objects that hold pods, for help texts.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    POD_KINDS.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests;
