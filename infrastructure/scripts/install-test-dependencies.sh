#!/usr/bin/env bash
# Installs what the tests need and this machine lacks, from the distribution, and starts nothing.
set -uo pipefail
missing=()
need() { # command-or-file package
  command -v "$1" >/dev/null 2>&1 || [ -e "$1" ] || missing+=("$2")
}
need ps procps
need rabbitmqctl rabbitmq-server
need /usr/lib/postgresql postgresql
need nginx nginx-light
need prometheus prometheus
need haproxy haproxy
need chromium chromium
need /usr/lib/x86_64-linux-gnu/librdkafka.so.1 librdkafka1
need ip iproute2
need debootstrap debootstrap
need dockerd docker.io
need docker-compose docker-compose
need docker-registry docker-registry
need kubectl kubernetes-client
# Newer distributions ship the client apart.
if ! command -v docker >/dev/null && apt-cache show docker-cli >/dev/null 2>&1; then missing+=(docker-cli); fi
[ "${#missing[@]}" -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "These are missing, and only Debian and Ubuntu are installed from here: ${missing[*]}. Install them, or run ./test --fast." >&2
  exit 1
fi
sudo=""; [ "$(id -u)" -eq 0 ] || sudo="sudo"
echo "Installing for the tests: ${missing[*]} …"
# Servers are started by the tests, on free ports with their own data: keep the packages from starting theirs.
policy=/usr/sbin/policy-rc.d
made_policy=false
if [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null; $sudo chmod +x "$policy"; made_policy=true; fi
$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
result=$?
$made_policy && $sudo rm -f "$policy"
exit $result
