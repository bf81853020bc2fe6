#!/bin/sh
set +e
if [ -f /usr/lib/userconf-pi/userconf ]; then
   /usr/lib/userconf-pi/userconf 'bob' '$6$pibake$DV/4B6VHmu0DKPASlET/Mnyg4EtJWp80t7HFpvfUJ8H2X3ovY9uJEyXeFsdkKegUG3cqBY8kZ.JBOVF0UboiS/'
fi
if [ -f /usr/lib/raspberrypi-sys-mods/imager_custom ]; then
   /usr/lib/raspberrypi-sys-mods/imager_custom set_wlan  -h  'it'"'"'s mine' '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef' 'GB'
fi
rm -f /boot/firstrun.sh
sed -i 's| systemd.run.*||g' /boot/cmdline.txt
exit 0
