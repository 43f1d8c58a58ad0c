#!/bin/bash
# What Docker hands to the OCI runtime for `docker run OPTION... IMAGE`: from-docker.sh OPTION... >config.json
# Needs root, a running Docker and an image `busybox`. Only the layout of the file is changed (edit.py).
set -euo pipefail
bundles=/run/containerd/io.containerd.runtime.v2.task/moby
docker run -d --name web --hostname web "$@" busybox /bin/sleep 1000 >/dev/null
"${BASH_SOURCE%/*}/edit.py" "$bundles/$(docker inspect --format '{{.Id}}' web)/config.json" /dev/stdout
docker rm -f web >/dev/null
