#!/bin/bash
# base.sh IMAGE: makes IMAGE from Debian's packages with debootstrap, where no
# registry of images can be reached. The packages come from where this machine's
# own come from, and the image keeps those sources. Run as root.
set -eu -o pipefail
image=$1 suite=bookworm
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

sources=$(apt-get indextargets --format 'deb $(SITE) $(RELEASE) main' 'Created-By: Packages' |
  grep -E " $suite(-updates|-security)? main\$" | sort -u || true)
mirror=$(awk -v suite="$suite" '$3 == suite {print $2; exit}' <<<"$sources")

# Without a mirror debootstrap has one of its own, and writes it down.
debootstrap --variant=minbase "$suite" "$root" ${mirror:+"$mirror"} >"$root.log" 2>&1 || { tail -n 20 "$root.log"; exit 1; }
rm -f "$root.log"
[ -z "$sources" ] || echo "$sources" >"$root/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::(http|https|Check-Valid-Until|Check-Date)' >"$root/etc/apt/apt.conf.d/50sources" || true
cat >"$root/etc/dpkg/dpkg.cfg.d/slim" <<'SLIM'
force-unsafe-io
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
SLIM
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/usr/share/{man,locale}
tar -C "$root" --numeric-owner --exclude=./dev --exclude=./proc --exclude=./sys -c . |
  docker import --change 'CMD ["bash"]' --change 'LABEL base=debootstrap' - "$image" >/dev/null
