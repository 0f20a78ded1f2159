#!/bin/sh
# A configuration from nothing, as a newcomer makes one. config.sh SPILLWAY_BINARY
set -eu
spillway=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
unset SPILLWAY_CONFIG OPENAI_API_KEY GEMINI_API_KEY GOOGLE_API_KEY LANGFUSE_PUBLIC_KEY LANGFUSE_SECRET_KEY \
  SLACK_WEBHOOK_URL PAGERDUTY_ROUTING_KEY 2>/dev/null || true

fail() { echo "$1"; cat out err 2>/dev/null; exit 1; }
expect() { grep -q -e "$1" "$2" || fail "no '$1' in $2:"; }

OPENAI_API_KEY=sk-canary-0123456789 "$spillway" config init >out 2>err || fail "init fails"
expect "keys found: *OPENAI_API_KEY" out
grep -q canary spillway.toml && fail "the file holds a key"
if "$spillway" config init >out 2>err; then
  fail "init wrote over a file"
fi
expect "never overwritten" err
"$spillway" config init - >stdout.toml
expect "no key yet: set OPENAI_API_KEY" stdout.toml

OPENAI_API_KEY=sk-canary-0123456789 "$spillway" config check >out 2>err || fail "what init wrote is refused"
expect "spillway.toml is valid" out
expect "providers *.*openai (tier1)" out
expect '\$10.00 a day' out

printf '[budget]\nzoom = 1\n[models.m]\ncontext = 0\n' >bad.toml
if "$spillway" config check bad.toml >out 2>err; then
  fail "a bad file must end with 1"
fi
expect "bad.toml:2:1: .*zoom" err
expect "bad.toml:4:" err
if "$spillway" config check --json bad.toml >out 2>err; then
  fail "a bad file must end with 1, told to programs too"
fi
expect '{"valid":false,"problems":\["bad.toml:2:1' out
"$spillway" config check --json --no-keys stdout.toml >out 2>err || fail "a file alone needs no key"
expect '"valid":true' out

# What keeps the gateway from starting is wrong here, too; what ends soon is told.
printf '[gateway]\nlisten = "0.0.0.0:1"\n' >open.toml
if OPENAI_API_KEY=sk-canary-0123456789 "$spillway" config check open.toml >out 2>err; then
  fail "serve would refuse this"
fi
expect "no key is asked" err
"$spillway" config check --no-keys open.toml >out 2>err || fail "the file alone is right"
printf '[models.m]\nprovider = "openai"\ncontext = 9\noutput_max = 1\nretired = 2020-01-01\nlimits = { requests_per_minute = 1 }\nprices = [{ input = 1, output = 1 }]\n[routes]\ndefault = ["m"]\n' >old.toml
"$spillway" config check --no-keys old.toml >out 2>err || fail "an old model is a warning"
expect 'warning: route `default` uses `m`, which its vendor retired on 2020-01-01' out

# Which configuration a command reads: --config, $SPILLWAY_CONFIG, ./spillway.toml, the defaults.
mkdir rule elsewhere
printf '[gateway]\nlisten = "127.0.0.1:1"\n[journal]\npath = "here"\n' >rule/spillway.toml
printf '[gateway]\nlisten = "127.0.0.1:2"\n[journal]\npath = "there"\n' >elsewhere/named.toml
printf '[gateway]\nlisten = "127.0.0.1:3"\n' >elsewhere/given.toml
(
  cd rule
  "$spillway" config check --no-keys >../out 2>../err
  expect '127.0.0.1:1' ../out
  export SPILLWAY_CONFIG=../elsewhere/named.toml
  "$spillway" config check --no-keys >../out 2>../err
  expect '127.0.0.1:2' ../out
  "$spillway" config check --no-keys ../elsewhere/given.toml >../out 2>../err
  expect '127.0.0.1:3' ../out
  # All commands alike; a relative name starts from the folder of the file that has it.
  for command in report "ledger verify" "ledger export" "ledger unknown"; do
    if "$spillway" $command >../out 2>../err; then fail "$command finds a journal"; fi
    expect "'../elsewhere/there'" ../err
    if "$spillway" $command --config spillway.toml >../out 2>../err; then fail "it does"; fi
    expect "'here'" ../err
  done
  "$spillway" keys list >../out 2>../err || fail "no list of keys"
  [ -e ../elsewhere/there-keys ] || fail "the keys are not where the journal is"
  export SPILLWAY_CONFIG=missing.toml
  for command in models tokens "run hello" "serve --simulate" doctor "alerts list" report \
    "keys list" "ledger verify" "config check"; do
    if "$spillway" $command >../out 2>&1 </dev/null; then fail "$command goes without its file"; fi
    expect 'missing.toml: cannot read the configuration: there is no such file' ../out
  done
) || exit 1
(
  cd elsewhere
  unset SPILLWAY_CONFIG
  "$spillway" config check --no-keys >../out 2>../err
  expect 'There is no spillway.toml here' ../out
) || exit 1

