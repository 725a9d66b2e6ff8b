#!/bin/sh
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# What is good to know of a depth camera when something does not work: prints the
# kernel, the cameras' USB ids, formats and controls, and what depthv4l2src reads
# of them. No serial number, no name of yours or of this computer, no picture.
#
#   sh docs/camera-report.sh > report.txt
#
# Uses v4l2-ctl (Debian's package v4l-utils) and gst-launch-1.0, where they are.

have () {
  command -v "$1" > /dev/null || { echo "($1 is not installed)"; return 1; }
}

# The USB device of a node has its ids two folders up; its name has no serial number.
usb_of () {
  usb=$(readlink -f "/sys/class/video4linux/$1/device/..")
  [ -f "$usb/idVendor" ] || { echo 'not on USB'; return; }
  echo "USB $(cat "$usb/idVendor"):$(cat "$usb/idProduct") $(cat "$usb/product" 2> /dev/null)," \
    "$(cat "$usb/speed") Mbit/s, driver $(basename "$(readlink -f "/sys/class/video4linux/$1/device/driver")")"
}

# What the element says that it reads; nobody else may use the camera meanwhile.
unit_and_intrinsics () {
  GST_DEBUG=depthv4l2src:5 GST_DEBUG_NO_COLOR=1 timeout 20 \
    gst-launch-1.0 -m depthv4l2src device="/dev/$1" num-buffers=10 ! fakesink 2>&1 |
    grep -E 'depth units per metre|does not say|INFO|WARN|ERROR|"video4linux' |
    sed 's/ 0x[0-9a-f]*//'
}

echo "kernel $(uname -r) $(uname -m)"
have gst-launch-1.0 && gst-launch-1.0 --version | sed -n 2p
in_group=no
case " $(id -nG) " in *' video '*) in_group=yes ;; esac
echo "root: $([ "$(id -u)" -eq 0 ] && echo yes || echo no), in the group video: $in_group"

for path in /sys/class/video4linux/video*; do
  [ -e "$path" ] || { echo 'There is no camera.'; break; }
  node=$(basename "$path")
  echo
  echo "== /dev/$node: $(cat "$path/name"), index $(cat "$path/index"), $(usb_of "$node")"
  have v4l2-ctl || continue
  formats=$(v4l2-ctl -d "/dev/$node" --list-formats-ext 2>&1)
  echo "$formats"
  v4l2-ctl -d "/dev/$node" --list-ctrls 2>&1
  case $formats in
    *"'Z16 '"* | *"'Y16 '"*)
      echo "-- depthv4l2src:"
      have gst-launch-1.0 && unit_and_intrinsics "$node" ;;
  esac
done
