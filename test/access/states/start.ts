import { cmdline, image, link, MASKED, type Planted, threeWays, twoWays, write } from '../support/planted.ts'

const SYSTEM = '/etc/systemd/system'
const token = (id: string, ...words: string[]) => image('kernel arguments', id, words.map(cmdline))
const targetOf = (id: string, target: string, more = {}) =>
  image('start', id, [link(`${SYSTEM}/default.target`, target)], more)

/** What systemd starts at all, and what the kernel is told. */
export const start: readonly Planted[] = [
  targetOf('the default is rescue', '/usr/lib/systemd/system/rescue.target'),
  targetOf('the default is emergency', '/usr/lib/systemd/system/emergency.target'),
  targetOf('the default is basic.target', '/usr/lib/systemd/system/basic.target'),
  targetOf('the default is multi-user, spelt out', '/usr/lib/systemd/system/multi-user.target'),
  targetOf('the default is graphical, as on a desktop', '/usr/lib/systemd/system/graphical.target'),
  targetOf('the default leads nowhere', '/usr/lib/systemd/system/no-such.target'),
  ...threeWays(
    'start',
    'a default of its own, with nothing in it',
    write(
      `${SYSTEM}/default.target`,
      '[Unit]\nDescription=kiosk\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes',
    ),
  ),
  ...twoWays(
    'start',
    'a default of its own, with multi-user in it',
    write(
      `${SYSTEM}/default.target`,
      '[Unit]\nDescription=kiosk\nRequires=multi-user.target\nAfter=multi-user.target\nAllowIsolate=yes',
    ),
  ),
  image('start', 'user sessions are masked', [link(`${SYSTEM}/systemd-user-sessions.service`, MASKED)]),
  image('start', 'multi-user is masked', [link(`${SYSTEM}/multi-user.target`, MASKED)]),
  image('start', 'logind is masked', [link(`${SYSTEM}/systemd-logind.service`, MASKED)]),
  image('start', 'dbus is masked', [link(`${SYSTEM}/dbus.service`, MASKED), link(`${SYSTEM}/dbus.socket`, MASKED)]),
  ...twoWays(
    'start',
    'user sessions wait for a file',
    write(`${SYSTEM}/systemd-user-sessions.service.d/site.conf`, '[Unit]\nConditionPathExists=/no'),
  ),
  ...twoWays('start', 'no nologin is laid at all', write('/etc/tmpfiles.d/systemd-nologin.conf', '')),
  ...twoWays(
    'start',
    'a nologin that comes at every start',
    write('/etc/tmpfiles.d/site.conf', 'F /etc/nologin 0644 - - - closed'),
  ),
  ...twoWays(
    'start',
    'sshd’s directory is taken away',
    write('/etc/tmpfiles.d/sshd.conf', 'f /run/sshd 0644 root root - -'),
  ),
  ...twoWays(
    'start',
    'a unit that turns the device off',
    write(`${SYSTEM}/off.service`, '[Service]\nType=oneshot\nExecStart=/usr/bin/systemctl --no-block poweroff'),
    { steps: [link(`${SYSTEM}/multi-user.target.wants/off.service`, `${SYSTEM}/off.service`)] },
  ),
  ...twoWays(
    'start',
    'a generator that masks sshd',
    write('/etc/systemd/system-generators/site', '#!/bin/sh\nln -s /dev/null "$2/ssh.service"', 0o755),
  ),
  ...twoWays(
    'start',
    'a preset that disables sshd',
    write('/etc/systemd/system-preset/00-site.preset', 'disable ssh.service'),
  ),
  token('sshd is masked', 'systemd.mask=ssh.service'),
  token('sshd is masked, without its ending', 'systemd.mask=ssh'),
  token('another unit is masked', 'systemd.mask=bluetooth.service'),
  token('rescue', 'systemd.unit=rescue.target'),
  token('emergency', 'emergency'),
  token('single', 'single'),
  token('runlevel 1', '1'),
  token('runlevel 3', '3'),
  token('multi-user, spelt out', 'systemd.unit=multi-user.target'),
  token('a shell instead of systemd', 'init=/bin/bash'),
  token('systemd itself, spelt out', 'init=/sbin/init'),
  token('a debug shell', 'systemd.debug_shell'),
  token('a debug shell on a terminal', 'systemd.debug_shell=tty9'),
  token('a rescue without a password', 'rescue', 'SYSTEMD_SULOGIN_FORCE=1'),
  token('one more unit', 'systemd.wants=debug-shell.service'),
  token('an own environment for systemd', 'systemd.setenv=SITE=1'),
  token('a quiet start', 'quiet', 'loglevel=3'),
]
