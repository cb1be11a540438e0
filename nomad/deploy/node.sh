#!/bin/sh
# Prepares a node for runners, as root, at every boot and now and then: their Docker
# network, from which the server's interface for runners is reached and nothing else,
# neither this machine nor another runner; the directory of the locks on uids; what
# is left of the volumes of runners that are gone is removed; and images are loaded that
# a list names, which is a text on a web server with lines of a content id (64 digits)
# and the URL of what `docker save` wrote.
#
#   node.sh SERVER PORT [NETWORK [URL-OF-THE-LIST]]
set -eu
server=${1:?the address of the server as runners reach it}
port=${2:?the port of its interface for runners}
network=${3:-grader}
list=${4:-}
bridge=$(printf %.15s "$network")

mkdir -p /run/lock/grader
chmod 0711 /run/lock/grader

docker network inspect "$network" >/dev/null 2>&1 || docker network create \
  --opt com.docker.network.bridge.name="$bridge" \
  --opt com.docker.network.bridge.enable_icc=false "$network" >/dev/null

# Docker's own prune leaves volumes that have options.
docker volume ls --quiet --filter label=grader=scratch --filter dangling=true |
  xargs -r docker volume rm >/dev/null

table=$(printf %s "$network" | tr -c 'a-zA-Z0-9\n' _)
nft -f - <<RULES
table inet $table
delete table inet $table
table inet $table {
  chain runners {
    ct state established,related accept
    ip daddr $server tcp dport $port accept
    drop
  }
  chain input {
    type filter hook input priority -10; policy accept;
    iifname "$bridge" jump runners
  }
  chain forward {
    type filter hook forward priority -10; policy accept;
    iifname "$bridge" jump runners
    oifname "$bridge" ct state new drop
  }
}
RULES

[ -n "$list" ] || exit 0
images=$(curl --fail --silent --show-error --location --connect-timeout 10 "$list")
echo "$images" | while read -r id url; do
  if [ -z "$id" ] || docker image inspect "sha256:$id" >/dev/null 2>&1; then continue; fi
  curl --fail --silent --show-error --location --connect-timeout 10 "$url" | docker load --quiet
  docker image inspect "sha256:$id" >/dev/null 2>&1 || { echo "$url has no image sha256:$id" >&2; exit 1; }
done
