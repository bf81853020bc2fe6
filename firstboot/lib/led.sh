# shellcheck shell=sh
# What the board's LED says, for people without a screen (Linux Documentation/leds/leds-class, ledtrig-timer): even
# blinking while the first start works, a short flash every two seconds when it is degraded, flicker when it has failed,
# steady light for a moment when it is done. A board without an LED, or a kernel that refuses, is no failure.

# led STATE
led() {
  light=$(led_path) || return 0
  case $1 in
    pending | running) led_blink 500 500 ;;
    degraded) led_blink 100 1900 ;;
    failed) led_blink 100 100 ;;
    ok) led_done ;;
  esac
}

# The LED for activity, by its name of today or of older kernels; else the one for power.
led_path() {
  for name in ACT led0 PWR; do
    if [ -e "$PIBAKE_PREFIX/sys/class/leds/$name/trigger" ]; then
      echo "$PIBAKE_PREFIX/sys/class/leds/$name"
      return
    fi
  done
  return 1
}

# led_blink ON OFF: milliseconds. What drives the LED otherwise is noted first, once a boot.
led_blink() {
  [ -s "$RUN/led" ] || echo "$(led_trigger) $(first_line "$light/brightness")" >"$RUN/led"
  led_set trigger timer
  led_set delay_on "$1"
  led_set delay_off "$2"
}

# Steady light for five seconds when this boot has shown a pattern; then the LED is what it was.
led_done() {
  [ -s "$RUN/led" ] || return 0
  led_set trigger none
  led_set brightness "$(first_line "$light/max_brightness")"
  sleep 5
  led_restore
}

led_restore() {
  light=$(led_path) && [ -s "$RUN/led" ] || return 0
  read -r trigger brightness <"$RUN/led"
  led_set trigger "$trigger"
  # Without a trigger the LED stays as it was last set.
  [ "$trigger" != none ] || led_set brightness "$brightness"
  rm -f "$RUN/led"
}

# The trigger in force: the kernel shows all of them, this one in brackets.
led_trigger() {
  triggers=$(first_line "$light/trigger")
  triggers=${triggers#*"["}
  echo "${triggers%%"]"*}"
}

led_set() {
  { echo "$2" >"$light/$1"; } 2>/dev/null || :
}
