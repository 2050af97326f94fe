#!/usr/bin/env bash
# Runs the tests and prints one closing line: "N passed, N failed, N skipped".
#   test.sh            everything; installs what is missing (Debian/Ubuntu, as root or with sudo)
#   test.sh --fast     only what needs no server, container engine or browser
#   test.sh [--fast] -- ARGS   passes ARGS to `dotnet test`
set -uo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
cd "$root"
fast=false
while [ $# -gt 0 ]; do
  case "$1" in
    --fast) fast=true; shift ;;
    --help|-h) sed -n '2,5p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
    --) shift; break ;;
    *) echo "test: unknown option '$1' (known: --fast, --help)" >&2; exit 64 ;;
  esac
done

if ! $fast; then infrastructure/scripts/install-test-dependencies.sh || exit 69; fi

results="$root/TestResults"
rm -rf "$results" && mkdir -p "$results"
echo "Building …"
dotnet build Platform.sln -c Release -nologo -v quiet -clp:NoSummary || { echo "The build failed." >&2; echo "0 passed, 1 failed, 0 skipped"; exit 1; }

status=0
for project in tests/*.Tests/*.Tests.csproj; do
  name="$(basename "$project" .csproj)"
  if $fast && { [ "$name" = Integration.Tests ] || [ "$name" = EndToEnd.Tests ]; }; then continue; fi
  echo "── $name"
  dotnet test "$project" -c Release --no-build -nologo --results-directory "$results" \
    --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" "$@" || status=1
done

# Figures that tests leave for the reader (kill points run, states reached, …).
for figures in "$results"/*.figures.txt; do [ -f "$figures" ] && cat "$figures"; done

sum() { grep -ho "<Counters [^>]*" "$results"/*.trx 2>/dev/null | grep -o "$1=\"[0-9]*\"" | grep -o '[0-9]*' | paste -sd+ | bc; }
total=$(sum total); passed=$(sum passed); failed=$(sum failed); executed=$(sum executed)
skipped=$(( ${total:-0} - ${executed:-0} ))
[ "${failed:-0}" -eq 0 ] && [ "$status" -ne 0 ] && failed=1
echo "${passed:-0} passed, ${failed:-0} failed, ${skipped:-0} skipped"
[ "$status" -eq 0 ]
