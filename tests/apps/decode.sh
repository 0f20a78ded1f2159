#!/bin/sh
# Recorded bodies through the binary, in pieces of several sizes. decode.sh SPILLWAY_BINARY FIXTURES
set -eu
spillway=$1
openai=$2/openai
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

expect() { # expect TEXT FILE
  grep -qF -e "$1" "$2" || { echo "no '$1' in:"; cat "$2"; exit 1; }
}

for body in "$openai"/*.resp.sse; do
  for chunk in 1 7 4096; do
    "$spillway" decode --provider openai --stream --chunk $chunk --json "$body" >"$folder/$chunk"
  done
  cmp "$folder/1" "$folder/7"
  cmp "$folder/1" "$folder/4096"
  expect '"error":null' "$folder/1"
done

"$spillway" decode --provider openai --stream --json - \
  <"$openai/agent_run_stream_with_tools_0.resp.sse" >"$folder/call"
expect '"tool_calls":[{"id":"call_BPhRQvs8mbUXeHhEE6RAXTCW","name":"calculate_square_tool","arguments":"{\"x\":2}"}]' "$folder/call"
expect '"usage":{"input":58,"cached":0,"cache_write":0,"output":15,"reasoning":0}' "$folder/call"
expect '"cost_usd":0.000295' "$folder/call" # 58 x 2.5 + 15 x 10 millionths

printf 'HTTP/2 400 \r\nretry-after: 7\r\n' >"$folder/head"
"$spillway" decode --provider deepseek --headers "$folder/head" --json \
  "$openai/real_error_scenarios_deepseek_deepseek-chat_handles_context_length_exc.resp.json" >"$folder/long"
expect '"kind":"context_too_long"' "$folder/long"
expect '"usage":null' "$folder/long"

"$spillway" decode --provider openai --status 429 - >"$folder/page" <<'BODY'
{"error":{"message":"Rate limit reached for gpt-4o on tokens per min (TPM). Please try again in 16.782s","type":"tokens","code":"rate_limit_exceeded"}}
BODY
expect 'error         rate_limited: Rate limit reached' "$folder/page"
expect 'holds for     tokens_per_minute' "$folder/page"
expect 'retry after   16.782 s' "$folder/page"

head -c 900 "$openai/llama_index_complete_stream.resp.sse" |
  "$spillway" decode --provider generic --stream --json - >"$folder/cut"
expect '"text":"The"' "$folder/cut"
expect '"finish_reason":null' "$folder/cut"
expect '"kind":"interrupted"' "$folder/cut"

if "$spillway" decode --provider klingon - </dev/null 2>"$folder/unknown"; then exit 1; fi
expect "unknown dialect 'klingon'" "$folder/unknown"
if "$spillway" decode --provider openai "$folder/none" 2>"$folder/missing"; then exit 1; fi
expect "No such file" "$folder/missing"
echo "recorded bodies decode"
