#!/usr/bin/env python3
"""Shows the checkers a tree that breaks each rule once, and expects to be told of each."""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

BROKEN = {
    "core/upward.hpp": ("#pragma once\n#include \"actors/router.hpp\"\n", "core may not include actors"),
    "core/foreign.hpp": ("#pragma once\n#include <caf/all.hpp>\n", "may not include <caf>"),
    "core/clock.cpp": ("auto t = std::chrono::steady_clock::now();\n", "reads a clock"),
    "wire/dom.hpp": ("#pragma once\n#include <nlohmann/json.hpp>\n", "may not include <nlohmann>"),
    "actors/lock.cpp": ("std::mutex m;\n", "locks, sleeps"),
    "actors/nap.cpp": ("std::this_thread::sleep_for(x);\n", "locks, sleeps"),
    "actors/port.cpp": ("#include \"transport/beast_client.hpp\"\n", "may include of transport only"),
    "agents/utils.cpp": ("\n", "the name says nothing"),
    "messages/bare.hpp": ("struct x;\n", "no #pragma once"),
    "runtime/near.cpp": ("#include \"runtime.hpp\"\n", "not named from the root"),
    "runtime/wide.cpp": ("//" + "x" * 120 + "\n", "longer than 100"),
}

NAMED = "| met | tests |\n|---|---|\n| a \\| b | `tests/dam_test.cpp: \"%s\"`<br>`%s` |\n"
DAM = ("TEST_CASE(\"it holds\") {}\nSCENARIO(\"it \\\"spills\\\"\", \"[x]\") {}\n"
       "TEST_CASE_METHOD(world, \"a name \"\n  \"of two lines\") {}\n// TEST_CASE(\"not this\")\n")
NAMES_THAT_EXIST = ["it holds", "it \"spills\"", "a name of two lines"]
NAMES_TO_TELL_OF = {
    "it leaks": ("tests/dam_test.cpp", "has no test case \"it leaks\""),
    "not this": ("tests/dam_test.cpp", "has no test case \"not this\""),
    "it hold": ("tests/dam_test.cpp", "has no test case \"it hold\""),
    "it holds": ("tests/weir_test.cpp", "there is no file tests/weir_test.cpp"),
}


def named_tests(text):
    """What check_named_tests.py says of a document with that text."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "tests").mkdir()
        (root / "tests/dam_test.cpp").write_text(DAM)
        (root / "list.md").write_text(text)
        out = subprocess.run([sys.executable, HERE / "check_named_tests.py", root, root / "list.md"],
                             capture_output=True, text=True)
        return out.returncode, out.stdout + out.stderr


def faults_of_named_tests():
    missed = []
    for name in NAMES_THAT_EXIST:
        code, told = named_tests(NAMED % (name, "tests/dam_test.cpp"))
        if code != 0:
            missed.append(f"the test '{name}' exists and was not found:\n{told}")
    for name, (path, expected) in NAMES_TO_TELL_OF.items():
        code, told = named_tests(NAMED % (name, path))
        if code == 0 or expected not in told or "list.md:3" not in told:
            missed.append(f"expected '{expected}', was told:\n{told}")
    for text in ("nothing\n", "| met | tests |\n|---|---|\n| a |  |\n",
                 "| met | tests |\n|---|---|\n| a | `tests/dam_test.cpp` |\n| b | soon |\n"):
        code, told = named_tests(text)
        if code == 0:
            missed.append(f"a list that names no test passed:\n{told}")
    return missed


def run(tree):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in tree.items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        out = subprocess.run([sys.executable, HERE / "check_layers.py", folder],
                             capture_output=True, text=True)
        return out.returncode, out.stdout


def main():
    missed = []
    for name, (text, expected) in BROKEN.items():
        code, told = run({name: text})
        if code == 0 or expected not in told or not told.startswith(name):
            missed.append(f"{name}: expected '{expected}', was told:\n{told}")
    code, told = run({"core/fine.hpp": "#pragma once\n#include <vector>\n"})
    if code != 0:
        missed.append(f"a tree without faults was refused:\n{told}")
    missed += faults_of_named_tests()
    print("\n".join(missed) or f"all {len(BROKEN) + len(NAMES_TO_TELL_OF)} kinds of fault are found")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
