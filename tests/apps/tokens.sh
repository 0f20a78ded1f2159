#!/bin/sh
# Counting as a user does it. tokens.sh SPILLWAY_BINARY
set -eu
spillway=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() { echo "$1"; exit 1; }
same() { # same EXPECTED ACTUAL WHAT
  [ "$1" = "$2" ] || fail "$3: expected '$1', got '$2'"
}
expect() { # expect TEXT FILE
  grep -q -e "$1" "$2" || { echo "no '$1' in:"; cat "$2"; exit 1; }
}

cat >"$folder/lines" <<'TEXT'
{"id": 1, "text": "hello world"}
{"text": "<|endoftext|>"}

{"text": "\ud83d lone", "other": {"text": [1]}}
{"text": ""}
TEXT
same "2 7 2 0" "$("$spillway" tokens --encoding o200k_base --jsonl text "$folder/lines" | xargs)" o200k
same "2 7 2 0" "$("$spillway" tokens --encoding cl100k_base --jsonl text <"$folder/lines" | xargs)" cl100k
same "2 7 2 0" "$("$spillway" tokens --encoding gpt2 --jsonl text - <"$folder/lines" | xargs)" gpt2

printf '{"text":"a"}\n{"text":\n{"no":1}\n{"text":"b"}\n' >"$folder/bad"
if "$spillway" tokens --encoding o200k_base --jsonl text "$folder/bad" >"$folder/out" 2>"$folder/err"; then
  fail "malformed lines must not end with 0"
fi
same "1,,,1" "$(paste -sd, "$folder/out")" "output beside malformed lines"
expect "bad:2: not JSON: it ends too early, after byte 8" "$folder/err"
expect 'bad:3: has no `text`' "$folder/err"
expect "2 lines could not be counted" "$folder/err"

printf 'The quick brown fox jumps over the lazy dog.\n' >"$folder/fox"
"$spillway" tokens "$folder/fox" "$folder/lines" --model gpt-4o --model gpt-3.5-turbo >"$folder/out"
expect '^ *10 *45  .*fox$' "$folder/out"
expect ' total$' "$folder/out"
expect '^gpt-4o  *o200k_base .* 0\.1% ' "$folder/out"
expect '^gpt-3.5-turbo  *cl100k_base ' "$folder/out"
"$spillway" tokens "$folder/fox" --json >"$folder/out"
expect '"tokens":10' "$folder/out"
expect '"model":"gpt-4o","provider":"openai","tokenizer":"o200k_base","exact":true' "$folder/out"
expect '"cost_usd":2.5e-05' "$folder/out"

"$spillway" tokens --encoding p50k_base --ids "$folder/fox" >"$folder/ids"
"$spillway" tokens --encoding p50k_base --decode "$folder/ids" | cmp - "$folder/fox" || fail "ids do not give the text back"

if "$spillway" tokens --encoding o300k "$folder/fox" 2>"$folder/err"; then exit 1; fi
expect 'no encoding `o300k`; there are o200k_base, cl100k_base' "$folder/err"
if "$spillway" tokens --model gpt-4oo "$folder/fox" 2>"$folder/err"; then exit 1; fi
if "$spillway" tokens "$folder/none" "$folder/fox" >"$folder/out" 2>"$folder/err"; then exit 1; fi
expect "none: No such file" "$folder/err"
expect "fox" "$folder/out"
if "$spillway" tokens "$folder" 2>"$folder/err"; then exit 1; fi
expect "is a directory" "$folder/err"
echo "tokens are counted"
