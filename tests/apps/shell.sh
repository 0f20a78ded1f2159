#!/bin/bash
# Completion in a real shell, and the manual page. shell.sh SPILLWAY_BINARY
set -eu
spillway=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() { echo "$1"; exit 1; }
"$spillway" completion bash >"$folder/completion"
source "$folder/completion"

# complete WORD...: what is offered for the last word.
offered() {
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  _spillway
  echo "${COMPREPLY[*]-}"
}
same() { [ "$1" = "$2" ] || fail "expected '$1', got '$2'"; }

same "alerts" "$(offered spillway al)"
same "test" "$(offered spillway alerts te)"
same "--target" "$(offered spillway alerts test --t)"
same "team tag" "$(offered spillway report --by t)"
same "bash" "$(offered spillway completion ba)"
same "" "$(offered spillway serve --config x)"
for command in $("$spillway" --help | awk '/^Subcommands:/ { on = 1; next } on && NF { print $1 }'); do
  [[ " $(offered spillway "") " == *" $command "* ]] || fail "$command is not offered"
done
for shell in zsh fish; do
  "$spillway" completion $shell | grep -q "alerts test" || fail "no completion for $shell"
done
if "$spillway" completion tcsh 2>/dev/null; then
  fail "tcsh is not known"
fi

"$spillway" man >"$folder/spillway.1"
for text in NAME SYNOPSIS COMMANDS "EXIT STATUS" "spillway alerts test"; do
  grep -q "^.S[HS] $text" "$folder/spillway.1" || fail "the manual has no $text"
done
if command -v groff >/dev/null; then
  warnings=$(groff -man -Tutf8 -ww "$folder/spillway.1" 2>&1 >"$folder/page")
  [ -z "$warnings" ] || fail "groff: $warnings"
  grep -q "keeps fleets of LLM agents" "$folder/page" || fail "the page does not say what this is"
fi
