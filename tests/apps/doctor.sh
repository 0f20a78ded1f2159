#!/bin/sh
# The doctor at servers that refuse, fail and tell another time. doctor.sh SPILLWAY_BINARY
set -eu
spillway=$1
folder=$(mktemp -d)
servers=
trap 'kill -KILL $servers 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
unset SPILLWAY_CONFIG LANGFUSE_PUBLIC_KEY LANGFUSE_SECRET_KEY 2>/dev/null || true

fail() { echo "$1"; cat out err 2>/dev/null; exit 1; }
# says TEXT ADVICE: a line of the doctor's, and what it says to do about it.
says() {
  grep -A1 -e "$1" out | grep -q -e "$2" || fail "no '$1' with '$2':"
}

cat >servers.py <<'END'
import email.utils
import http.server
import sys
import threading
import time

GEMINI = ('{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.",'
          '"status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo",'
          '"reason":"API_KEY_INVALID","domain":"googleapis.com"}]}}')
ANSWERS = {"good": (200, "{}"), "refuse": (401, '{"error":{"message":"Incorrect API key provided"}}'),
           "forbid": (403, "{}"), "fail": (503, "{}"), "none": (404, "{}"), "late": (200, "{}"),
           "gemini": (400, GEMINI),
           "money": (429, '{"error":{"message":"You exceeded your current quota","type":'
                          '"insufficient_quota","code":"insufficient_quota"}}')}


class provider(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.split("/")[1]
        # Anthropic's own path and header, without which it answers nobody.
        anthropic = self.headers.get("anthropic-version") and self.path == "/v1/models"
        status, body = (200, "{}") if anthropic else ANSWERS.get(name, (418, "{}"))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def date_time_string(self, timestamp=None):
        return email.utils.formatdate(time.time() + self.server.ahead, usegmt=True)

    def log_message(self, *unused):
        pass


def start(ahead):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), provider)
    server.ahead = ahead
    threading.Thread(target=server.serve_forever).start()
    return server.server_address[1]


print(start(0), start(7200), flush=True)
END
python3 servers.py >ports &
servers=$!
tries=0
until [ -s ports ]; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || fail 'no servers'
  sleep 0.1
done
read -r port late <ports

provider() { # provider NAME [PORT [DIALECT]]
  cat <<END
[providers.$1]
dialect = "${3:-openai}"
base_url = "http://127.0.0.1:${2:-$port}/$1/v1"
api_key_env = ["TEST_KEY"]
END
}
rest() {
  cat <<END
[models.m]
provider = "$1"
context = 1000
output_max = 100
prices = [{ input = 1, output = 1 }]
[routes]
default = ["m"]
[gateway]
listen = "127.0.0.1:0"
END
}
export TEST_KEY=sk-canary-0123456789

# All at once, each with what to do.
{
  for name in good refuse forbid fail none money; do provider $name; done
  provider gemini "$port" gemini
  printf '[providers.keyless]\nbase_url = "http://127.0.0.1:%s/refuse/v1"\n' "$port"
  printf '[providers.dead]\nbase_url = "http://127.0.0.1:1/v1"\n'
  printf '[providers.plain]\nbase_url = "https://127.0.0.1:%s/v1"\n' "$port"
  rest good
} >spillway.toml
if "$spillway" doctor >out 2>err; then fail 'much is wrong, and it ends with 0'; fi
says '^ok    provider good: .*takes the key' ''
says '^FAIL  provider refuse: .*does not take the key: Incorrect API key provided' 'set TEST_KEY to a key'
says '^FAIL  provider keyless: .*does not take the key' 'providers.keyless.api_key_env'
says '^FAIL  provider gemini: .*does not take the key: API key not valid' 'set TEST_KEY to a key'
says '^FAIL  provider money: .*exceeded your current quota' 'billing'
says '^warn  provider forbid' 'right to list models'
says '^warn  provider none' 'check the path in `providers.none.base_url`'
says '^FAIL  provider fail: answers in .* with 503' 'status page'
says '^FAIL  provider dead: .*refused' 'whether the server runs'
says '^FAIL  provider plain: TLS' 'https'
says '^ok    clock' ''
says '^warn  journal: none' 'set `journal.path`'
says 'It will not work before FAIL is put right' ''
grep -q canary out err && fail 'it tells a key'

# Anthropic has a path and a header of its own.
{
  printf '[providers.anthropic]\nbase_url = "http://127.0.0.1:%s"\n' "$port"
  printf '[journal]\npath = "nowhere/journal"\n'
  rest anthropic
} >spillway.toml
if ANTHROPIC_API_KEY=sk-canary-0123456789 "$spillway" doctor >out 2>err; then fail 'no such folder'; fi
says '^ok    provider anthropic: .*takes the key' ''
says '^FAIL  journal: there is no folder' 'change `journal.path`'

# Another time, a gateway that others reach and that asks no key.
{
  provider late "$late"
  rest late | sed 's/127.0.0.1:0/0.0.0.0:0/'
} >spillway.toml
if "$spillway" doctor >out 2>err; then fail 'the clock is wrong'; fi
says "^FAIL  clock: [12]h.* behind the servers'" 'NTP'
says '^FAIL  gateway: .*no key is asked' 'does not start'

# A certificate that ends, and one that lasts.
if command -v openssl >/dev/null; then
  for days in 2 300; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days $days \
      -subj /CN=localhost -keyout key.pem -out cert.pem 2>/dev/null
    {
      provider good
      rest good
      printf 'tls_cert = "cert.pem"\ntls_key = "key.pem"\n'
    } >spillway.toml
    "$spillway" doctor >out 2>err || fail 'nothing fails here'
    if [ $days = 2 ]; then
      says '^warn  gateway: its certificate ends 20' 'SIGHUP takes it up'
    else
      says '^ok    gateway: its certificate ends 20' ''
    fi
  done
  : >key.pem
  if "$spillway" doctor >out 2>err; then fail 'there is no key'; fi
  says '^FAIL  gateway: cannot use the TLS key' 'does not start'
fi
echo "the doctor says what is wrong, and what to do"
