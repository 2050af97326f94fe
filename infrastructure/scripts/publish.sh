#!/usr/bin/env bash
# Publishes every service into artifacts/publish/<Service>, where the Dockerfiles and packages take it from.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
for service in Gateway Deployment Autoscaler HealthMonitor Platform; do
  dotnet publish "services/$service" -c Release -o "artifacts/publish/$service" -nologo -v quiet "$@"
  echo "artifacts/publish/$service"
done
