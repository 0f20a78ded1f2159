#!/bin/sh
# One client's script before a gateway of its own. Ends with 77 if the client's packages are not
# there. drive.sh SPILLWAY_BINARY PACKAGES_FOLDER SCRIPT
set -eu
here=$(dirname "$0")
case $3 in
  *.py) interpreter=$2/python/bin/python ;;
  *.mjs) interpreter=$(command -v node || true); [ -d "$2/node_modules" ] || interpreter= ;;
esac
[ -x "$interpreter" ] || { echo "skipped: scripts/clients brings the packages"; exit 77; }

folder=$(mktemp -d)
: >"$folder/log"
SPILLWAY_CLIENT_KEY=client-key "$1" serve --simulate --config "$here/gateway.toml" \
  --listen 127.0.0.1:0 >"$folder/log" 2>&1 &
server=$!
trap 'kill -KILL $server 2>/dev/null || true; rm -rf "$folder"' EXIT

url=
tries=0
while [ -z "$url" ]; do
  url=$(sed -n 's/^spillway serves \(http[^ ]*\).*/\1/p' "$folder/log")
  tries=$((tries + 1))
  [ $tries -lt 300 ] || { cat "$folder/log"; exit 1; }
  sleep 0.1
done

PYTHONDONTWRITEBYTECODE=1 SPILLWAY_NODE_PACKAGES=$2 "$interpreter" "$here/$3" "$url" \
  || { cat "$folder/log"; exit 1; }
