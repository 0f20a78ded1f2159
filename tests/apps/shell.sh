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
for command in $("$spillway" --help | awk '/^Options:/ { exit } /^  [a-z]/ { print $1 }'); do
  [[ " $(offered spillway "") " == *" $command "* ]] || fail "$command is not offered"
done
# Of each command, what is shown fits a terminal, and has no sign of the library behind it.
for command in "" serve run "config init" "keys create" report "ledger verify" "alerts test" models \
  "models update" tokens "batch write" decode doctor completion; do
  "$spillway" $command --help >"$folder/help" || fail "no help for '$command'"
  long=$(awk 'length > 92' "$folder/help")
  [ -z "$long" ] || fail "too wide for a terminal: $long"
  grep -q "^Usage: spillway ${command:-COMMAND}" "$folder/help" || fail "no usage of '$command'"
  if grep -E "TEXT:|INT|FLOAT|Excludes|SUBCOMMAND" "$folder/help"; then fail "raw help of '$command'"; fi
done
code=0
"$spillway" >/dev/null 2>"$folder/help" || code=$?
[ $code = 2 ] && grep -q '^Begin here' "$folder/help" || fail "nothing at all must show the help and end with 2"
code=0
"$spillway" sevre 2>"$folder/err" || code=$?
[ $code = 2 ] && grep -q 'did you mean `spillway serve`' "$folder/err" || fail "no help for a mistyped command"
code=0
"$spillway" keys rotat x 2>"$folder/err" || code=$?
[ $code = 2 ] && grep -q 'did you mean `spillway keys rotate`' "$folder/err" || fail "nor for one below another"
code=0
"$spillway" report --by colour 2>"$folder/err" || code=$?
[ $code = 2 ] && grep -q '^spillway: --by: colour' "$folder/err" || fail "a wrong value must end with 2"
"$spillway" --version | grep -q '^spillway [0-9]' || fail "no version"
if command -v fish >/dev/null; then
  "$spillway" completion fish >"$folder/spillway.fish"
  offered=$(fish --no-config -c "source $folder/spillway.fish; complete -C 'spillway keys r'" | cut -f1 | sort | tr '\n' ' ')
  [ "$offered" = "revoke rotate " ] || fail "fish is offered '$offered'"
  offered=$(fish --no-config -c "source $folder/spillway.fish; complete -C 'spillway report --by t'" | cut -f1 | tr '\n' ' ')
  [ "$offered" = "tag team " ] || [ "$offered" = "team tag " ] || fail "fish is offered '$offered'"
fi
if command -v zsh >/dev/null; then
  "$spillway" completion zsh >"$folder/_spillway"
  zsh -n "$folder/_spillway" || fail "zsh does not read it"
fi
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
