#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The RVL test on other machines, under emulation: 64-bit Arm for its NEON
# kernel, s390x because it is big-endian. Needs qemu-user and Debian's
# gcc-aarch64-linux-gnu, gcc-s390x-linux-gnu with their libc6-dev-*-cross;
# exits with 77, which means skipped, where they are missing. Emulation is slow:
# every seventh case has to do.
set -eu
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# cross MACHINE QEMU KERNELS SOURCES...
cross () {
  machine=$1 qemu=$2 kernels=$3; shift 3
  if ! command -v "$machine-gcc" >/dev/null || ! command -v "$qemu" >/dev/null
  then
    echo "$machine: skipped, needs $machine-gcc and $qemu"
    exit 77
  fi
  "$machine-gcc" -std=gnu11 -O2 -Wall -Wextra -Wno-unused-parameter \
    -Wno-missing-field-initializers -Werror -static \
    -Icodecs -Itests/bench -o "$work/test" \
    codecs/rvl/rvl.c codecs/rvl/bands.c codecs/rvl/container.c \
    codecs/rvl/kernels.c codecs/rvl/portable.c codecs/rvl/scan.c \
    codecs/rvl/strict.c \
    codecs/rvl/tables.c "$@" \
    tests/codecs/rvl.c tests/codecs/rvl-reference.c tests/bench/frames.c
  for kernel in $kernels; do
    echo "$machine: $kernel"
    RVL_KERNEL=$kernel DEPTH_TEST_LIGHT=1 "$qemu" "$work/test"
  done
}

cross aarch64-linux-gnu qemu-aarch64 "neon portable" codecs/rvl/neon.c
cross s390x-linux-gnu qemu-s390x portable
