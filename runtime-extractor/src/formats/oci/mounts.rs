//! Root, mounts, masked and read-only paths of an OCI configuration.

use super::Config;
use super::namespaces::{id_maps, list_fact};
use super::options::{Options, read_options};
use crate::facts::{
    Bind, Entry, Fact, FactList, Filesystem, IdMapping, Mount, MountSource, Origin, Propagation, Rootfs,
};
use crate::formats::layers::{RUNC_OR_CRUN, RUNTIME_SPEC};
use crate::log::Log;
use crate::view::At;

/// The file system of the sandbox.
pub(super) fn read(config: &Config<'_>, log: &mut Log) -> Filesystem {
    let list = config.root.get("mounts");
    let mounts = list.items(log);
    let mounts = mounts
        .iter()
        .filter_map(|m| read_mount(m, log).map(|mount| Entry::new(mount, m.given())))
        .collect();
    Filesystem {
        rootfs: read_rootfs(config, log),
        mounts: list_fact(&list, mounts),
        masked_paths: read_paths(&config.linux.get("maskedPaths"), log),
        readonly_paths: read_paths(&config.linux.get("readonlyPaths"), log),
    }
}

fn read_rootfs(config: &Config<'_>, log: &mut Log) -> Rootfs {
    let at = config.root.get("root");
    at.is_object(log);
    let path = at.get("path");
    let text = path.string(log);
    if text.is_none() {
        log.invalid(path.place(), "`root.path` must name the root file system");
    }
    let propagation = config.linux.get("rootfsPropagation");
    let word = propagation.string(log).filter(|word| !word.is_empty());
    let value = word.as_deref().and_then(rootfs_propagation);
    if let (Some(word), None) = (&word, value) {
        log.invalid(propagation.place(), format!("there is no propagation `{word}`"));
    }
    Rootfs {
        path: path.fact(text, RUNTIME_SPEC, String::new()),
        read_only: at
            .get("readonly")
            .fact(at.get("readonly").bool(log), RUNTIME_SPEC, false),
        propagation: propagation.fact(value, RUNC_OR_CRUN, Propagation::Slave),
    }
}

/// runc takes these words with an `r` in front too.
fn rootfs_propagation(word: &str) -> Option<Propagation> {
    Some(match word {
        "private" | "rprivate" => Propagation::Private,
        "slave" | "rslave" => Propagation::Slave,
        "shared" | "rshared" => Propagation::Shared,
        "unbindable" | "runbindable" => Propagation::Unbindable,
        _ => return None,
    })
}

fn read_paths(at: &At<'_>, log: &mut Log) -> FactList<String> {
    let entry = |(path, item): (String, At<'_>)| {
        let path = if path.starts_with('/') {
            path
        } else {
            format!("/{path}")
        };
        Entry::new(path, item.given())
    };
    list_fact(at, at.strings(log).into_iter().map(entry).collect())
}

fn read_mount(at: &At<'_>, log: &mut Log) -> Option<Mount> {
    if !at.is_object(log) {
        return None;
    }
    let fs_type = at.get("type").string(log).filter(|text| !text.is_empty());
    let options = read_options(&at.get("options"), log);
    let bind = read_bind(at, fs_type.as_deref(), &options, log);
    let is_bind = !bind.is(|b| *b == Bind::No);
    if is_bind {
        options.report_meaningless(log);
    }
    let flag = |set: Option<(bool, &Origin)>, key: &str| match set {
        Some((value, origin)) => Fact::new(value, origin.clone()),
        None => Fact::default_of(
            false,
            RUNTIME_SPEC,
            at.get("options").missing(&format!("[{key}]")).place(),
        ),
    };
    let read_only = flag(options.read_only.get(), "ro");
    let default_propagation = if is_bind {
        Propagation::Slave
    } else {
        Propagation::Private
    };
    let propagation = match &options.propagation {
        Some((value, origin)) => Fact::new(*value, origin.clone()),
        None => Fact::default_of(
            default_propagation,
            RUNC_OR_CRUN,
            at.get("options").missing("[propagation]").place(),
        ),
    };
    Some(Mount {
        destination: read_destination(at, log),
        source: read_source(at, is_bind, log),
        superblock_read_only: superblock(&read_only, is_bind),
        recursive_read_only: flag(options.recursive_read_only.get(), "rro"),
        nosuid: flag(options.nosuid.get(), "nosuid"),
        nodev: flag(options.nodev.get(), "nodev"),
        noexec: flag(options.noexec.get(), "noexec"),
        id_mapped: read_id_mapping(at, &options, log),
        fs_type: at.get("type").fact(
            fs_type,
            RUNTIME_SPEC,
            if is_bind { "bind".into() } else { String::new() },
        ),
        bind,
        read_only,
        propagation,
        sub_path: None,
        options: options.all,
        origin: at.given(),
    })
}

