#!/usr/bin/env python3
"""Shows the checker a tree that breaks each rule once, and expects to be told of each."""
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
    print("\n".join(missed) or f"all {len(BROKEN)} kinds of fault are found")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
