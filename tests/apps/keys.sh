#!/bin/sh
# Virtual keys as an operator uses them, on a gateway with TLS that others reach. keys.sh BINARY
set -eu
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill -KILL $server 2>/dev/null || true; rm -rf "$folder"' EXIT

expect() { # expect TEXT FILE
  grep -q -e "$1" "$2" || { echo "no '$1' in:"; cat "$2"; exit 1; }
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
  -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
  -keyout "$folder/key.pem" -out "$folder/cert.pem" 2>/dev/null
cat >"$folder/spillway.toml" <<END
[gateway]
listen = "0.0.0.0:0"
admin_key_env = "TEST_ADMIN_KEY"
tls_cert = "$folder/cert.pem"
tls_key = "$folder/key.pem"
[journal]
path = "$folder/journal"
END
export TEST_ADMIN_KEY=operators-only
keys() { "$bin" keys "$@" --config "$folder/spillway.toml"; }
bin=$1

# Without a key it must not start where others reach it.
if "$1" serve --simulate --config "$folder/spillway.toml" 2>"$folder/refused"; then exit 1; fi
expect 'spillway keys create' "$folder/refused"

keys create bot --budget day=5 --requests-per-minute 60 --tag nightly --expires 30d >"$folder/new"
expect 'bot .*60 req/min.*\$5/day.*nightly' "$folder/new"
key=$(grep '^sk-spill-' "$folder/new")
keys list >"$folder/list"
expect 'bot' "$folder/list"
if grep -q "$key" "$folder/list"; then echo 'the list shows the key'; exit 1; fi
if grep -q "$key" "$folder/journal-keys"*; then echo 'the file has the key'; exit 1; fi
if keys create bot 2>"$folder/twice"; then exit 1; fi
expect 'already' "$folder/twice"
if keys create other --budget year=5 2>"$folder/wrong"; then exit 1; fi
expect 'day=5' "$folder/wrong"

: >"$folder/log" # before the server, for the one who waits for its first line
"$1" serve --simulate --config "$folder/spillway.toml" >>"$folder/log" 2>&1 &
server=$!
port=
tries=0
while [ -z "$port" ]; do
  port=$(sed -n 's/^spillway serves https:.*:\([0-9]*\)\/v1.*/\1/p' "$folder/log")
  tries=$((tries + 1))
  [ $tries -lt 300 ] || { cat "$folder/log"; exit 1; }
  sleep 0.1
done
url=https://localhost:$port

status() { # status KEY
  curl -sS -o "$folder/answer" -w '%{http_code}' --cacert "$folder/cert.pem" \
    "$url/v1/models" -H "Authorization: Bearer $1"
}
admin() { # admin METHOD PATH [BODY]
  curl -sS --cacert "$folder/cert.pem" -X "$1" "$url$2" -H "x-api-key: $TEST_ADMIN_KEY" ${3:+-d "$3"}
}

[ "$(status "$key")" = 200 ]
[ "$(status wrong)" = 401 ]
admin GET /admin/keys >"$folder/list"
expect '"name":"bot","state":"live"' "$folder/list"
admin POST /admin/keys '{"name": "cat", "models": ["default"]}' >"$folder/cat"
cat_key=$(sed -n 's/.*"key":"\([^"]*\)".*/\1/p' "$folder/cat")
[ "$(status "$cat_key")" = 200 ]

# What the command does holds in the gateway that runs.
keys rotate bot --json >"$folder/rotated"
new_key=$(sed -n 's/.*"key":"\([^"]*\)".*/\1/p' "$folder/rotated")
tries=0
while [ "$(status "$key")" != 401 ]; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || exit 1
  sleep 0.1
done
[ "$(status "$new_key")" = 200 ]
keys revoke cat >"$folder/revoked"
expect 'is revoked' "$folder/revoked"
tries=0
while [ "$(status "$cat_key")" != 401 ]; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || exit 1
  sleep 0.1
done
keys list --all --json >"$folder/list"
expect '"name":"cat","state":"revoked"' "$folder/list"

kill -TERM $server
wait $server || { echo "ended with $?"; cat "$folder/log"; exit 1; }
server=
echo "keys open the gateway, and end"
