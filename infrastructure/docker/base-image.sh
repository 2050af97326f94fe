#!/usr/bin/env bash
# Makes a base image for the Dockerfiles from Debian's packages and this machine's .NET 10 runtime, where no registry can be reached.
#   base-image.sh [TAG]    imports it into the engine that `docker` talks to (DOCKER_HOST); default tag: platform-base:10.0
#   base-image.sh --tar    only makes the root file system, and prints where its archive is
# The archive is kept under ${XDG_CACHE_HOME:-~/.cache}/platform and made once per .NET version: half a minute. Needs root (or sudo), debootstrap.
# Then: docker build --build-arg BASE_IMAGE=platform-base:10.0 --build-arg INSTALL_LIBRDKAFKA=false …
set -euo pipefail
suite=bookworm
packages=libicu72,ca-certificates,tzdata,librdkafka1
recipe=1 # raised when what follows changes, so that older archives are not used

version="$(dotnet --list-runtimes | sed -n 's/^Microsoft\.AspNetCore\.App \(10\.[^ ]*\) .*/\1/p' | sort -V | tail -1)"
[ -n "$version" ] || { echo "base-image: the ASP.NET Core 10 runtime is not installed here" >&2; exit 69; }
dotnet="$(dirname "$(readlink -f "$(command -v dotnet)")")"
archive="${XDG_CACHE_HOME:-$HOME/.cache}/platform/base-image-$suite-$version-$recipe.tar"

make_archive() {
  command -v debootstrap >/dev/null || { echo "base-image: debootstrap is missing: apt-get install debootstrap" >&2; exit 69; }
  sudo=""; [ "$(id -u)" -eq 0 ] || sudo=sudo
  work="$(mktemp -d)"
  trap '$sudo rm -rf "$work"' EXIT
  chmod 755 "$work" # it becomes /
  local root="$work/root"
  $sudo debootstrap --variant=minbase --include="$packages" "$suite" "$root" >"$work/log" 2>&1 || { tail -20 "$work/log" >&2; exit 1; }
  $sudo mkdir -p "$root/usr/share/dotnet/shared/Microsoft.NETCore.App" "$root/usr/share/dotnet/shared/Microsoft.AspNetCore.App" "$root/usr/share/dotnet/host/fxr"
  $sudo cp "$dotnet/dotnet" "$root/usr/share/dotnet/"
  for part in host/fxr shared/Microsoft.NETCore.App shared/Microsoft.AspNetCore.App; do $sudo cp -r "$dotnet/$part/$version" "$root/usr/share/dotnet/$part/"; done
  $sudo ln -s /usr/share/dotnet/dotnet "$root/usr/bin/dotnet"
  # What no running service reads. The host's name and resolver are the engine's to give.
  $sudo rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale,info}/* "$root"/var/log/* "$root/etc/hostname" "$root/etc/resolv.conf"
  mkdir -p "$(dirname "$archive")"
  # First beside its place: whoever finds the archive finds it whole.
  $sudo tar -C "$root" --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*' -cf - . > "$archive.$$"
  mv "$archive.$$" "$archive"
}

[ -f "$archive" ] || make_archive
if [ "${1:-}" = --tar ]; then echo "$archive"; exit; fi
tag="${1:-platform-base:10.0}"
docker import \
  --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
  --change 'ENV DOTNET_RUNNING_IN_CONTAINER=true' \
  "$archive" "$tag" >/dev/null
echo "$tag"
