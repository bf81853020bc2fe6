# shellcheck shell=sh
# The owner's scripts that come after all other steps.
limit=7200
severity=degraded

check() {
  ! scripts_left scripts
}

apply() {
  run_scripts scripts
}
