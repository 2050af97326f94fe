#!/usr/bin/env bash
# Publishes services into artifacts/publish/<Service>, where the Dockerfiles and packages take them from.
#   publish.sh [SERVICE …] [OPTION …]    options go to `dotnet publish`; without a service: all of them
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
services=()
while [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; do services+=("$1"); shift; done
[ "${#services[@]}" -gt 0 ] || services=(Gateway Deployment Autoscaler HealthMonitor Platform)
for service in "${services[@]}"; do
  dotnet publish "services/$service" -c Release -o "artifacts/publish/$service" -nologo -v quiet "$@"
  echo "artifacts/publish/$service"
done
