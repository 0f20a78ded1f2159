"""Whether each test that a document names exists: check_named_tests.py ROOT DOCUMENT...

Looks at `path: "name"` and `path` below tests/, in backticks. A name is that of a TEST_CASE.
"""

import re
import sys
from pathlib import Path

NAMED = re.compile(r'`(tests/[^`:]+)(?:: "([^`]+)")?`')


def faults(root, text):
    """Of each test that is not there, what is wrong with its name."""
    for path, name in NAMED.findall(text):
        file = root / path
        if not file.is_file():
            yield f"{path}: no such file"
        elif name and f'TEST_CASE("{name}"' not in file.read_text(encoding="utf-8"):
            yield f'{path}: no test "{name}"'


def main():
    root = Path(sys.argv[1])
    found = 0
    named = 0
    for document in sys.argv[2:]:
        text = (root / document).read_text(encoding="utf-8")
        named += len(NAMED.findall(text))
        for fault in faults(root, text):
            print(f"{document}: {fault}")
            found += 1
    print(f"{named} tests named, {found} faults")
    sys.exit(1 if found or not named else 0)


if __name__ == "__main__":
    main()
