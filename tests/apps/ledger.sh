#!/bin/sh
# A journal as its owner keeps it: a run that is killed with a call open, then looked at, set right
# and shortened. ledger.sh SPILLWAY_BINARY
set -eu
spillway=$1
folder=$(mktemp -d)
server=
silent=
trap 'kill -KILL $server $silent 2>/dev/null || true; rm -rf "$folder"' EXIT
journal=$folder/journal

expect() { # expect TEXT FILE
  grep -q -e "$1" "$2" || { echo "no '$1' in:"; cat "$2"; exit 1; }
}

await() { # await FILE-COMMAND TEXT: until its output has the text
  tries=0
  until eval "$1" 2>/dev/null | grep -q -e "$2"; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] || { echo "no '$2' from: $1"; cat "$folder/log"; exit 1; }
    sleep 0.05
  done
}

# A provider that takes calls and never answers.
python3 -c '
import socket, time
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
print(s.getsockname()[1], flush=True)
time.sleep(600)' > "$folder/port" &
silent=$!
await "cat '$folder/port'" '[0-9]'

cat > "$folder/spillway.toml" << TOML
[journal]
path = "$journal"
[providers.silent]
base_url = "http://127.0.0.1:$(cat "$folder/port")/v1"
api_key_env = ["SILENT_KEY"]
[models.mute]
provider = "silent"
context = 8000
output_max = 1000
prices = [{ input = 1, output = 1 }]
[routes]
default = ["mute"]
[[budget.rules]]
period = "day"
limit_usd = 5
TOML

export SILENT_KEY=any
start() { # start OPTIONS
  rm -f "$folder/log" # or the one before is read for this one's
  "$spillway" serve "$@" --config "$folder/spillway.toml" --listen 127.0.0.1:0 > "$folder/log" 2>&1 &
  server=$!
  await "cat '$folder/log'" '^spillway serves'
  url=$(sed -n 's/^spillway serves \(http[^ ]*\).*/\1/p' "$folder/log")
}

ask() { # ask MODEL
  curl -sS "$url/chat/completions" -H 'Content-Type: application/json' \
    -d '{"model": "'"$1"'", "messages": [{"role": "user", "content": "Why?"}]}'
}

start --simulate
ask default > /dev/null
ask default > /dev/null
"$spillway" ledger verify --journal "$journal" > "$folder/check" # while it runs
expect '^chain  *ok' "$folder/check"
kill -TERM $server
wait $server

start
ask mute > /dev/null 2>&1 &
await "'$spillway' ledger unknown --journal '$journal'" '^1 calls hold'
kill -KILL $server
wait $server 2> /dev/null || true

start --simulate
if "$spillway" ledger settle 1 --journal "$journal" --not-sent 2> "$folder/refused"; then exit 1; fi
expect 'another process has it open' "$folder/refused"
kill -TERM $server
wait $server

"$spillway" ledger verify --config "$folder/spillway.toml" --json > "$folder/check"
expect '"ok":true' "$folder/check"
expect '"begun":3,"settled":2,"not_sent":0,"rejected":0,"unknown":1,"open":0' "$folder/check"
call=$("$spillway" ledger unknown --journal "$journal" --json | sed 's/.*"lease":\([0-9]*\).*/\1/')
"$spillway" ledger settle "$call" --journal "$journal" --cost-usd 0.000123456 --note test \
  > "$folder/settled"
expect 'costs \$0.000123456' "$folder/settled"
"$spillway" ledger export --journal "$journal" -o "$folder/calls.csv"
[ "$(wc -l < "$folder/calls.csv")" -eq 4 ] || { cat "$folder/calls.csv"; exit 1; }
expect "call,$call,.*,settled,.*,0.000123456," "$folder/calls.csv"
"$spillway" ledger export --journal "$journal" --json --to 2020-01-01 > "$folder/none"
[ ! -s "$folder/none" ]
"$spillway" ledger compact --journal "$journal" > "$folder/compacted"
expect '^0 calls begun before' "$folder/compacted"
"$spillway" ledger verify --journal "$journal" > "$folder/check"
if "$spillway" ledger verify --journal "$folder/none" 2> "$folder/refused"; then exit 1; fi
expect 'holds no journal' "$folder/refused"
echo "the ledger is in order"
