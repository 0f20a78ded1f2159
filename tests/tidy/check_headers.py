#!/usr/bin/env python3
"""Fails if a header of the project does not compile alone. Skipped are headers that a source of the
build includes before all else, since that compiles, and those whose text and includes have not
changed since they last compiled.

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


FIRST_INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)


def compiled_first(entries, root):
    """Headers that are the first thing some compiled source includes."""
    found = set()
    for entry in entries:
        text = pathlib.Path(entry["file"]).read_text()
        first = FIRST_INCLUDE.search(text)
        if first and "#include <" not in text[:first.start()]:
            found.add(root / first.group(1))
    return found


def compile_flags(entries, root):
    """The flags of some source of ours, without its input and output."""
    for entry in entries:
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
    sys.exit("no compile command to take flags from")


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
    entries = json.loads((build / "compile_commands.json").read_text())
    flags = compile_flags(entries, root)
    proven = compiled_first(entries, root)
    headers = [h for room in ROOMS if room != "examples"
               for h in sorted((root / room).rglob("*.hpp")) if h not in proven]
    faults = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for header, failure in zip(headers, pool.map(lambda h: check(flags, h, cache), headers)):
            if failure:
                faults += 1
                print(f"{header.relative_to(root)} does not compile alone:\n{failure}")
    print(f"{len(proven)} headers compile first in a source, {len(headers)} more were tried, "
          f"{faults} faults")
    return 1 if faults or not headers or not proven else 0


if __name__ == "__main__":
    sys.exit(main())
