#!/bin/sh
# Files of batch jobs, there and back. batch.sh SPILLWAY_BINARY
set -eu
spillway=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

expect() { # expect TEXT FILE
  grep -qF -e "$1" "$2" || { echo "no '$1' in:"; cat "$2"; exit 1; }
}
call() { # call ID MODEL
  printf '{"custom_id":"%s","method":"POST","url":"/v1/chat/completions","body":{"model":"%s","max_tokens":100,"messages":[{"role":"user","content":"Name a river."}]}}\n' "$1" "$2"
}

# Each model's calls in its vendor's file.
{ call a gpt-4o-mini; call b claude-haiku-4-5; echo; call c gemini-2.5-flash; } >calls.jsonl
"$spillway" batch write calls.jsonl --out jobs >table
expect 'jobs/calls-claude-haiku-4-5-1.json' table
expect '{"requests":[{"custom_id":"b","params":{"max_tokens":100,' jobs/calls-claude-haiku-4-5-1.json
expect '{"key":"c","request":{"contents":' jobs/calls-gemini-2.5-flash-1.jsonl
expect '{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{' jobs/calls-gpt-4o-mini-1.jsonl
python3 -m json.tool jobs/calls-claude-haiku-4-5-1.json >/dev/null

# What is there already stays as it is, and nothing new is left beside it.
cp jobs/calls-gpt-4o-mini-1.jsonl kept
{ call z gpt-4o-mini; call y claude-haiku-4-5; } >other.jsonl && mv other.jsonl calls.jsonl
if "$spillway" batch write calls.jsonl --out jobs >table 2>faults; then echo 'wrote over a job'; exit 1; fi
expect 'is there already and is not written over' faults
expect 'nothing was written' faults
cmp kept jobs/calls-gpt-4o-mini-1.jsonl
! ls jobs | grep -q part

# One model for all, more than a file of OpenAI's holds.
call n gpt-4o-mini | awk '{ for (i = 0; i < 50001; ++i) { line = $0; sub(/"n"/, "\"n" i "\"", line); print line } }' >many.jsonl
"$spillway" batch write many.jsonl --model gpt-4.1-mini --out jobs >table
expect '50,000' table
[ "$(wc -l <jobs/many-gpt-4.1-mini-1.jsonl)" = 50000 ]
[ "$(wc -l <jobs/many-gpt-4.1-mini-2.jsonl)" = 1 ]
expect '"model":"gpt-4.1-mini"' jobs/many-gpt-4.1-mini-2.jsonl

# A line that is wrong is named, and nothing is written.
{ call a gpt-4o-mini; call a gpt-4o-mini; call d gpt-9; echo '{"custom_id":"e"}'; } >wrong.jsonl
! "$spillway" batch write wrong.jsonl --out jobs 2>faults
expect "wrong.jsonl:2: custom_id 'a' stands in an earlier line, too" faults
expect 'wrong.jsonl:3: in body: model `gpt-9` is none that we know' faults
expect 'wrong.jsonl:4: url is missing' faults
! ls jobs | grep -q wrong

# A line may be the request itself; a name that the vendor does not take is refused.
echo '{"custom_id":"x","model":"gpt-4o-mini","messages":[{"role":"user","content":"Name a river."}]}' >bare.jsonl
"$spillway" batch write bare.jsonl --out jobs >/dev/null
expect '{"custom_id":"x","method":"POST","url":"/v1/chat/completions","body":{' jobs/bare-gpt-4o-mini-1.jsonl
! "$spillway" batch write bare.jsonl --out bare.jsonl/jobs 2>faults
expect '--out bare.jsonl/jobs: Not a directory' faults
call 'a river' claude-haiku-4-5 >named.jsonl
! "$spillway" batch write named.jsonl 2>faults
expect 'named.jsonl:1: custom_id must be up to 64 letters' faults
expect '1 line is wrong; nothing was written' faults

# Without a price of batches it says so.
call g openai/gpt-oss-20b >groq.jsonl
"$spillway" batch write groq.jsonl --out jobs >table
expect 'openai/gpt-oss-20b: no price of batches is known' table

# What comes back, in any order.
cat >results <<'END'
{"custom_id":"b","result":{"type":"succeeded","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-4-5","content":[{"type":"text","text":"Oder."}],"stop_reason":"end_turn","usage":{"input_tokens":100,"output_tokens":50}}}}
{"custom_id":"d","result":{"type":"expired"}}
{"custom_id":"e","result":{"type":"errored","error":{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: too large"}}}}
{"custom_id":"f","result":{"type":"succ
END
! "$spillway" batch read --provider anthropic results >out 2>summary
expect '"content":"Oder."' out
expect '"cost_usd":0.000175' out # half of 100 x 1 + 50 x 5 millionths
expect '{"custom_id":"d","response":null,"error":{"code":"batch_expired"' out
expect '{"custom_id":"e","response":null,"error":{"code":"invalid_request_error","message":"max_tokens: too large"}}' out
expect 'results:4: not valid JSON' summary
expect '1 answered: 100 tokens in, 50 out, $0.000175 at the price of a batch' summary

"$spillway" batch read --provider openai - >out 2>summary <<'END'
{"id":"batch_req_1","custom_id":"a","response":{"status_code":200,"request_id":"r","body":{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-4o-mini","choices":[{"index":0,"message":{"role":"assistant","content":"Rhine."},"finish_reason":"stop"}],"usage":{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100}}},"error":null}
{"id":"batch_req_2","custom_id":"g","response":{"status_code":429,"request_id":"r","body":{"error":{"message":"Rate limit reached","type":"tokens","code":"rate_limit_exceeded"}}},"error":null}
END
expect '"cost_usd":0.000105' out # half of 1000 x 0.15 + 100 x 0.6 millionths
expect '1 not answered: rate_limited' summary

"$spillway" batch read --provider gemini - >out 2>summary <<'END'
{"key":"c","response":{"candidates":[{"content":{"role":"model","parts":[{"text":"Elbe."}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1000,"candidatesTokenCount":100,"totalTokenCount":1100},"modelVersion":"gemini-2.5-flash"}}
END
expect '"content":"Elbe."' out
expect '1 answered: 1,000 tokens in, 100 out, $0.000275 at the price of a batch' summary
! "$spillway" batch read --provider ollama - </dev/null 2>summary
expect "we know no batch files of the dialect 'ollama'" summary
