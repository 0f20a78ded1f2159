#!/bin/sh
# One prompt from the command line, as people and scripts ask it. run.sh SPILLWAY_BINARY
set -eu
spillway=$1
folder=$(mktemp -d)
provider=
trap '[ -z "$provider" ] || kill -KILL $provider 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
unset SPILLWAY_CONFIG OPENAI_API_KEY GEMINI_API_KEY GOOGLE_API_KEY 2>/dev/null || true

fail() { echo "$1"; cat out err 2>/dev/null; exit 1; }
expect() { grep -q -e "$1" "$2" || fail "no '$1' in $2:"; }
# ends CODE ARGUMENT...: `spillway run ARGUMENT...` ends with CODE.
ends() {
  code=0
  wanted=$1
  shift
  "$spillway" run "$@" >out 2>err || code=$?
  [ $code = "$wanted" ] || fail "run $* ends with $code, not $wanted"
}

# The prompt from the command line, from standard input, from both, with files.
ends 0 --simulate Why do dams --max-tokens 50 have spillways?
expect '^In short: Why do dams have spillways?' out
expect '^gpt-6-luna: [0-9]* tokens in, 50 out, \$0\.0000' err
expect 'the answer was cut' err
echo 'from a pipe' | ends 0 --simulate --quiet
expect 'from a pipe' out
[ ! -s err ] || fail 'quiet tells something'
echo 'a lake' | ends 0 --simulate Describe -
expect 'Describe' out
echo 'notes of a file' >notes.txt
ends 0 --simulate --model gpt-4o --json --file notes.txt Sum up
expect '"status":"answered","text":".*","model":"gpt-4o","finish_reason":"stop","input_tokens":[1-9]' out
expect '"budget_left_usd":null' out
[ "$(wc -l <out)" = 1 ] || fail 'more than one line of JSON'
ends 0 --simulate --folder . --steps 5 Which files are there?
expect 'steps, [1-9][0-9]* tool calls' err

# What scripts tell apart.
ends 1 </dev/null
expect 'there is no prompt' err
ends 1 hello
expect 'no model can be called' err
ends 1 --config missing.toml hello
expect 'no such file' err
ends 2 --temperature 9 hello
ends 2 --folder nowhere hello
ends 6 --simulate --model no-such-model hello
expect 'unknown_target: ' err
grep -q 'tokens in' err && fail 'an account of nothing'
ends 3 --simulate --max-cost 0.0000001 hello
expect 'over_max_cost: ' err
ends 3 --simulate --folder . --max-cost 0.0000001 hello
ends 1 --simulate --deadline soon hello
expect '^spillway: --deadline' err
ends 6 --simulate --json --model no-such-model hello
expect '"status":"unknown_target","text":"","model":null' out

# A provider that fails, one that never answers, and who interrupts.
python3 -u -c '
import http.server, threading, time
class provider(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        if self.path.startswith("/silent"):
            open("asked", "w").close()
            time.sleep(600)
        self.send_response(500)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *unused): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), provider)
print(server.server_address[1])
server.serve_forever()' >port &
provider=$!
tries=0
until [ -s port ]; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || fail 'the provider does not start'
  sleep 0.1
done
cat >spillway.toml <<END
[providers.broken]
base_url = "http://127.0.0.1:$(cat port)/broken"
[providers.silent]
base_url = "http://127.0.0.1:$(cat port)/silent"
[models.bad]
provider = "broken"
context = 8000
output_max = 1000
prices = [{ input = 1, output = 1 }]
[models.mute]
provider = "silent"
context = 8000
output_max = 1000
prices = [{ input = 1, output = 1 }]
[routes]
default = ["bad"]
[journal]
path = "journal"
END
ends 5 hello
expect 'upstream_failed: ' err
expect '^  bad: ' err
ends 4 --model mute --deadline 300ms hello
expect 'deadline_exceeded: ' err
rm -f asked
"$spillway" run --model mute hello >out 2>err &
run=$!
tries=0
until [ -e asked ]; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || fail 'the provider is not asked'
  sleep 0.1
done
kill -INT $run
code=0
wait $run || code=$?
[ $code = 130 ] || fail "interrupted, it ends with $code"
# An agent that is interrupted: what its call may cost is told, as it is held.
rm -f asked
"$spillway" run --model mute --folder . hello >out 2>err &
run=$!
tries=0
until [ -e asked ]; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || fail 'the provider is not asked'
  sleep 0.1
done
kill -INT $run
code=0
wait $run || code=$?
[ $code = 130 ] || fail "interrupted, an agent ends with $code"
expect '^mute: .*\$0\.00[0-9]*[1-9]\|^no model: .*\$0\.00[0-9]*[1-9]' err
"$spillway" report --json >out 2>err || fail 'no report of what was run'
expect '"name":"mute","requests":3' out
# Beside a gateway that has the journal: told, and asked through it.
sed -i 's/^default = .*/default = ["bad"]\n[gateway]\nlisten = "127.0.0.1:0"\n[[budget.rules]]\nperiod = "day"\nlimit_usd = 1/' spillway.toml
: >log
"$spillway" serve --simulate >>log 2>&1 &
server=$!
trap 'kill -KILL $server $provider 2>/dev/null || true; rm -rf "$folder"' EXIT
tries=0
until grep -q '^spillway serves' log; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || fail 'the gateway does not start'
  sleep 0.1
done
url=$(sed -n 's|^spillway serves \(http[^ ]*\)/v1.*|\1|p' log)
ends 1 hello
expect 'another process has it open' err
expect 'spillway run --gateway http://127.0.0.1:0' err
ends 0 --gateway "$url" --team search hello
expect '^In short: hello' out
expect '^bad: [1-9][0-9]* tokens in, [1-9][0-9]* out, \$0\.00.*of the budget left' err
ends 0 --gateway "$url/v1/" --json --max-tokens 5 hello
expect '"status":"answered".*"finish_reason":"length".*"output_tokens":5,"cost_usd":[0-9]' out
ends 6 --gateway "$url" --model no-such-model hello
expect 'unknown_target: ' err
ends 3 --gateway "$url" --max-cost 0.0000001 hello
ends 1 --gateway http://127.0.0.1:1 hello
expect 'does `spillway serve` run there' err
ends 2 --gateway "$url" --folder . hello
"$spillway" report --by team >out 2>err
expect '^search *1 *1 ' out
kill -TERM $server
wait $server || fail 'the gateway does not end well'

# Who has read enough ends the request, not the process amid it.
ends 0 --simulate hello
"$spillway" run --simulate hello | head -c 1 >out || fail 'a reader that leaves is no fault'
echo "one prompt, and scripts know how it ended"
