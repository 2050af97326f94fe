#!/usr/bin/env bash
# The launcher behind ./platform: a warm start costs one `find`, a cold one a build of what the command needs.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
binary="$root/services/Platform/bin/Release/net10.0/platform.dll"
stamp="$root/.build-stamp"
projects=("services/Platform" "samples/Storefront")
if [ "${1:-}" = bench ]; then projects+=("tests/Benchmarks"); stamp="$root/.build-stamp-bench"; fi

if ! command -v dotnet >/dev/null; then
  echo "platform: the .NET 10 SDK is needed (command 'dotnet'): https://dotnet.microsoft.com/download/dotnet/10.0" >&2
  exit 69
fi

stale() {
  [ -f "$binary" ] && [ -f "$stamp" ] || return 0
  [ -n "$(find "$root/services" "$root/shared" "$root/samples" "$root/tests/Benchmarks" "$root"/Directory.* "$root/global.json" \
      \( -name bin -o -name obj -o -name node_modules \) -prune -o -type f -newer "$stamp" -print -quit 2>/dev/null)" ]
}

if stale; then
  # A shell that asks what to complete must not wait for a build.
  case "${1:-}" in "[suggest"*) exit 0 ;; esac
  echo "platform: building (first start, or the sources changed) …" >&2
  started="$(mktemp)"
  for project in "${projects[@]}"; do
    [ -d "$root/$project" ] || continue
    if ! output="$(dotnet build "$root/$project" -c Release -v quiet -nologo -clp:NoSummary 2>&1)"; then
      printf '%s\n' "$output" >&2
      echo "platform: $project could not be built; nothing was started." >&2
      rm -f "$started"
      exit 70
    fi
  done
  mv "$started" "$stamp"
fi

exec dotnet "$binary" "$@"
