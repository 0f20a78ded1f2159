#!/usr/bin/env python3
"""Fails if a header of the project does not compile alone. Headers whose text and includes have not
changed since they last compiled are skipped.

usage: check_headers.py ROOT BUILD_DIR
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

from layers import ROOMS


def compile_flags(build, root):
    """The flags of some source of ours, without its input and output."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if "/runtime/runtime.cpp" not in entry["file"]:
            continue
        words = shlex.split(entry["command"])
        words = words[1:] if words[0].endswith("ccache") else words
        keep, skip = [], False
        for word in words:
            if skip:
                skip = False
            elif word in ("-o", "-c", "-MF", "-MT"):
                skip = True
            elif word not in ("-MD",) and not word.endswith(".cpp"):
                keep.append(word)
        return keep + [f"-I{root}"]
    sys.exit(f"{build}: no compile command to take flags from")


def depends_on(flags, header):
    out = subprocess.run(flags + ["-MM", "-x", "c++", str(header)], capture_output=True, text=True)
    if out.returncode != 0:
        return None, out.stderr
    rule = out.stdout.replace("\\\n", " ").split(":", 1)[1]
    # A blank within a path is escaped, as make wants it.
    names = [n.replace("\\ ", " ") for n in re.split(r"(?<!\\)\s+", rule.strip())]
    return sorted(set(names)), ""


def check(flags, header, cache):
    names, failure = depends_on(flags, header)
    if names is None:
        return failure
    digest = hashlib.sha256(" ".join(flags).encode())
    for name in names:
        digest.update(pathlib.Path(name).read_bytes())
    stamp = cache / digest.hexdigest()
    if stamp.exists():
        return ""
    out = subprocess.run(flags + ["-fsyntax-only", "-Wno-pragma-once-outside-header", "-x", "c++",
                                  str(header)], capture_output=True, text=True)
    if out.returncode == 0:
        stamp.touch()
        return ""
    return out.stderr


def main():
    root, build = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
    cache = build / "headers_that_compile"
    cache.mkdir(exist_ok=True)
    flags = compile_flags(build, root)
    headers = [h for room in ROOMS if room != "examples" for h in sorted((root / room).rglob("*.hpp"))]
    faults = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for header, failure in zip(headers, pool.map(lambda h: check(flags, h, cache), headers)):
            if failure:
                faults += 1
                print(f"{header.relative_to(root)} does not compile alone:\n{failure}")
    print(f"{len(headers)} headers, {faults} faults")
    return 1 if faults or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
