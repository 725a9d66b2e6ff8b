#!/bin/sh
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests of another machine, under emulation: 64-bit Arm (arm64) for its NEON
# kernel, s390x because it is big-endian.
#   sh tests/cross.sh MACHINE [MESON-TEST-ARGUMENTS...]
# Without arguments to meson, these are the tests of the codecs; with
# "--suite codecs --suite elements" it takes a quarter of an hour.
#
# The machine's libraries are Debian's, unpacked into build/cross/MACHINE; the
# compiler is Debian's cross compiler. Nothing is installed, and no root is
# needed. Exits with 77, which means skipped, where a program or the packages are
# missing.
set -eu
cd "$(dirname "$0")/.."

machine=${1:?arm64 or s390x}; shift
[ $# -gt 0 ] || set -- --suite codecs
case $machine in
  arm64) triplet=aarch64-linux-gnu family=aarch64 endian=little ;;
  s390x) triplet=s390x-linux-gnu family=s390x endian=big ;;
  *) echo "cross.sh: the machine is $machine; allowed are arm64 and s390x"; exit 1 ;;
esac
packages="libgstreamer-plugins-base1.0-dev libpng-dev libdeflate-dev liblz4-dev
  libnghttp2-dev libxxhash-dev libgudev-1.0-dev glib-networking gstreamer1.0-tools
  gstreamer1.0-plugins-base gstreamer1.0-plugins-good"
work=$PWD/build/cross/$machine
root=$work/root build=$work/build

skip () {
  echo "$machine: skipped: $1"
  exit 77
}

# apt with a state of its own, in which nothing is installed.
apt () {
  apt-get -qq -o APT::Architecture="$machine" -o APT::Architectures="$machine" \
    -o APT::Sandbox::User="$(id -un)" -o Dir::State="$work/apt" \
    -o Dir::State::status="$work/apt/status" -o Dir::Cache="$work/cache" "$@"
}

unpack_packages () {
  [ "$(cat "$work/complete" 2> /dev/null)" != "$packages" ] || return 0
  rm -rf "$work"
  mkdir -p "$work/apt/lists/partial" "$work/cache/archives/partial" "$root"
  : > "$work/apt/status"
  apt update || return 1
  apt install -y --download-only --no-install-recommends $packages || return 1
  for package in "$work"/cache/archives/*.deb; do
    dpkg-deb -x "$package" "$root" || return 1
  done
  # The one plugin that tests need of a package that wants half a desktop.
  (cd "$work/cache" && apt download gstreamer1.0-plugins-bad &&
    dpkg-deb --fsys-tarfile gstreamer1.0-plugins-bad*.deb |
    tar -x -C "$root" --wildcards '*/libgstgdp.so') || return 1
  rm -r "$work/cache"
  echo "$packages" > "$work/complete"
}

write_cross_file () {
  cat > "$work/cross.ini" <<END
[binaries]
c = '$triplet-gcc'
ar = '$triplet-ar'
strip = '$triplet-strip'
pkgconfig = 'pkg-config'
exe_wrapper = ['qemu-$family', '-L', '$root']
[properties]
sys_root = '$root'
pkg_config_libdir = '$root/usr/lib/$triplet/pkgconfig:$root/usr/share/pkgconfig'
[built-in options]
c_args = ['--sysroot=$root']
c_link_args = ['--sysroot=$root']
[host_machine]
system = 'linux'
cpu_family = '$family'
cpu = '$family'
endian = '$endian'
END
}

for program in apt-get dpkg-deb "$triplet-gcc" "qemu-$family"; do
  command -v "$program" > /dev/null || skip "there is no $program"
done
unpack_packages || skip "Debian's packages for it are not to be had"
write_cross_file
[ -f "$build/build.ninja" ] ||
  meson setup "$build" --cross-file "$work/cross.ini" -Dwerror=true
ninja -C "$build"

# The list of plugins is made before the tests, in a process of its own: nothing
# here starts GStreamer's scanner, which is a program of the other machine.
export GST_PLUGIN_SYSTEM_PATH_1_0="$root/usr/lib/$triplet/gstreamer-1.0" \
  GIO_MODULE_DIR="$root/usr/lib/$triplet/gio/modules" \
  GST_REGISTRY_FORK=no DEPTH_TEST_LIGHT=1 CK_TIMEOUT_MULTIPLIER=10
GST_REGISTRY="$build/tests/registry.bin" GST_PLUGIN_PATH="$build/gst" \
  "qemu-$family" -L "$root" "$root/usr/bin/gst-inspect-1.0" rvldepth > /dev/null
meson test -C "$build" --no-rebuild --timeout-multiplier 10 --print-errorlogs "$@"
