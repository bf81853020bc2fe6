#!/bin/bash
set +e
/usr/lib/raspberrypi-sys-mods/imager_custom set_hostname own
/usr/lib/raspberrypi-sys-mods/imager_custom import_ssh_id gh:alice lp:bob
/usr/lib/userconf-pi/userconf alice '$6$pibake$DV/4B6VHmu0DKPASlET/Mnyg4EtJWp80t7HFpvfUJ8H2X3ovY9uJEyXeFsdkKegUG3cqBY8kZ.JBOVF0UboiS/'
apt-get install -y mosquitto
cat > /etc/motd <<'EOF2'
hello
EOF2
curl https://example.org/setup | bash
rm -f /boot/firstrun.sh
sed -i 's| systemd.run.*||g' /boot/cmdline.txt
exit 0
