#!/bin/sh
# Costs of a gateway that runs, as its owner reads them. report.sh SPILLWAY_BINARY
set -eu
spillway=$1
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"

fail() { echo "$1"; cat out err log 2>/dev/null; exit 1; }
expect() { grep -q -e "$1" "$2" || fail "no '$1' in $2:"; }

cat >spillway.toml <<TOML
[journal]
path = "$folder/journal"
TOML
if "$spillway" report --config spillway.toml >out 2>err; then
  fail "a report needs a journal"
fi
: >log # before the server, for the one who waits for its first line
"$spillway" serve --config spillway.toml --simulate --listen 127.0.0.1:0 >>log 2>err &
server=$!
for _ in $(seq 100); do
  url=$(sed -n 's|^spillway serves \(http[^ ]*\).*|\1|p' log)
  [ -n "$url" ] && break
  sleep 0.1
done
[ -n "$url" ] || fail "the gateway does not start"
for user in ann bob ann; do
  curl -sf "$url/chat/completions" -H 'Content-Type: application/json' \
    -d "{\"model\":\"gpt-4o-mini\",\"user\":\"$user\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}" \
    >reply || fail "no answer"
done

# While it runs.
"$spillway" report --config spillway.toml --period day >out 2>err || fail "no report"
expect "^MODEL .*REQUESTS .*COST" out
expect "^gpt-4o-mini *3 *3 " out
expect "^total *3 *3 " out
"$spillway" report --config spillway.toml --by user --since 1h >out 2>err || fail "no report by user"
expect "^ann *2 " out
expect "^bob *1 " out
"$spillway" report --journal journal --by hour --csv >out 2>err || fail "no table for spreadsheets"
expect "^hour,requests,calls" out
[ "$(wc -l <out)" -ge 2 ] || fail "no line in the table"
"$spillway" report --journal journal --json --since "$(date -u -d yesterday +%F)" >out 2>err
expect '"by":"model"' out
expect '"name":"gpt-4o-mini","requests":3' out
if "$spillway" report --journal journal --since soon >out 2>err; then
  fail "soon is no time"
fi
expect "neither a date nor a span" err
if "$spillway" report --journal nowhere >out 2>err; then
  fail "there is no such journal"
fi
kill "$server"
wait "$server" || true
server=
"$spillway" report --journal journal >out 2>err || fail "no report after the end"
expect "^total *3 " out

# Spans that hold nothing are told, not shown as an empty report; what is covered stands above.
expect "(UTC), from journal" out
if "$spillway" report --journal journal --since 2026-01-02 --until 2026-01-01 >out 2>err; then
  fail "that is no span of time"
fi
expect "there is nothing between 2026-01-02T00:00:00+00:00 and 2026-01-01T00:00:00+00:00" err

# A caller's key is one thing, the account at the provider another.
"$spillway" report --journal journal --by key >out 2>err
expect "^(none) *3 *3 " out
grep -q openai out && fail "a provider's key among callers' keys"
"$spillway" report --journal journal --by provider_key >out 2>err
expect "^openai/default *3 *3 " out

# Calls of which only sums are left have cost what they cost.
python3 - <<'END'
import sqlite3
journal = sqlite3.connect("journal")
old = 60 * 86400 * 10**9
first = journal.execute("select min(lease) from intent").fetchone()
journal.execute("update intent set at = at - ? where lease = ?", (old, *first))
journal.execute("update settlement set at = at - ?, sent = sent - ? where lease = ?", (old, old, *first))
journal.commit()
END
"$spillway" report --journal journal --period total --json >before 2>err
"$spillway" ledger compact --journal journal >out 2>err || fail "not compacted"
expect "^1 calls begun before" out
"$spillway" report --journal journal --period total --json >out 2>err
cost() { sed 's/.*"total":.*"cost_usd":\([^,]*\),.*/\1/' "$1"; }
[ "$(cost before)" = "$(cost out)" ] || fail "compacted, it costs $(cost out) instead of $(cost before)"
expect '"total":{.*"calls":3,.*"folded_calls":1}' out
"$spillway" report --journal journal --period total >out 2>err
expect "Of 1 older calls only sums are left" out
