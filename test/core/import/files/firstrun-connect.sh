#!/bin/sh

set +e

if [ -f /usr/lib/userconf-pi/userconf ]; then
   /usr/lib/userconf-pi/userconf 'alice' '$6$pibake$DV/4B6VHmu0DKPASlET/Mnyg4EtJWp80t7HFpvfUJ8H2X3ovY9uJEyXeFsdkKegUG3cqBY8kZ.JBOVF0UboiS/'
fi
TARGET_USER="alice"
TARGET_HOME=$(getent passwd "$TARGET_USER" | cut -d: -f6)
if [ -z "$TARGET_HOME" ] || [ ! -d "$TARGET_HOME" ]; then TARGET_HOME="/home/alice"; fi
install -o "$TARGET_USER" -m 700 -d "$TARGET_HOME/.config/com.raspberrypi.connect"
cat > "$TARGET_HOME/.config/com.raspberrypi.connect/deployment.key" <<'EOF'
rpoak_s3cret
EOF
chown "$TARGET_USER:$TARGET_USER" "$TARGET_HOME/.config/com.raspberrypi.connect/deployment.key"
chmod 600 "$TARGET_HOME/.config/com.raspberrypi.connect/deployment.key"
install -d -m 0755 /var/lib/systemd/linger
loginctl enable-linger "$TARGET_USER" 2>/dev/null || true
sleep 2
systemctl --quiet --user --machine ${TARGET_USER}@.host start rpi-connect.service
rm -f /boot/firstrun.sh
sed -i 's| systemd.run.*||g' /boot/cmdline.txt
exit 0
