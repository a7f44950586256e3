# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
# shellcheck shell=bash
#
# What tools/demo, tools/check and tools/root share: messages, Debian packages
# and the build. The caller sets $top, the root of the source tree, and $build.

BUILD_PACKAGES='gcc libc6-dev meson ninja-build pkg-config
  libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev'
# The decoders of libntimages, which is built with those that are there.
IMAGE_PACKAGES='libjpeg62-turbo-dev libpng-dev libwebp-dev liblcms2-dev'
# With gst-inspect-1.0, gst-launch-1.0 and sinks for a screen, so that the lines
# in README.md run after tools/demo.
RUN_PACKAGES='gstreamer1.0-tools gstreamer1.0-x
  gstreamer1.0-plugins-base gstreamer1.0-plugins-good'
# The wall headers-alone also takes a C++ compiler, and ntmosaic-neighbours all
# the elements that there are.
TEST_PACKAGES='g++ gstreamer1.0-plugins-bad gstreamer1.0-libav'
# The Python package, its tests, and "pip install .".
PYTHON_PACKAGES='python3-dev python3-numpy python3-gst-1.0 python3-mesonpy
  python3-venv'

say () {
  printf '%s\n' "$*"
}

die () {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Runs a command with its output in the file $1, and shows the end of the output
# if the command fails.
quietly () {
  local log=$1
  shift
  mkdir -p "${log%/*}"
  "$@" >"$log" 2>&1 </dev/null && return
  tail -n 40 "$log" >&2
  return 1
}

missing_packages () {
  local package
  for package; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
      grep -q ' ok installed$' || printf ' %s' "$package"
  done
}

as_root () {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

apt_get () {
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o DPkg::Lock::Timeout=600 "$@"
}

install_packages () {
  # Old package lists may still be good enough.
  apt_get update || say 'apt-get update failed, trying the lists at hand'
  apt_get install -y --no-install-recommends "$@"
}

# Installs those of the named Debian packages that are missing.
need_packages () {
  local missing
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "not a Debian system: assuming that these, or their like, are there: $*"
    return
  fi
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    die "packages are missing, and to install them needs root or sudo;" \
      "as root: apt-get install --no-install-recommends$missing"
  fi
  say "installing (log: $build/packages.log):$missing"
  # shellcheck disable=SC2086  # a list of names
  quietly "$build/packages.log" install_packages $missing ||
    die "can't install the packages (log: $build/packages.log):$missing"
}

# Configures $build with the given options, unless it is configured so already,
# and builds.
compile () {
  local options_file=$build/configured-with
  if [ ! -f "$build/build.ninja" ]; then
    meson setup "$build" "$top" "$@" || return
  elif [ "$(cat "$options_file" 2>/dev/null)" != "$*" ]; then
    meson configure "$build" "$@" || return
  fi
  printf '%s\n' "$*" >"$options_file"
  meson compile -C "$build"
}
