#!/usr/bin/env bash
# Installs the build into a fresh prefix, builds a project that finds it there, and runs that.
# usage: run.sh BUILD_DIR SANITIZER
set -euo pipefail

build=$1
sanitizer=${2:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

flags=
[ -z "$sanitizer" ] || flags="-fsanitize=$sanitizer"
cmake --install "$build" --prefix "$scratch/prefix" > "$scratch/install.log"
cmake -S "$here/consumer" -B "$scratch/consumer" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_PREFIX_PATH="$scratch/prefix" -DCMAKE_CXX_FLAGS="$flags"
cmake --build "$scratch/consumer"
"$scratch/consumer/consumer"
