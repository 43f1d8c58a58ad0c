#!/bin/bash
# Makes the examples again: those of runc and crun from the start, and of all the others the repaired twin. Run it as
# root (`runc spec --rootless` is run as another user). Twice changes nothing; other versions of the tools write
# other files. What an engine wrote is kept as it was written: from-docker.sh makes such a file where Docker runs.
set -euo pipefail
cd "$(dirname "$0")"

# What `runc spec` or `crun spec` writes.
spec() {
	local dir
	dir=$(mktemp -d)
	chmod 777 "$dir"
	(cd "$dir" && "$@")
	cat "$dir/config.json"
	rm -r "$dir"
}

# NAME STATEMENT...: the configuration of another example with keys changed.
change() { ./edit.py "$@"; }
# NAME STATEMENT...: the repaired twin.
repair() { ./edit.py "$1/config.json" "$1/fixed.json" "${@:2}"; }

runtimes() {
	mkdir -p runc-spec crun-spec runc-rootless user-namespace-root masked-paths-removed readonly-paths-removed
	spec runc spec >runc-spec/config.json
	spec crun spec >crun-spec/config.json
	spec setpriv --reuid 1000 --regid 1000 --clear-groups runc spec --rootless >runc-rootless/config.json
	change runc-spec/config.json user-namespace-root/config.json \
		'map_users(c, 0)' 'add_capability(c, "CAP_SYS_ADMIN")'
	for removed in masked readonly; do
		change runc-spec/config.json "$removed-paths-removed/config.json" \
			'c["linux"]["seccomp"] = deny_calls("add_key", "keyctl", "request_key")' \
			"del c['linux']['${removed}Paths']"
	done
}

repairs() {
	repair runc-spec 'c["linux"]["seccomp"] = deny_calls("add_key", "keyctl", "request_key")'
	repair crun-spec 'map_users(c, 100000)'
	repair runc-rootless 'c["linux"]["namespaces"].append({"type": "network"})'
	repair user-namespace-root 'map_users(c, 100000)'
	repair masked-paths-removed 'take(c, "runc-spec/config.json", "linux", "maskedPaths")'
	repair readonly-paths-removed 'take(c, "runc-spec/config.json", "linux", "readonlyPaths")'
	for name in docker-default docker-bridge; do
		repair $name 'drop_capability(c, "CAP_NET_RAW")'
	done
	repair docker-privileged \
		'take(c, "docker-default/fixed.json", "process", "capabilities")' \
		'for key in ("seccomp", "maskedPaths", "readonlyPaths", "devices"): take(c, "docker-default/fixed.json", "linux", key)' \
		'take(c, "docker-default/fixed.json", "linux", "resources", "devices")' \
		'for path in ("/sys", "/sys/fs/cgroup"): mount(c, path)["options"].append("ro")'
	for name in docker-host-pid docker-host-pid-ptrace; do
		repair $name 'c["linux"]["namespaces"].append({"type": "pid"})'
	done
	for name in docker-socket docker-socket-read-only; do
		repair $name 'drop_mount(c, "/var/run/docker.sock")'
	done
	for name in docker-host-path docker-host-path-read-only; do
		repair $name 'drop_mount(c, "/host/etc")'
	done
	repair docker-host-root-read-only 'drop_mount(c, "/host")'
	repair docker-sys-module 'drop_capability(c, "CAP_SYS_MODULE")'
	repair docker-sys-admin 'drop_capability(c, "CAP_SYS_ADMIN")'
	repair docker-dac-read-search 'drop_capability(c, "CAP_DAC_READ_SEARCH")'
	repair docker-sys-time 'drop_capability(c, "CAP_SYS_TIME")'
	repair docker-disk 'del c["linux"]["devices"]' \
		'c["linux"]["resources"]["devices"] = [r for r in c["linux"]["resources"]["devices"] if r.get("type") != "b"]'
	repair docker-terminal 'del c["linux"]["devices"]' \
		'c["linux"]["resources"]["devices"] = [r for r in c["linux"]["resources"]["devices"] if r.get("major") != 4]'
	repair docker-sys-read-only 'drop_mount(c, "/host/sys")'
	for name in docker-host-network docker-host-network-admin; do
		repair $name 'del namespace(c, "network")["path"]'
	done
	repair docker-unmasked \
		'for key in ("maskedPaths", "readonlyPaths"): take(c, "docker-default/config.json", "linux", key)'
	repair docker-host-ipc 'c["linux"]["namespaces"].append({"type": "ipc"})' \
		'mount(c, "/dev/shm").update({"type": "tmpfs", "source": "shm", "options": ["nosuid", "noexec", "nodev"]})'
	repair docker-host-uts 'c["linux"]["namespaces"].append({"type": "uts"})' 'drop_capability(c, "CAP_SYS_ADMIN")'
	for name in docker-no-seccomp docker-user-keys; do
		repair $name 'take(c, "docker-default/config.json", "linux", "seccomp")'
	done
	repair docker-host-proc 'drop_mount(c, "/host/proc")'
	repair docker-shared-mount 'drop_mount(c, "/plugins")' 'drop_capability(c, "CAP_SYS_ADMIN")'
	repair docker-setuid 'c["process"]["noNewPrivileges"] = True'
	for name in podman-default podman-rootless; do
		repair $name 'for rule in c["linux"]["seccomp"]["syscalls"]: rule["names"] = [n for n in rule["names"] if n != "keyctl"]'
	done
}

if command -v runc crun >/dev/null; then runtimes; else echo "runc or crun is not installed: their files stay" >&2; fi
repairs
