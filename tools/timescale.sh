#!/usr/bin/env bash
# PostgreSQL 17 with TimescaleDB (Apache edition) for tests, from Debian trixie's own packages, unpacked into one folder and run by
# trixie's own loader, so it works beside an older release. Needs no root and installs nothing. About 10 s and 95 MB.
#   tools/timescale.sh [FOLDER]     then FOLDER/root/usr/lib/postgresql/17/bin/{initdb,postgres}
# Needs apt-get, dpkg-deb and Debian's archive keyring (any Debian or Debian-based machine has them).
set -euo pipefail

say() { echo "timescale.sh: $*" >&2; }
for tool in apt-get dpkg-deb tar; do
  command -v "$tool" >/dev/null || { say "$tool is missing. TimescaleDB comes from Debian's packages; run these tests on Debian, or set TL_TIMESCALE_DIR."; exit 1; }
done

target=$(realpath -m "${1:-$HOME/.cache/throughline/timescale}")
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keyring" ] || { say "$keyring is missing: install the package debian-archive-keyring."; exit 1; }

mkdir -p "$(dirname "$target")"
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/apt/{lists/partial,archives/partial,state} "$work/root"

# The mirror that this machine's apt already trusts, asked for the next release.
mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep -E '/debian/?$' | sort -u | head -n 1 || true)
echo "deb [signed-by=$keyring] ${mirror:-http://deb.debian.org/debian/} trixie main" > "$work/apt/sources.list"
: > "$work/apt/status"
apt() {
  apt-get -qq \
    -o Dir::State="$work/apt/state" -o Dir::State::Lists="$work/apt/lists" -o Dir::State::status="$work/apt/status" \
    -o Dir::Cache="$work/apt" -o Dir::Cache::archives="$work/apt/archives" \
    -o Dir::Etc::sourcelist="$work/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
    -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
    -o APT::Sandbox::User= -o Debug::NoLocking=1 "$@"
}
apt update

packages="postgresql-17 postgresql-17-timescaledb libpq5 libc6 libgcc-s1 libstdc++6 libgssapi-krb5-2 libkrb5-3 libk5crypto3
  libkrb5support0 libcom-err2 libkeyutils1 libicu76 libldap2 libsasl2-2 liblz4-1 libpam0g libaudit1 libcap-ng0 libselinux1
  libpcre2-8-0 libssl3t64 libsystemd0 libcap2 liblzma5 libuuid1 libxml2 libxslt1.1 libzstd1 zlib1g libxxhash0"
# shellcheck disable=SC2086  # the list is meant to split
(cd "$work/apt/archives" && apt download $packages)
for package in "$work"/apt/archives/*.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -x -C "$work/root" --no-same-owner \
    --exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/share/locale' --exclude='./usr/share/lintian' \
    --exclude='./usr/lib/postgresql/17/lib/bitcode' --exclude='./usr/lib/postgresql/17/lib/llvmjit*' --exclude='./usr/lib/*/gconv'
done

# Each program becomes a script that finds everything relative to itself: the folder may be moved or copied.
bin="$work/root/usr/lib/postgresql/17/bin"
loader=$(cd "$work/root" && ls usr/lib/*/ld-linux-*.so.* | head -n 1)
for program in postgres initdb; do
  mv "$bin/$program" "$bin/$program.real"
  cat > "$bin/$program" <<WRAPPER
#!/bin/sh
here=\$(cd "\$(dirname "\$0")" && pwd)
root=\$here/../../../../..
exec "\$root/$loader" --argv0 "\$0" --library-path "\$root/$(dirname "$loader")" "\$here/$program.real" "\$@"
WRAPPER
  chmod 755 "$bin/$program"
done

rm -rf "$work/apt"
chmod 755 "$work"
rm -rf "$target"
mv "$work" "$target"
say "ready in $target"
