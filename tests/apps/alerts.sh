#!/bin/sh
# Alert targets as an operator tries them. alerts.sh SPILLWAY_BINARY
set -eu
spillway=$1
folder=$(mktemp -d)
listener=
trap '[ -z "$listener" ] || kill "$listener"; rm -rf "$folder"' EXIT
cd "$folder"

fail() { echo "$1"; cat out err 2>/dev/null; exit 1; }
expect() { grep -q -e "$1" "$2" || fail "no '$1' in $2:"; }

# Without targets there is nothing to fail.
"$spillway" alerts test >out 2>err || fail "a test of no target must end with 0"
expect "No targets are configured" out

# A target on loopback that says what it is told to: 200 for /good, 404 for anything else.
python3 - >port <<'PY' &
import http.server
class target(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open("got", "ab") as f:
            f.write(self.path.encode() + b" " + body + b"\n")
        self.send_response(200 if self.path == "/good" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), target)
print(server.server_port, flush=True)
server.serve_forever()
PY
listener=$!
while [ ! -s port ]; do sleep 0.1; done
port=$(cat port)

cat >spillway.toml <<TOML
[journal]
path = "$folder/journal"
[alerts.targets.good]
kind = "webhook"
url = "http://127.0.0.1:$port/good"
allow_private = true
[alerts.targets.gone]
kind = "slack"
url = "http://127.0.0.1:$port/gone"
allow_private = true
[alerts.targets.inside]
kind = "webhook"
url = "https://127.0.0.1:$port/good"
TOML

if "$spillway" alerts test --config spillway.toml >out 2>err; then
  fail "a target that fails must end the test with 1"
fi
expect "good .*webhook .*delivered" out
expect "gone .*slack .*FAILED: the target answered 404" out
expect "inside .*FAILED: .*no public address" out
expect '"kind":"test"' got
"$spillway" alerts test --config spillway.toml --target good --json >out 2>err \
  || fail "the good target alone must end with 0"
expect '"name":"good","kind":"webhook","delivered":true,"http_status":200' out
if "$spillway" alerts test --config spillway.toml --target other >out 2>err; then
  fail "an unknown target must end with 1"
fi
expect "gone, good, inside" err

"$spillway" alerts list --config spillway.toml >out 2>err || fail "an empty list is no failure"
expect "Nothing is wrong" out
"$spillway" alerts list --config spillway.toml --json >out 2>err
expect '{"incidents":\[\],"undelivered":\[\]}' out
if "$spillway" alerts list --config /dev/null >out 2>err; then
  fail "a list needs a journal"
fi
expect "journal.path" err

# A secret in the file is refused, one that is missing is named.
printf '[alerts.targets.t]\nkind = "slack"\n' >bare.toml
if env -u SLACK_WEBHOOK_URL "$spillway" alerts test --config bare.toml >out 2>err; then
  fail "a target without an address must end with 1"
fi
expect "SLACK_WEBHOOK_URL" err