# Whatever single key there is, what init writes answers a request, here a simulated one.
for key in OPENAI GEMINI ANTHROPIC DEEPSEEK GROQ MISTRAL OPENROUTER; do
  env "${key}_API_KEY=sk-canary-0123456789" OLLAMA_HOST=127.0.0.1:1 \
    "$spillway" config init $key.toml >out 2>err || fail "init fails with $key"
  expect 'Next: ' out
  env "${key}_API_KEY=sk-canary-0123456789" "$spillway" config check $key.toml >out 2>err \
    || fail "what init wrote for $key is refused"
  "$spillway" run --simulate --config $key.toml hello >out 2>err || fail "$key: no answer"
done
OLLAMA_HOST=127.0.0.1:1 "$spillway" config init none.toml >out 2>err || fail "init without keys fails"
expect 'No model can be called yet' out

# An Ollama on this machine.
python3 -u -c '
import http.server
class ollama(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"{\"object\":\"list\",\"data\":[{\"id\":\"llama3.2:latest\",\"object\":\"model\",\"created\":1,\"owned_by\":\"library\"}]}"
        self.send_response(200 if self.path == "/v1/models" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *unused): pass
server = http.server.HTTPServer(("127.0.0.1", 0), ollama)
print(server.server_address[1])
server.serve_forever()' >port &
ollama=$!
trap 'kill -KILL $ollama 2>/dev/null || true; rm -rf "$folder"' EXIT
tries=0
until [ -s port ]; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || fail "no server"
  sleep 0.1
done
OLLAMA_HOST=0.0.0.0:$(cat port) "$spillway" config init ollama.toml >out 2>err || fail "init fails"
expect 'default route: *ollama/llama3.2:latest' out
"$spillway" config check ollama.toml >out 2>err || fail "what init wrote for Ollama is refused"
"$spillway" doctor --config ollama.toml >out 2>err || true
expect 'ok *provider ollama' out
"$spillway" run --simulate --config ollama.toml hello >out 2>err || fail "Ollama: no answer"

# The doctor, who must not go out: what can be seen from here.
if "$spillway" doctor --config missing.toml --offline >out 2>err; then
  fail "a missing file must end with 1"
fi
expect "FAIL  configuration: .*missing.toml" out
sed -i 's/^listen = .*/listen = "127.0.0.1:0"/' spillway.toml
OPENAI_API_KEY=sk-canary-0123456789 "$spillway" doctor --config spillway.toml --offline >out 2>err \
  || fail "nothing is wrong here"
expect "ok    configuration" out
expect "ok    journal: spillway.journal will be made" out
expect "Nothing stands in the way" out
grep -q canary out err && fail "the doctor tells a key"
OPENAI_API_KEY=sk-canary-0123456789 "$spillway" doctor --config spillway.toml --offline --json >out
expect '{"healthy":true,"checks":\[{"what":"configuration","result":"good"' out
[ ! -e spillway.journal ] || fail "the doctor made a journal"
