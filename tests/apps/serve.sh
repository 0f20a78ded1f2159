#!/bin/sh
# The gateway as a user runs it: three curls, and an orderly end. serve.sh SPILLWAY_BINARY
set -eu
folder=$(mktemp -d)
: >"$folder/log" # before the server, for the one who waits for its first line
"$1" serve --simulate --listen 127.0.0.1:0 >>"$folder/log" 2>&1 &
server=$!
trap 'kill -KILL $server 2>/dev/null || true; rm -rf "$folder"' EXIT

url=
tries=0
while [ -z "$url" ]; do
  url=$(sed -n 's/^spillway serves \(http[^ ]*\).*/\1/p' "$folder/log")
  tries=$((tries + 1))
  [ $tries -lt 100 ] || { cat "$folder/log"; exit 1; }
  sleep 0.1
done

expect() { # expect TEXT FILE
  grep -q -e "$1" "$2" || { echo "no '$1' in:"; cat "$2"; exit 1; }
}

# Whoever runs two of them is told that they do not count together.
expect 'counted in this process alone, and forgotten at its end' "$folder/log"

curl -sS "$url/models" >"$folder/models"
expect '"id":"gpt-4o-mini"' "$folder/models"

curl -sS -D "$folder/head" "$url/chat/completions" -H 'Content-Type: application/json' \
  -d '{"model": "default", "messages": [{"role": "user", "content": "Why do dams have spillways?"}]}' \
  >"$folder/answer"
expect '"object":"chat.completion"' "$folder/answer"
expect 'x-spillway-cost-usd: 0\.0' "$folder/head"

curl -sS "${url%/v1}/metrics" >"$folder/metrics"
expect 'spillway_requests_total{status="answered"} 1' "$folder/metrics"

kill -TERM $server
wait $server || { echo "ended with $?"; cat "$folder/log"; exit 1; }
expect 'stopped: 1 requests, 1 answered, 0 cut' "$folder/log"

# Beyond loopback without keys it must not start.
if "$1" serve --simulate --listen 0.0.0.0:0 2>"$folder/refused"; then exit 1; fi
expect 'gateway.keys_env' "$folder/refused"
echo "the gateway serves"
