# Real containers for tests. Source it in bash, as root:
#
#   . tests/live/containers.sh
#   make_bundle DIR CONFIG        a bundle below DIR: CONFIG with `sleep` as its program and a root of busybox; without
#                                 what belongs to the engine that wrote CONFIG, and what the machine cannot give
#   start_container RUNTIME DIR   starts it in the background with runc or crun and prints its pid
#   stop_container DIR            ends it and removes what the runtime left; may be called twice
#   can_start RUNTIME             succeeds if RUNTIME can start containers here; else says why on stderr
#
# Everything that the runtime writes is below DIR, but for cgroups, whose name is that of the container.
# A function that fails says why on stderr and returns 1.

BUSYBOX=${BUSYBOX:-/bin/busybox}

# Runs a command where the runtime finds cgroups that it can use. crun refuses a host that mounts both versions: it
# gets a mount namespace of its own without version 2; on the host nothing changes.
_with_cgroups() {
	local runtime=$1
	shift
	if [ "${runtime##*/}" = crun ] && mountpoint -q /sys/fs/cgroup/unified; then
		unshare --mount --propagation private sh -c 'umount /sys/fs/cgroup/unified && exec "$@"' sh "$@"
	else
		"$@"
	fi
}

can_start() {
	local runtime=$1
	[ "$(id -u)" = 0 ] || { echo "containers need root" >&2; return 1; }
	command -v "$runtime" >/dev/null || { echo "$runtime is not installed" >&2; return 1; }
	[ -x "$BUSYBOX" ] || { echo "$BUSYBOX is not installed (busybox-static)" >&2; return 1; }
	command -v python3 >/dev/null || { echo "python3 is not installed" >&2; return 1; }
}

make_bundle() {
	local dir=$1 config=$2 name
	mkdir -p "$dir/rootfs"/{bin,dev,etc,proc,run,sys,tmp} || return 1
	cp "$BUSYBOX" "$dir/rootfs/bin/busybox" || return 1
	for name in sh sleep cat ls; do
		ln -sf busybox "$dir/rootfs/bin/$name"
	done
	chmod 755 "$dir" "$dir/rootfs"
	python3 - "$config" "$dir/config.json" <<-'PY'
		import json, os, re, sys
		config = json.load(open(sys.argv[1]))
		linux, process = config["linux"], config["process"]
		process.update(terminal=False, args=["/bin/sleep", "600"])
		config["root"]["path"] = "rootfs"
		# what an engine made for the container is gone with it: hooks, files, network namespaces
		config.pop("hooks", None)
		config["mounts"] = [m for m in config["mounts"] if m.get("type") != "bind" or os.path.exists(m["source"])]
		linux["namespaces"] = [n for n in linux["namespaces"] if not n.get("path", "").endswith("/docker/netns/default")]
		for namespace in linux["namespaces"]:
		    if not os.path.exists(namespace.get("path", "/")):
		        del namespace["path"]
		# limits and capabilities beyond our own cannot be given away
		process.pop("rlimits", None)
		names = """CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
		    NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN
		    SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE
		    MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE""".split()
		own = int(re.search(r"CapBnd:\s*(\w+)", open("/proc/self/status").read()).group(1), 16)
		ours = {"CAP_" + name for bit, name in enumerate(names) if own >> bit & 1}
		for held in process.get("capabilities", {}).values():
		    held[:] = [name for name in held if name in ours]
		json.dump(config, open(sys.argv[2], "w"), indent="\t")
	PY
}

start_container() {
	local runtime=$1 dir state id pid
	dir=$(realpath "$2") || return 1
	state=$dir/.state
	[ -e "$state/id" ] && { echo "$dir: a container of this bundle is running" >&2; return 1; }
	mkdir -p "$state/root"
	id=watertight-$$-$RANDOM$RANDOM
	echo "$runtime" >"$state/runtime"
	echo "$id" >"$state/id"
	: >"$state/in"
	# regular files as standard streams: a pipe would keep the caller waiting, and crun changes the owner of /dev/null
	if ! _with_cgroups "$runtime" "$runtime" --root "$state/root" run --detach --bundle "$dir" \
		--pid-file "$state/pid" "$id" <"$state/in" >"$state/out" 2>&1; then
		echo "$runtime did not start $dir: $(tail -n 3 "$state/out")" >&2
		stop_container "$dir"
		return 1
	fi
	pid=$(cat "$state/pid")
	_wait_for_exec "$pid" || { echo "$runtime: the program in $dir ended at once" >&2; stop_container "$dir"; return 1; }
	echo "$pid"
}

# The runtime returns before the container's program is executed: until then /proc shows the runtime's own process.
_wait_for_exec() {
	local tries
	for tries in $(seq 200); do
		case $(tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null) in
			"/bin/sleep 600 ") return 0 ;;
		esac
		[ -e "/proc/$1" ] || return 1
		sleep 0.01
	done
	return 1
}

# Until the process is gone, or is a zombie that only its parent can take away.
_wait_for_end() {
	local tries
	for tries in $(seq 200); do
		grep -qs '^State:.[^ZX]' "/proc/$1/status" || return 0
		sleep 0.01
	done
}

stop_container() {
	local dir state runtime id pid
	dir=$(realpath "$1") || return 1
	state=$dir/.state
	[ -e "$state/id" ] || return 0
	runtime=$(cat "$state/runtime")
	id=$(cat "$state/id")
	pid=$(cat "$state/pid" 2>/dev/null)
	_with_cgroups "$runtime" "$runtime" --root "$state/root" delete --force "$id" >/dev/null 2>&1
	[ -z "$pid" ] || _wait_for_end "$pid"
	# crun leaves cgroups behind when a start fails
	find /sys/fs/cgroup -depth -type d -name "*$id*" -exec rmdir {} + 2>/dev/null
	rm -rf "$state"
}
