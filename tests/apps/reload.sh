#!/bin/sh
# A configuration that changes under a gateway that runs. reload.sh SPILLWAY_BINARY
set -eu
folder=$(mktemp -d)
cd "$folder"
write() { # write ROUTES
  cat >spillway.toml <<END
[gateway]
listen = "127.0.0.1:0"
admin_key_env = "TEST_ADMIN_KEY"
[routes]
$1
END
}
export TEST_ADMIN_KEY=operators-only
write 'default = ["gpt-4o-mini"]'
: >log # before the server, for the one who waits for its first line
"$1" serve --simulate --config spillway.toml >>log 2>&1 &
server=$!
trap 'kill -KILL $server 2>/dev/null || true; rm -rf "$folder"' EXIT

expect() { # expect TEXT FILE
  grep -q -e "$1" "$2" || { echo "no '$1' in:"; cat "$2"; exit 1; }
}
await() { # await TEXT FILE
  tries=0
  until grep -q -e "$1" "$2"; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || { echo "no '$1' in:"; cat "$2"; exit 1; }
    sleep 0.1
  done
}
await '^spillway serves' log
url=$(sed -n 's/^spillway serves \(http[^ ]*\).*/\1/p' log)
reload() { curl -sS -o answer -w '%{http_code}' -X POST "${url%/v1}/admin/reload" -H "x-api-key: $1"; }
ask() { # ask MODEL
  curl -sS -D head -o answer "$url/chat/completions" \
    -d "{\"model\": \"$1\", \"max_tokens\": 50, \"messages\": [{\"role\": \"user\", \"content\": \"?\"}]}"
}

ask careful
expect 'model_not_found' answer
[ "$(reload wrong)" = 401 ]

# The admin API.
write 'default = ["gpt-4o-mini"]
careful = ["gpt-4o"]'
[ "$(reload operators-only)" = 200 ]
expect '"applied":\["routes"\],"after_restart":\[\]' answer
ask careful
expect 'x-spillway-model: gpt-4o' head
curl -sS "$url/models" >answer
expect '"id":"careful"' answer

# What is wrong changes nothing.
write 'default = ["no-such-model"]'
[ "$(reload operators-only)" = 422 ]
expect 'no-such-model' answer
ask careful
expect 'x-spillway-model: gpt-4o' head

# Limits of a model that runs: the second request of a minute has no room any more.
write 'default = ["gpt-4o-mini"]
[routing]
wait_max = "0s"
[models."gpt-4o-mini".limits]
requests_per_minute = 500'
[ "$(reload operators-only)" = 200 ]
expect '"models (limits)"' answer
ask default
expect 'x-spillway-model' head
write 'default = ["gpt-4o-mini"]
[models."gpt-4o-mini".limits]
requests_per_minute = 1'
[ "$(reload operators-only)" = 200 ]
curl -sS -D head -o answer "$url/chat/completions" -H 'x-spillway-deadline-ms: 2000' \
  -d '{"model": "default", "max_tokens": 50, "messages": [{"role": "user", "content": "?"}]}'
expect '^HTTP/1.1 429' head
expect '^Retry-After' head

# How answers are kept.
write 'default = ["gpt-4o-mini"]
[cache]
default = "on"'
[ "$(reload operators-only)" = 200 ]
expect '"cache"' answer
for outcome in miss hit; do # without a bound on the reply: what is cut is not kept
  curl -sS -D head -o answer "$url/chat/completions" \
    -d '{"model": "default", "messages": [{"role": "user", "content": "?"}]}'
  expect "x-spillway-cache: $outcome" head
done

# Who may call, and the log of who did.
export TEST_CALLER_KEY=for-callers
cat >gateway-keys <<END
[gateway]
listen = "127.0.0.1:0"
admin_key_env = "TEST_ADMIN_KEY"
key_required = true
access_log = true
[routes]
default = ["gpt-4o-mini"]
END
cp gateway-keys spillway.toml
[ "$(reload operators-only)" = 200 ]
expect '"gateway"' answer
ask default
expect '^HTTP/1.1 401' head
grep -q '"status":401' log || { echo 'no line in the access log'; cat log; exit 1; }
sed 's/127.0.0.1:0/127.0.0.1:1/; /key_required/d' gateway-keys >spillway.toml
[ "$(reload operators-only)" = 200 ]
expect 'gateway (listen, TLS on or off)' answer
ask default
expect '^HTTP/1.1 401' head

# The signal, which also tells what must wait.
write 'default = ["gpt-4o"]
[[budget.rules]]
period = "day"
limit_usd = 0.0000001
on_exhausted = "refuse"
[runtime]
drain = "3s"'
kill -HUP $server
await 'configuration read again; changed for new requests: routes, budget.rules, gateway; after a restart: runtime' log
ask default
expect 'insufficient_quota' answer
write 'default = []'
kill -HUP $server
await 'the configuration stays as it was: ' log

stop() {
  kill -TERM $server
  wait $server || { echo "ended with $?"; cat log; exit 1; }
}
stop

# A certificate that is renewed. Without openssl there is none to try it with.
if command -v openssl >/dev/null; then
  certify() { # certify DAYS
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days "$1" -subj /CN=localhost \
      -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem 2>/dev/null
  }
  certify 60
  cat >spillway.toml <<END
[gateway]
listen = "127.0.0.1:0"
tls_cert = "cert.pem"
tls_key = "key.pem"
END
  : >log
  "$1" serve --simulate --config spillway.toml >>log 2>&1 &
  server=$!
  await '^spillway serves https' log
  url=$(sed -n 's/^spillway serves \(http[^ ]*\).*/\1/p' log)
  curl -sS --cacert cert.pem -o answer "$url/models"
  expect '"object":"list"' answer
  certify 90
  if curl -sS --cacert cert.pem -o answer "$url/models" 2>/dev/null; then echo 'it is renewed already'; exit 1; fi
  kill -HUP $server
  await '^certificate read again; it ends 20' log
  curl -sS --cacert cert.pem -o answer "$url/models"
  expect '"object":"list"' answer
  stop
fi
echo "the gateway takes over what changes"
