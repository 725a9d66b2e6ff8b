#!/bin/sh
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Boots Debian's own kernel in an emulator, runs a command there, powers off, and
# exits with the command's status:
#
#   boot.sh WORK OUT COMMAND...
#
# The guest sees this machine's files as they are, under an overlay: what it
# writes is lost, but for what it writes to OUT. WORK keeps the kernel, which is
# fetched the first time. uvcvideo and vhci-hcd are loaded, with the frames that
# uvcvideo would drop for itself (nodrop). Exits with 77, saying why, where the
# emulator or the kernel cannot be had.
#
# Needs Debian's qemu-system-x86, busybox-static, cpio, kmod.
set -eu
mkdir -p "$1" "$2"
work=$(cd "$1" && pwd) out=$(cd "$2" && pwd)
shift 2

for tool in qemu-system-x86_64 busybox cpio depmod modprobe dpkg; do
  if ! PATH=$PATH:/sbin:/usr/sbin command -v $tool > /dev/null; then
    echo "skipped: $tool was not found"
    exit 77
  fi
done
[ "$(uname -m)" = x86_64 ] || { echo "skipped: not an x86-64 machine"; exit 77; }
PATH=$PATH:/sbin:/usr/sbin

# Two builds may share WORK.
exec 9> "$work/lock"
flock 9

fetch_kernel () {
  package=$(apt-cache depends linux-image-amd64 |
    sed -n 's/.*Depends: \(linux-image-[0-9][^ ]*\)$/\1/p' | head -n 1)
  [ "$package" ] || return 1
  (cd "$work" && apt-get download -q "$package") || return 1
  rm -rf "$work/root"
  dpkg -x "$work"/linux-image-*.deb "$work/unpacked"
  depmod -b "$work/unpacked" "$(ls "$work/unpacked/lib/modules")"
  mv "$work/unpacked" "$work/root"
  rm "$work"/linux-image-*.deb
}

# What the kernel needs before it sees this machine's files.
make_initrd () {
  rm -rf "$work/initrd"
  mkdir -p "$work/initrd/bin" "$work/initrd/modules"
  cp "$(command -v busybox)" "$work/initrd/bin/busybox"
  for module in virtio_pci 9pnet_virtio 9p overlay; do
    modprobe -d "$work/root" -S "$release" --show-depends $module
  done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' |
    awk -v to="$work/initrd/modules" \
      '{ n = $0; sub (".*/", "", n); printf "cp %s %s/%03d-%s\n", $0, to, NR, n }' | sh
  cat > "$work/initrd/init" <<'INIT'
#!/bin/busybox sh
b=/bin/busybox
$b mkdir -p /proc /sys /dev /lower /rw /new /out
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
for module in /modules/*; do $b insmod $module; done
options=trans=virtio,version=9p2000.L,msize=262144
$b mount -t 9p -o $options,ro,cache=loose files /lower
$b mount -t tmpfs -o size=1g tmpfs /rw
$b mkdir -p /rw/upper /rw/work
$b mount -t overlay -o lowerdir=/lower,upperdir=/rw/upper,workdir=/rw/work overlay /new
for folder in proc sys dev; do $b mount --move /$folder /new/$folder; done
out=$($b sed 's/.*out=\([^ ]*\).*/\1/' /new/proc/cmdline)
$b mount -t 9p -o $options out /new$out
exec $b switch_root /new /bin/sh $out/guest.sh
INIT
  chmod +x "$work/initrd/init"
  (cd "$work/initrd" && find . | cpio -o -H newc 2> /dev/null | gzip) > "$work/initrd.new"
  mv "$work/initrd.new" "$work/initrd.gz"
}

if [ ! -d "$work/root" ] && ! fetch_kernel; then
  echo "skipped: the package linux-image-amd64 cannot be had"
  exit 77
fi
release=$(ls "$work/root/lib/modules")
[ -f "$work/initrd.gz" ] || make_initrd
exec 9>&-

cat > "$out/guest.sh" <<GUEST
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
mount -t tmpfs tmpfs /run
mkdir -p /dev/shm && mount -t tmpfs tmpfs /dev/shm
ip link set lo up 2> /dev/null
modprobe -d $work/root -S $release uvcvideo nodrop=1
modprobe -d $work/root -S $release vhci-hcd
cd $(pwd)
$*
echo \$? > $out/status
sync
echo o > /proc/sysrq-trigger
while :; do :; done
GUEST
rm -f "$out/status"

timeout "${BOOT_TIMEOUT:-600}" qemu-system-x86_64 -accel tcg,thread=multi -cpu max \
  -m 3000 -smp 2 -nic none -nographic -no-reboot \
  -kernel "$work"/root/boot/vmlinuz-* -initrd "$work/initrd.gz" \
  -virtfs local,path=/,mount_tag=files,security_model=none,readonly=on,multidevs=remap \
  -virtfs "local,path=$out,mount_tag=out,security_model=none" \
  -append "console=ttyS0 panic=1 quiet out=$out" < /dev/null
[ -f "$out/status" ] || { echo "the guest did not get to its end"; exit 1; }
exit "$(cat "$out/status")"
