#!/usr/bin/env python3
"""Fails if a document names a test that does not exist. Read are the cells below `tests` of each
table: `path: "name"` is a test case of that exact name in the file, `path` alone the file.

usage: check_named_tests.py ROOT DOC...
"""
import pathlib
import re
import sys

LITERAL = r'"(?:[^"\\\n]|\\.)*"'
NAME = re.compile(
    r"^\s*(?:TEST_CASE|SCENARIO|TEST_CASE_METHOD|TEMPLATE_TEST_CASE|TEMPLATE_TEST_CASE_METHOD)\s*"
    r"\(\s*(?:[A-Za-z_][\w:]*\s*,\s*)?(" + LITERAL + r"(?:\s*" + LITERAL + r")*)", re.MULTILINE)
SPAN = re.compile(r"(`+)(.+?)\1(?!`)")
CELL_END = re.compile(r"(?<!\\)\|")
RULE = re.compile(r"^\|[\s:|-]+\|$")


def cells(line):
    return [c.strip().replace("\\|", "|") for c in CELL_END.split(line.strip())[1:-1]]


def test_cells(text):
    """(line number, cell) for each cell of a column that is headed `tests`."""
    lines = text.splitlines()
    column = None
    for number, line in enumerate(lines, 1):
        if not line.startswith("|"):
            column = None
        elif number < len(lines) and RULE.match(lines[number].strip()):
            head = cells(line)
            column = head.index("tests") if "tests" in head else None
        elif column is not None and not RULE.match(line.strip()):
            row = cells(line)
            yield number, row[column] if column < len(row) else ""


def names_in(source):
    """The names of the test cases of a C++ source, as Catch2 would print them."""
    found = set()
    for match in NAME.finditer(source):
        parts = re.findall(LITERAL, match.group(1))
        found.add("".join(re.sub(r"\\(.)", r"\1", part[1:-1]) for part in parts))
    return found


def fault_of(root, span):
    """What is wrong with one `path` or `path: "name"`, or nothing."""
    path, colon, name = span.partition(": ")
    file = root / path
    if not file.is_file():
        return f"there is no file {path}"
    if not colon:
        return ""
    if len(name) < 3 or name[0] != '"' or name[-1] != '"':
        return f"{span}: write the name of the test in quotes"
    if name[1:-1] not in names_in(file.read_text()):
        return f"{path} has no test case {name}"
    return ""


def check(root, doc):
    """(faults, number of tests named)"""
    faults, named = [], 0
    for number, cell in test_cells(doc.read_text()):
        spans = [match.group(2).strip() for match in SPAN.finditer(cell)]
        if not spans:
            faults.append(f"{doc}:{number}: names no test")
        for span in spans:
            named += 1
            fault = fault_of(root, span)
            if fault:
                faults.append(f"{doc}:{number}: {fault}")
    if not named:
        faults.append(f"{doc}: no table with a column `tests` that names one")
    return faults, named


def main():
    root, docs = pathlib.Path(sys.argv[1]), [pathlib.Path(a) for a in sys.argv[2:]]
    faults, named = [], 0
    for doc in docs:
        found, count = check(root, doc)
        faults, named = faults + found, named + count
    for fault in faults:
        print(fault)
    print(f"{named} names of tests in {len(docs)} documents, {len(faults)} faults")
    return 1 if faults or not docs else 0


if __name__ == "__main__":
    sys.exit(main())
