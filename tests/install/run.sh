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

prefix=$scratch/prefix
"$prefix/bin/spillway" models --provider openai | grep -q gpt-4o-mini
grep -q '^\.TH SPILLWAY 1' "$prefix/share/man/man1/spillway.1"
bash -n "$prefix/share/bash-completion/completions/spillway"
for file in share/zsh/site-functions/_spillway share/fish/vendor_completions.d/spillway.fish \
  lib/systemd/system/spillway.service share/spillway/grafana-dashboard.json \
  share/doc/spillway/docs/CONFIG.md share/doc/spillway/docs/OPERATIONS.md; do
  [ -s "$prefix/$file" ] || { echo "no $file is installed"; exit 1; }
done
