#!/usr/bin/env python3
"""Fails on an include against the DAG of the rooms, on a lock, sleep or clock where there is none, and
on headers without #pragma once. Prints the longest files and functions for a reader to judge.

usage: check_layers.py ROOT
"""
import pathlib
import re
import sys

from layers import (CLOCK_ROOMS, INTERNAL_HEADERS, KNOWN_THIRD_PARTY, LOCK_FREE_ROOMS, PORTS, ROOMS,
                    THIRD_PARTY)

INCLUDE = re.compile(r'^\s*#include\s+([<"])([^>"]+)[>"]')
CLOCK = re.compile(r"(steady_clock|system_clock|high_resolution_clock)::now")
LOCK = re.compile(r"std::(mutex|recursive_mutex|shared_mutex|atomic|thread|jthread|condition_variable)"
                  r"\b|sleep_(for|until)")
VAGUE_NAMES = re.compile(r"(^|_)(utils?|helpers?|managers?|common|misc)(_|$)")
LINE_MAX = 100


def sources(root):
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            if path.suffix in (".hpp", ".cpp"):
                yield room, path.relative_to(root).as_posix(), path


def include_fault(room, name, bracket, target):
    if bracket == '"':
        other = target.split("/")[0]
        if "/" not in target or other not in ROOMS:
            return f'"{target}" is not named from the root of the project'
        if other != room and other not in ROOMS[room]:
            return f"{room} may not include {other}"
        ports = PORTS.get((room, other))
        if ports is not None and target not in ports:
            return f"{room} may include of {other} only {', '.join(sorted(ports))}"
        return None
    library = target.split("/")[0]
    if library not in KNOWN_THIRD_PARTY:
        return None
    in_headers, in_sources = THIRD_PARTY[room]
    as_source = name.endswith(".cpp") or name in INTERNAL_HEADERS
    if library not in (in_sources if as_source else in_headers):
        return f"{room} may not include <{library}> in a {'source' if as_source else 'header'}"
    return None


def file_faults(room, name, text):
    if VAGUE_NAMES.search(pathlib.PurePath(name).stem):
        yield 1, "the name says nothing: who is its one noun?"
    if name.endswith(".hpp") and "#pragma once" not in text:
        yield 1, "no #pragma once"
    for number, line in enumerate(text.splitlines(), 1):
        include = INCLUDE.match(line)
        if include:
            fault = include_fault(room, name, *include.groups())
            if fault:
                yield number, fault
        code = line.split("//")[0]
        if CLOCK.search(code) and room not in CLOCK_ROOMS:
            yield number, "reads a clock; take the time as an argument"
        if LOCK.search(code) and room in LOCK_FREE_ROOMS:
            yield number, "locks, sleeps or starts a thread"
        if len(line) > LINE_MAX:
            yield number, f"longer than {LINE_MAX} columns"


def functions(text):
    """Yields (first line, lines, head) of each top-level braced block that looks like a function."""
    depth, start, head = 0, 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        code = re.sub(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])*\'|//.*', "", line)
        outside = line[:1] not in (" ", "\t", "}", "#", "") and depth == 0
        if outside and "(" in code and not code.rstrip().endswith(";"):
            start, head = number, line.strip()
        if not code.startswith(("namespace", "}")):
            depth += code.count("{") - code.count("}")
        if code.startswith("}"):
            if head and start:
                yield start, number - start + 1, head
            head, depth = "", 0


def print_longest(files):
    print("Longest files:")
    for lines, name in sorted(((t.count("\n"), n) for n, t in files), reverse=True)[:10]:
        print(f"  {lines:5}  {name}")
    print("Longest functions:")
    found = [(lines, f"{name}:{first}", head)
             for name, text in files if name.endswith(".cpp")
             for first, lines, head in functions(text)]
    for lines, place, head in sorted(found, reverse=True)[:10]:
        print(f"  {lines:5}  {place}  {head[:70]}")


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    files, faults = [], 0
    for room, name, path in sources(root):
        text = path.read_text(encoding="utf-8")
        files.append((name, text))
        for line, fault in file_faults(room, name, text):
            print(f"{name}:{line}: {fault}")
            faults += 1
    print_longest(files)
    print(f"{len(files)} files, {faults} faults")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main())
