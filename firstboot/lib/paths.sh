# shellcheck shell=sh
# Where things are on the device.
ETC=$PIBAKE_PREFIX/etc/pibake
ASK=$ETC/first-boot
VAR=$PIBAKE_PREFIX/var/lib/pibake
RUN=$PIBAKE_PREFIX/run/pibake
FAT=/boot/firmware