fn read_bind(at: &At<'_>, fs_type: Option<&str>, options: &Options, log: &mut Log) -> Fact<Bind> {
    match &options.bind {
        Some((bind, origin)) => Fact::new(*bind, origin.clone()),
        None if fs_type == Some("bind") => {
            let message =
                "a mount of type `bind` needs the option `bind` or `rbind`: there is no such file system";
            log.invalid(at.get("type").place(), message);
            Fact::given(Bind::Plain, at.get("type").place())
        }
        None => Fact::default_of(
            Bind::No,
            RUNTIME_SPEC,
            at.get("options").missing("[bind]").place(),
        ),
    }
}

fn read_destination(at: &At<'_>, log: &mut Log) -> Fact<String> {
    let place = at.get("destination");
    match place.string(log).filter(|path| !path.is_empty()) {
        Some(path) if path.starts_with('/') => Fact::given(path, place.place()),
        Some(path) => {
            log.notice(
                place.place(),
                "a relative destination is deprecated: runtimes take it from `/`",
            );
            Fact::given(format!("/{path}"), place.place())
        }
        None => {
            log.invalid(place.place(), "a mount without a destination");
            Fact::unknown("the mount has no destination", vec![place.place()])
        }
    }
}

fn read_source(at: &At<'_>, is_bind: bool, log: &mut Log) -> Fact<MountSource> {
    let place = at.get("source");
    let text = place.string(log);
    match text {
        Some(path) if is_bind && path.starts_with('/') => {
            Fact::given(MountSource::HostPath(path), place.place())
        }
        Some(path) if is_bind => Fact::given(MountSource::BundlePath(path), place.place()),
        Some(name) => Fact::given(MountSource::Filesystem(name), place.place()),
        None if is_bind => {
            log.invalid(place.place(), "a bind mount without a source");
            Fact::unknown("the bind mount has no source", vec![place.place()])
        }
        None => Fact::default_of(
            MountSource::Filesystem(String::new()),
            RUNTIME_SPEC,
            place.place(),
        ),
    }
}

/// runc sets `ro` on a new file system itself, crun only on the mount.
fn superblock(read_only: &Fact<bool>, is_bind: bool) -> Fact<bool> {
    match (read_only.known(), is_bind) {
        (Some(false), false) => read_only.clone(),
        (_, true) => Fact::unknown(
            "whether the bound file system itself is read-only",
            read_only.places().to_vec(),
        ),
        (Some(true) | None, false) => Fact::unknown(
            "runc makes the file system itself read-only, crun only the mount",
            read_only.places().to_vec(),
        ),
    }
}

fn read_id_mapping(at: &At<'_>, options: &Options, log: &mut Log) -> Fact<Option<IdMapping>> {
    let (uids, gids) = (at.get("uidMappings"), at.get("gidMappings"));
    let values = |at: &At<'_>, log: &mut Log| id_maps(at, log).into_iter().map(|line| line.value).collect();
    let mapping = IdMapping {
        uids: values(&uids, log),
        gids: values(&gids, log),
        recursive: matches!(&options.id_map, Some((true, _))),
    };
    match &options.id_map {
        Some((_, origin)) => Fact::new(Some(mapping), origin.clone()),
        None if uids.is_present() || gids.is_present() => Fact::given(Some(mapping), uids.place()),
        None => Fact::default_of(None, RUNTIME_SPEC, at.get("options").missing("[idmap]").place()),
    }
}
