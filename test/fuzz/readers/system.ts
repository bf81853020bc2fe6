import { kernelArguments } from '../../../src/core/access/readers/kernel-arguments.ts'
import { managerSettings } from '../../../src/core/access/readers/manager-settings.ts'
import { sshdUnit } from '../../../src/core/access/readers/sshd-unit.ts'
import { start } from '../../../src/core/access/readers/start.ts'
import { tmpfiles } from '../../../src/core/access/readers/tmpfiles.ts'
import { waits } from '../../../src/core/access/readers/waits.ts'
import { fail2banStandIns } from '../../../src/core/controls/fail2ban-stand-ins.ts'
import { mechanisms } from '../../../src/core/undone/undone.ts'
import { startOf } from '../../../src/device/fail2ban/starts.ts'
import { LINKS } from '../../../src/device/network-manager/device-list.ts'
import { interfaceStatements } from '../../../src/device/network-manager/ifupdown.ts'
import { managedStatements } from '../../../src/device/network-manager/managed.ts'
import { udevStatements } from '../../../src/device/network-manager/udev.ts'
import { withMembers } from '../../../src/device/systemd/sysusers.ts'
import { append } from '../../support/error-page.ts'
import { cases } from '../../support/fail2ban-cases.ts'
import type { FuzzedReader } from '../reader.ts'
import { treeReader } from '../tree-reader.ts'

const UNIT_WORDS = [
  '[Unit]',
  '[Service]',
  '[Install]',
  'ExecStart=',
  'ExecStart=-@',
  'ConditionPathExists=!',
  '%i',
  '%%',
  '\\x2d',
]
const FAIL2BAN_WORDS = [
  '%(',
  ')s',
  '<HOST>',
  '<F-ID>',
  '[INCLUDES]',
  '[DEFAULT]',
  'before',
  '(?P<host>',
  '(?:',
  '{1,3}',
]

/** A jail that uses the filter and the action that an input may be. */
const JAIL =
  '[own]\nenabled = true\nbackend = auto\nfilter = own[mode=x]\naction = own[name=x]\nlogpath = /var/log/own.log\n'

function fail2ban(name: string, place: string): FuzzedReader {
  const folder = place.slice(0, place.lastIndexOf('/') + 1)
  const texts = Object.values(cases).flatMap(({ planted }) =>
    Object.entries(planted).flatMap(([path, text]) => (path.startsWith(folder) ? [text] : [])),
  )
  return treeReader({
    name,
    place,
    paths: /^$/,
    more: texts,
    words: FAIL2BAN_WORDS,
    read: ({ root, release }) => {
      const path = '/etc/fail2ban/jail.d/own.local'
      if (place !== path) append(root, path, JAIL)
      return startOf({ root, release, standIns: fail2banStandIns(release), madeLater: () => true })
    },
  })
}

/** What is started, and with which settings. */
export const systemReaders: readonly FuzzedReader[] = [
  treeReader({
    name: 'systemd unit',
    place: '/etc/systemd/system/ssh.service.d/a.conf',
    paths: /^\/(etc|usr\/lib)\/systemd\/system\/.*\.(conf|service|socket|target|mount|timer)$/,
    words: UNIT_WORDS,
    read: (device) => [sshdUnit(device), start(device), waits(device)],
  }),
  treeReader({
    name: 'cmdline.txt',
    place: 'boot:/cmdline.txt',
    words: ['systemd.mask=', 'systemd.unit=', 'init=/bin/sh', 'root=/dev/nfs', '-b', 'single'],
    read: (device) => [kernelArguments(device), start(device)],
  }),
  treeReader({ name: 'config.txt', place: 'boot:/config.txt', read: kernelArguments }),
  treeReader({
    name: 'system.conf',
    place: '/etc/systemd/system.conf',
    more: ['[Manager]\nDefaultTimeoutStartSec=1s\nDefaultLimitNPROC=1\n'],
    read: managerSettings,
  }),
  treeReader({
    name: 'tmpfiles.d',
    place: '/etc/tmpfiles.d/a.conf',
    paths: /tmpfiles\.d/,
    more: ['d! /home/alice 0700 alice alice 10d -\nL+ /etc/nologin - - - - ../x\\x20y\nz /etc/ss*/%m 0644 root root\n'],
    read: tmpfiles,
  }),
  treeReader({
    name: 'sysusers.d',
    place: '/etc/sysusers.d/a.conf',
    paths: /sysusers\.d/,
    more: ['m alice sudo\nu httpd 404 "HTTP User" /srv /bin/sh\ng x -\n'],
    read: ({ root, accounts }) => withMembers(root, accounts),
  }),
  ...(
    [
      ['apt.conf', '/etc/apt/apt.conf.d/99a', 'APT::Periodic { Update-Package-Lists "1"; /* x */ };\n#clear APT::X;\n'],
      ['sysctl.d', '/etc/sysctl.d/a.conf', '-net.ipv4.conf.all.rp_filter = 1\nkernel/x=2\n'],
      ['modprobe.d', '/etc/modprobe.d/a.conf', 'blacklist x\ninstall usb_storage /bin/true\noptions a b=1 \\\n c=2\n'],
      ['journald.conf', '/etc/systemd/journald.conf', '[Journal]\nStorage=volatile\n'],
      ['preset', '/etc/systemd/system-preset/00-a.preset', 'disable ssh.service\nenable a@.service b c\nignore *\n'],
      ['limits.d', '/etc/security/limits.d/a.conf', '* hard core 0\n@x - nofile 1\n'],
    ] as const
  ).map(([name, place, text]) =>
    treeReader({
      name: `settings of ${name}`,
      place,
      paths: new RegExp(name.replace('.', '\\.')),
      more: [text],
      read: (device) => mechanisms.map((mechanism) => mechanism.read(device)),
    }),
  ),
  ...(
    [
      [
        'NetworkManager.conf',
        '/etc/NetworkManager/conf.d/a.conf',
        '[device-a]\nmatch-device=interface-name:wlan*,except:type:wifi\nmanaged=0\n[keyfile]\nunmanaged-devices+=mac:00:11\n',
      ],
      [
        'udev rules',
        '/etc/udev/rules.d/a.rules',
        'SUBSYSTEM=="net", KERNEL!="wlan[0-9]|eth?", ENV{NM_UNMANAGED}="1", \\\n ATTR{a}=="b", GOTO="x"\nLABEL="x"\n',
      ],
      [
        'interfaces',
        '/etc/network/interfaces',
        'source-directory /etc/network/interfaces.d\nauto eth0\niface eth0 inet dhcp\nmapping wlan*\n',
      ],
    ] as const
  ).map(([name, place, text]) =>
    treeReader({
      name,
      place,
      paths: /NetworkManager\/conf|udev\/rules|network\/interfaces/,
      more: [text],
      read: ({ root }) =>
        Object.values(LINKS).map((link) => [
          managedStatements(root, link),
          udevStatements(root, link),
          interfaceStatements(root, link.name),
        ]),
    }),
  ),
  fail2ban('fail2ban jail', '/etc/fail2ban/jail.d/own.local'),
  fail2ban('fail2ban filter', '/etc/fail2ban/filter.d/own.conf'),
  fail2ban('fail2ban action', '/etc/fail2ban/action.d/own.conf'),
]
