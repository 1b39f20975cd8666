#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The init of both guests, the kernel that will crash and the capture kernel.
# It does nothing by itself: the host sends one command per line to the second
# serial port (or to the first PCI card, where the machine has one port of
# another kind, or to a hypervisor's second terminal or virtio console), the
# output goes back there, then a line with the exit status.
# The first port stays free for the kernels and the purgatory.
export PATH=/bin:/sbin PURGATORIO_LIBDIR=/lib/purgatorio
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t securityfs security /sys/kernel/security 2>/dev/null
control=/dev/ttyS1
[ ! -e /dev/ttyAMA0 ] || control=/dev/ttyS0
[ ! -e /proc/device-tree/ibm,opal ] || control=/dev/ttyS0
[ ! -e /proc/device-tree/vdevice ] || control=/dev/hvc1
[ ! -e /dev/ttysclp0 ] || control=/dev/hvc0
exec <$control >$control 2>&1
stty raw -echo
role=first
[ -e /proc/vmcore ] && role=capture
echo "@ready $role $(uname -r)"
while IFS= read -r line; do
	sh -c "$line" </dev/null
	printf '\n@status %d\n' $?
done
