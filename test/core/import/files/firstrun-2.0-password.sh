#!/bin/sh

set +e

CURRENT_HOSTNAME=$(cat /etc/hostname | tr -d " \t\n\r")
if [ -f /usr/lib/raspberrypi-sys-mods/imager_custom ]; then
   /usr/lib/raspberrypi-sys-mods/imager_custom set_hostname kit-07
else
   echo kit-07 >/etc/hostname
   sed -i "s/127.0.1.1.*$CURRENT_HOSTNAME/127.0.1.1\tkit-07/g" /etc/hosts
fi
FIRSTUSER=$(getent passwd 1000 | cut -d: -f1)
FIRSTUSERHOME=$(getent passwd 1000 | cut -d: -f6)
if [ -f /usr/lib/raspberrypi-sys-mods/imager_custom ]; then
   /usr/lib/raspberrypi-sys-mods/imager_custom enable_ssh
else
   systemctl enable ssh
fi
if [ -f /usr/lib/userconf-pi/userconf ]; then
   /usr/lib/userconf-pi/userconf 'alice' '$6$pibake$DV/4B6VHmu0DKPASlET/Mnyg4EtJWp80t7HFpvfUJ8H2X3ovY9uJEyXeFsdkKegUG3cqBY8kZ.JBOVF0UboiS/'
else
   echo "$FIRSTUSER:$6$pibake$DV/4B6VHmu0DKPASlET/Mnyg4EtJWp80t7HFpvfUJ8H2X3ovY9uJEyXeFsdkKegUG3cqBY8kZ.JBOVF0UboiS/" | chpasswd -e
   if [ "$FIRSTUSER" != "alice" ]; then
      usermod -l "alice" "$FIRSTUSER"
      usermod -m -d "/home/alice" "alice"
      groupmod -n "alice" "$FIRSTUSER"
   fi
fi
if [ -f /usr/lib/raspberrypi-sys-mods/imager_custom ]; then
   /usr/lib/raspberrypi-sys-mods/imager_custom set_wlan 'kit net' '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef' 'AT'
else
cat >/etc/wpa_supplicant/wpa_supplicant.conf <<'WPAEOF'
country=AT
ctrl_interface=DIR=/var/run/wpa_supplicant GROUP=netdev
network={
	ssid="kit net"
	psk=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
}
WPAEOF
   chmod 600 /etc/wpa_supplicant/wpa_supplicant.conf
fi
if [ -f /usr/lib/raspberrypi-sys-mods/imager_custom ]; then
   /usr/lib/raspberrypi-sys-mods/imager_custom set_keymap 'de'
   /usr/lib/raspberrypi-sys-mods/imager_custom set_timezone 'Europe/Vienna'
else
   rm -f /etc/localtime
   echo "Europe/Vienna" >/etc/timezone
fi
rm -f /boot/firstrun.sh
sed -i 's| systemd.run.*||g' /boot/cmdline.txt
exit 0
