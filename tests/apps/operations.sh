#!/bin/sh
# What operators see of the gateway: the access log, traces, metrics behind the dashboard.
# operations.sh SPILLWAY_BINARY SOURCE_FOLDER
set -eu
folder=$(mktemp -d)
cat >"$folder/spillway.toml" <<END
[gateway]
listen = "127.0.0.1:0"
access_log = true
END
: >"$folder/log" # before the server, for the one who waits for its first line
"$1" serve --simulate --config "$folder/spillway.toml" >>"$folder/log" 2>&1 &
server=$!
trap 'kill -KILL $server 2>/dev/null || true; rm -rf "$folder"' EXIT

expect() { # expect TEXT FILE
  grep -q -e "$1" "$2" || { echo "no '$1' in:"; cat "$2"; exit 1; }
}
url=
tries=0
while [ -z "$url" ]; do
  url=$(sed -n 's/^spillway serves \(http[^ ]*\).*/\1/p' "$folder/log")
  tries=$((tries + 1))
  [ $tries -lt 300 ] || { cat "$folder/log"; exit 1; }
  sleep 0.1
done

trace=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
ask() { # ask HEADER MEMBERS
  curl -sS -D "$folder/head" -o "$folder/answer" "$url/chat/completions?secret=1" -H "$1" \
    -H 'Authorization: Bearer sk-not-for-logs' \
    -d "{\"model\": \"default\", $2 \"messages\": [{\"role\": \"user\", \"content\": \"whisper\"}]}"
}
ask "traceparent: $trace" ''
expect "^traceparent: $trace" "$folder/head"
ask 'traceparent: 00-nonsense' ''
if grep -q '^traceparent' "$folder/head"; then echo 'repeats nonsense'; exit 1; fi
ask "traceparent: $trace" '"stream": true,'
expect "^traceparent: $trace" "$folder/head"
expect '^: spillway cost_usd=0.0' "$folder/answer"
tries=0 # the line is written when the last byte has left, which curl may see first
until [ "$(grep -c '^{' "$folder/log")" -ge 3 ]; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || { cat "$folder/log"; exit 1; }
  sleep 0.1
done
curl -sS "${url%/v1}/metrics" >"$folder/metrics"
python3 "$2/tests/apps/check_dashboard.py" "$2/packaging/grafana-dashboard.json" "$folder/metrics"

kill -TERM $server
wait $server || { echo "ended with $?"; cat "$folder/log"; exit 1; }
grep '^{' "$folder/log" >"$folder/lines"
python3 - "$folder/lines" <<'END'
import json
import sys

lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
assert len(lines) == 4, lines
whole, _, streamed, metrics = lines
assert whole["path"] == "/v1/chat/completions" and whole["status"] == 200, whole
assert whole["output_tokens"] > 0 and whole["cost_usd"] > 0 and whole["ms"] > 0, whole
assert whole["request_id"].startswith("chatcmpl-") and whole["model"], whole
assert whole["traceparent"].startswith("00-4bf92f35"), whole
assert streamed["streamed"] is True and streamed["reply_bytes"] > 0, streamed
assert streamed["status"] == 200 and "cut" not in streamed, streamed
assert streamed["output_tokens"] > 0 and streamed["cost_usd"] > 0, streamed
assert streamed["ms"] >= streamed["first_word_ms"] > 0, streamed
assert metrics["path"] == "/metrics", metrics
END
for secret in whisper sk-not-for-logs secret=1; do
  if grep -q "$secret" "$folder/log"; then echo "the log tells $secret"; exit 1; fi
done
echo "operators see what they need, and nothing of what is said"
