#!/bin/sh
# A configuration from nothing, as a newcomer makes one. config.sh SPILLWAY_BINARY
set -eu
spillway=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
unset OPENAI_API_KEY GEMINI_API_KEY GOOGLE_API_KEY LANGFUSE_PUBLIC_KEY LANGFUSE_SECRET_KEY \
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
