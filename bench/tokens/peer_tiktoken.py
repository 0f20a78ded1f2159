"""The peer from PyPI, as bench_tokens: peer_tiktoken.py NPM_FOLDER ENCODING ROUNDS FILE...

The wheel of tiktoken fetches its ranks from the network; npm's package brings the same ranks.
"""
import base64
import json
import pathlib
import sys
import time

import tiktoken


def encoding_from(npm, name):
    data = json.loads((pathlib.Path(npm) / "node_modules/tiktoken/encoders" / f"{name}.json").read_text())
    ranks = {}
    for line in data["bpe_ranks"].splitlines():
        _, start, *tokens = line.split(" ")
        for rank, token in enumerate(tokens, int(start)):
            ranks[base64.b64decode(token)] = rank
    return tiktoken.Encoding(name, pat_str=data["pat_str"], mergeable_ranks=ranks,
                             special_tokens=data["special_tokens"])


def one_pass(by, text, size):
    start = time.thread_time()
    tokens = len(by.encode_ordinary(text))
    return tokens, size / 1e6 / (time.thread_time() - start)


def main():
    npm, name, rounds, *files = sys.argv[1:]
    by = encoding_from(npm, name)
    for file in files:
        data = pathlib.Path(file).read_bytes()
        text = data.decode("utf-8", "replace")
        tokens, first = one_pass(by, text, len(data))
        best = max([first] + [one_pass(by, text, len(data))[1] for _ in range(int(rounds) - 1)])
        print(f"{file} {len(data)} {tokens} {first:.2f} {best:.2f}", flush=True)


main()
