# shellcheck shell=sh
# Packages that the image carries. VAR/packages is a flat apt repository; first-boot/bundle says with SHA-256 what each
# of its files has to be, in lines as sha256sum writes them. That list is a part of the plan and is what is trusted, so
# the repository needs no signature, and neither the network nor the clock is asked for.
CARRIED=$VAR/packages
OPEN=$RUN/carried

# Why the carried packages did not do; empty as long as they do, or when there are none.
bundle_reason=

# Does the image carry packages that are not used up yet?
bundled() {
  [ -s "$ASK/bundle" ] && [ "$(first_line "$VAR/bundle-done")" != "$PLAN end" ]
}

# Looks at every file and lets apt read the index. Its lists and caches lie in /run: the device's own stay as they are.
open_bundle() {
  reason=bundle-missing
  if [ -d "$CARRIED" ]; then
    reason=bundle-damaged
    if bundle_whole; then
      enough_space
      reason=bundle-not-read
      mkdir -p "$OPEN/lists/partial" "$OPEN/archives/partial"
      echo "deb [trusted=yes] file:$CARRIED ./" >"$OPEN/sources.list"
      if carried_get 300 update; then return 0; fi
    fi
  fi
  bundle_reason=$reason
  echo "pibake: the carried packages are of no use ($reason)"
  return 1
}

# Each file of the list is as it was, the index is one of them, and there is no other file.
bundle_whole() {
  grep -q '  Packages$' "$ASK/bundle" || return 1
  set -- "$CARRIED"/*
  [ $# = "$(grep -c '' "$ASK/bundle")" ] || return 1
  (cd "$CARRIED" && bounded 1200 sha256sum --check --strict --quiet -- "$ASK/bundle")
}

# carried_get SECONDS WORD...: apt with the carried packages as its only source. Pins and the default release of the
# image are meant for other sources; which versions come was decided when they were carried.
carried_get() {
  carried_limit=$1
  shift
  apt_get "$carried_limit" -oDir::Etc::sourcelist="$OPEN/sources.list" -oDir::Etc::sourceparts=/dev/null \
    -oDir::Etc::preferences=/dev/null -oDir::Etc::preferencesparts=/dev/null -oAPT::Default-Release= \
    -oDir::State::lists="$OPEN/lists" -oDir::Cache="$OPEN" -oAPT::Sandbox::User=root "$@"
}

# carried_names PACKAGE...: those of them that are carried; the others the image has, or has not at all.
carried_names() {
  for package in "$@"; do
    if grep -qxF "Package: $package" "$CARRIED/Packages"; then echo "$package"; fi
  done
}

# Is every carried package that the device has at least in the carried version?
carried_in_force() {
  awk '/^Package: / { name = $2 } /^Version: / { print name, $2 }' "$CARRIED/Packages" | while read -r name version; do
    for have in $(installed_versions "$name"); do
      if bounded 30 dpkg --compare-versions "$have" lt "$version"; then
        echo "pibake: $name is $have, carried is $version"
        exit 1
      fi
    done
  done
}

# installed_versions NAME: of every architecture that is installed.
installed_versions() {
  # shellcheck disable=SC2016
  bounded 30 dpkg-query -W -f='${db:Status-Abbrev} ${Version}\n' "$1" 2>/dev/null | awk '/^.i/ { print $2 }'
}
