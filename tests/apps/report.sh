#!/bin/sh
# Costs of a gateway that runs, as its owner reads them. report.sh SPILLWAY_BINARY
set -eu
spillway=$1
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"

fail() { echo "$1"; cat out err log 2>/dev/null; exit 1; }
expect() { grep -q -e "$1" "$2" || fail "no '$1' in $2:"; }

cat >spillway.toml <<TOML
[journal]
path = "$folder/journal"
TOML
if "$spillway" report --config spillway.toml >out 2>err; then
  fail "a report needs a journal"
fi
"$spillway" serve --config spillway.toml --simulate --listen 127.0.0.1:0 >log 2>err &
server=$!
for _ in $(seq 100); do
  url=$(sed -n 's|^spillway serves \(http[^ ]*\).*|\1|p' log)
  [ -n "$url" ] && break
  sleep 0.1
done
[ -n "$url" ] || fail "the gateway does not start"
for user in ann bob ann; do
  curl -sf "$url/chat/completions" -H 'Content-Type: application/json' \
    -d "{\"model\":\"gpt-4o-mini\",\"user\":\"$user\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}" \
    >reply || fail "no answer"
done

# While it runs.
"$spillway" report --config spillway.toml --period day >out 2>err || fail "no report"
expect "^MODEL .*REQUESTS .*COST" out
expect "^gpt-4o-mini *3 *3 " out
expect "^total *3 *3 " out
"$spillway" report --config spillway.toml --by user --since 1h >out 2>err || fail "no report by user"
expect "^ann *2 " out
expect "^bob *1 " out
"$spillway" report --journal journal --by hour --csv >out 2>err || fail "no table for spreadsheets"
expect "^hour,requests,calls" out
[ "$(wc -l <out)" -ge 2 ] || fail "no line in the table"
"$spillway" report --journal journal --json --since "$(date -u -d yesterday +%F)" >out 2>err
expect '"by":"model"' out
expect '"name":"gpt-4o-mini","requests":3' out
if "$spillway" report --journal journal --since soon >out 2>err; then
  fail "soon is no time"
fi
expect "neither a date nor a span" err
if "$spillway" report --journal nowhere >out 2>err; then
  fail "there is no such journal"
fi
kill "$server"
wait "$server" || true
server=
"$spillway" report --journal journal >out 2>err || fail "no report after the end"
expect "^total *3 " out
