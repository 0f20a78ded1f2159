"""Runs the tests of a script, all of them, and ends it with 1 if one failed."""

import sys


def run(names):
    failed = 0
    for name, test in list(names.items()):
        if not name.startswith("test_"):
            continue
        try:
            test()
            print(f"passed {name}", flush=True)
        except Exception as e:
            failed += 1
            print(f"FAILED {name}: {type(e).__name__}: {e}", flush=True)
    sys.exit(1 if failed else 0)
