import {
  account,
  append,
  bySpec,
  cmdline,
  image,
  link,
  mode,
  type Planted,
  packaged,
  threeWays,
  twoWays,
  write,
} from '../support/planted.ts'

const KIND = 'harmless'
const own = (id: string, ...steps: Parameters<typeof image>[2]) => image(KIND, id, steps)
const SYSTEM = '/etc/systemd/system'

/** What changes nothing for anybody who logs in, and must not be taken for more. */
export const harmless: readonly Planted[] = [
  own('nothing at all'),
  ...threeWays(KIND, 'a message of the day', write('/etc/motd', 'welcome')),
  ...threeWays(KIND, 'a banner of sshd', write('/etc/ssh/sshd_config.d/60-site.conf', 'Banner /etc/issue.net')),
  ...threeWays(
    KIND,
    'keepalives of sshd',
    write('/etc/ssh/sshd_config.d/60-site.conf', 'TCPKeepAlive no\nClientAliveInterval 60'),
  ),
  ...threeWays(KIND, 'a sysctl', write('/etc/sysctl.d/60-site.conf', 'vm.swappiness=10')),
  ...threeWays(KIND, 'an alias in profile.d', write('/etc/profile.d/site.sh', "alias ll='ls -l'")),
  ...threeWays(KIND, 'sudo insults', write('/etc/sudoers.d/60-site', 'Defaults insults', 0o440)),
  ...threeWays(KIND, 'sudo keeps an editor', write('/etc/sudoers.d/60-site', 'Defaults env_keep += "EDITOR"', 0o440)),
  ...threeWays(
    KIND,
    'a service of the site',
    write(`${SYSTEM}/site.service`, '[Service]\nExecStart=/usr/bin/sleep 1d\nDynamicUser=yes'),
    { steps: [link(`${SYSTEM}/multi-user.target.wants/site.service`, `${SYSTEM}/site.service`)] },
  ),
  ...threeWays(
    KIND,
    'a timer of the site',
    write(`${SYSTEM}/site.timer`, '[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target'),
    { steps: [write(`${SYSTEM}/site.service`, '[Service]\nType=oneshot\nExecStart=/usr/bin/true')] },
  ),
  ...twoWays(
    KIND,
    'a drop-in that restarts sshd sooner',
    write(`${SYSTEM}/ssh.service.d/site.conf`, '[Service]\nRestartSec=1'),
  ),
  ...twoWays(
    KIND,
    'a drop-in that says what it is',
    write(`${SYSTEM}/ssh.service.d/site.conf`, '[Unit]\nDescription=SSH of the site'),
  ),
  ...twoWays(KIND, 'a cron job', write('/etc/cron.d/site', '7 3 * * 0 nobody /usr/bin/true')),
  ...twoWays(KIND, 'limits of open files', write('/etc/security/limits.d/site.conf', '* soft nofile 8192')),
  ...twoWays(KIND, 'access.conf with comments', write('/etc/security/access.conf', '# nothing is denied')),
  ...twoWays(KIND, 'hosts.allow', write('/etc/hosts.allow', 'sshd: ALL')),
  ...twoWays(KIND, 'a logrotate rule', write('/etc/logrotate.d/site', '/var/log/site { weekly }')),
  ...twoWays(KIND, 'a udev rule', write('/etc/udev/rules.d/60-site.rules', 'SUBSYSTEM=="leds", MODE="0660"')),
  ...twoWays(KIND, 'tmpfiles of the site', write('/etc/tmpfiles.d/site.conf', 'd /run/site 0755 root root -')),
  ...twoWays(KIND, 'a module that is loaded', write('/etc/modules-load.d/site.conf', 'loop')),
  ...twoWays(
    KIND,
    'a setting of journald',
    write('/etc/systemd/journald.conf.d/site.conf', '[Journal]\nSystemMaxUse=64M'),
  ),
  ...twoWays(
    KIND,
    'a setting of logind',
    write('/etc/systemd/logind.conf.d/site.conf', '[Login]\nHandlePowerKey=ignore'),
  ),
  own('a service account', ...account('mosquitto', { uid: 150, gid: 150, password: '!', shell: '/usr/sbin/nologin' })),
  own('a locked person', ...account('carol', { uid: 1600, password: '!*' })),
  own('a group', append('/etc/group', 'site:x:1700:')),
  own('names of hosts', append('/etc/hosts', '192.0.2.9 nas')),
  own('a data disk', append('/etc/fstab', 'LABEL=data /srv/data ext4 defaults,nofail,noatime 0 2')),
  own('logs in memory', append('/etc/fstab', 'tmpfs /var/log tmpfs size=32M 0 0')),
  own('a splash screen', cmdline('splash'), cmdline('vt.global_cursor_default=0')),
  own('a console blank', cmdline('consoleblank=300')),
  own('a program', write('/usr/local/bin/site', '#!/bin/sh\ntrue', 0o755)),
  own(
    'a package of the site',
    packaged([write('/opt/site/bin/site', '#!/bin/sh\ntrue', 0o755), write('/etc/default/site', 'SITE=1')]),
  ),
  own(
    'a package with a unit',
    packaged([
      write('/usr/lib/systemd/system/site.service', '[Service]\nExecStart=/usr/bin/sleep 1d'),
      link(`${SYSTEM}/multi-user.target.wants/site.service`, '/usr/lib/systemd/system/site.service'),
    ]),
  ),
  own('a home for the owner', write('/home/alice/.bashrc', 'true', 0o644, 1001), mode('/home/alice', 0o755, 1001)),
  own('keys of the owner, twice', write('/etc/skel/.vimrc', 'syntax on')),
  bySpec(KIND, 'a port of its own', (spec) => {
    spec.firewall.rules.push('allow 8080/tcp')
  }),
  bySpec(KIND, 'a third user', (spec) => {
    spec.users.push({ name: 'carol', authorizedKeys: [spec.users[1].authorizedKeys[0]], sudo: 'none', groups: [] })
  }),
  bySpec(KIND, 'a strict profile', (spec) => (spec.profile = 'strict')),
  bySpec(KIND, 'settings of sshd', (spec) => (spec.ssh = { settings: { ClientAliveInterval: '120' } })),
  bySpec(KIND, 'a service is disabled', (spec) => (spec.services = { disable: ['avahi-daemon'] })),
  bySpec(KIND, 'the stock user is kept, locked', (spec) => (spec.defaultUser = 'lock')),
]
