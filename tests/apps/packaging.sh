#!/bin/bash
# What the image and the unit promise, held against the binary. packaging.sh BINARY SOURCE_FOLDER
set -eu
spillway=$1
packaging=$2/packaging
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill -KILL $server 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
unset SPILLWAY_CONFIG SPILLWAY_KEY 2>/dev/null || true
fail() { echo "$1"; cat out log 2>/dev/null; exit 1; }

# The image installs the package of every library that the binary needs.
if command -v dpkg-query >/dev/null; then
  image=$(sed -n '/^FROM debian:12-slim$/,$p' "$packaging/Dockerfile" | tr -s ' \\\n' ' ')
  while read -r library; do
    package=$(dpkg-query --search "$(readlink -f "$library")" 2>/dev/null | cut -d: -f1 | head -n 1)
    case $package in
      '' | libc6 | libgcc-s1 | libasan* | libubsan* | libtsan*) continue ;; # in every image, or of a test
    esac
    [[ $image == *" $package "* ]] || fail "the image lacks $package for $library"
  done < <(ldd "$spillway" | awk '$3 ~ /^\// { print $3 }')
fi

# The image's own configuration: it starts with a key, and without one it says what is missing.
"$spillway" config check --no-keys "$packaging/container.toml" >out 2>&1 || fail 'the configuration is wrong'
sed "s|/var/lib/spillway|$folder|; s|0.0.0.0:8080|0.0.0.0:0|" "$packaging/container.toml" >spillway.toml
if "$spillway" serve --simulate >out 2>&1; then fail 'it starts without a key'; fi
grep -q SPILLWAY_KEY out || fail 'it does not say which key is missing'
SPILLWAY_KEY=any-long-random-text "$spillway" serve --simulate >log 2>&1 &
server=$!
tries=0
until grep -q '^spillway serves' log; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || fail 'it does not start'
  sleep 0.1
done
kill -TERM $server
wait $server || fail 'it does not end well'
server=
# Its health is asked where the command listens.
grep -q '"--listen", "0.0.0.0:8080"' "$packaging/Dockerfile" || fail 'another port'
grep -q 'http://127.0.0.1:8080/readyz' "$packaging/Dockerfile" || fail 'health is asked elsewhere'

# The unit, as systemd reads it.
if command -v systemd-analyze >/dev/null; then
  sed "s|/usr/bin/spillway|$spillway|; /^Documentation=/d" "$packaging/spillway.service" >spillway.service
  told=$(systemd-analyze verify "$folder/spillway.service" 2>&1) || fail "systemd: $told"
  [ -z "$told" ] || fail "systemd: $told"
fi
echo "image and unit fit the binary"
