#!/bin/sh
set +e
/usr/lib/raspberrypi-sys-mods/imager_custom enable_ssh -p
/usr/lib/userconf-pi/userconf 'alice' '$6$pibake$DV/4B6VHmu0DKPASlET/Mnyg4EtJWp80t7HFpvfUJ8H2X3ovY9uJEyXeFsdkKegUG3cqBY8kZ.JBOVF0UboiS/'
echo 'alice ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/010_alice-nopasswd
chmod 0440 /etc/sudoers.d/010_alice-nopasswd
rm -f /boot/firstrun.sh
sed -i 's| systemd.run.*||g' /boot/cmdline.txt
exit 0
