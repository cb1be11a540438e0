#!/bin/bash
# with-docker.sh COMMAND...: runs the command with a Docker daemon. Where none answers
# and this is root, one is started for it and stopped after it; otherwise the command
# runs without, and its tests say what they skip.
set -eu -o pipefail
daemon=
stop() {
  [ -n "$daemon" ] || return 0
  kill "$daemon" && wait "$daemon" || true
}
if ! docker version >/dev/null 2>&1 && [ "$(id -u)" = 0 ] && command -v dockerd >/dev/null; then
  log=$(mktemp /tmp/dockerd-XXXXXX.log)
  dockerd >"$log" 2>&1 &
  daemon=$!
  trap stop EXIT
  for _ in $(seq 100); do
    docker version >/dev/null 2>&1 && break
    if ! kill -0 "$daemon" 2>/dev/null; then
      echo "dockerd does not start here; the last it said, of $log:"
      tail -n 3 "$log"
      daemon=
      break
    fi
    sleep 0.2
  done
fi
"$@"
