import * as assert from 'uvu/assert'
import { otherDaemons } from '../../../../src/core/access/readers/other-daemons.ts'
import type { Behaviour } from '../../../../src/device/inspect/inventory.ts'
import { behaviours } from '../../../../src/sample/behaviours.ts'
import { smallSpec } from '../../../support/spec.ts'
import { suite } from '../../../support/suite.ts'
import { deviceWith, type Planted, short } from './device.ts'

const test = suite('reader: other daemons')

const ETC = '/etc/systemd/system'
const findings = (planted: Planted, behaviour?: Behaviour) =>
  otherDaemons(deviceWith(planted, smallSpec(), behaviour)).map(short)

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  test(`${behaviour}: the stock image has nothing to tell`, () => assert.equal(findings({}, behaviour), []))
}

const program = (path: string): Planted => ({ [path]: { text: '', mode: 0o755 } })
const own = (command: string, path = command.split(' ')[0] as string): Planted => ({
  ...program(path),
  [`${ETC}/own.service`]: `[Service]\nExecStart=${command}\n`,
  [`${ETC}/multi-user.target.wants/own.service`]: { link: '../own.service' },
})
const OPEN = `open ssh * ACC034 ${ETC}/own.service:2`
const UNPROVED = `unproved ssh * ACC051 ${ETC}/own.service:2`

const cases: [title: string, planted: Planted, ...expected: string[]][] = [
  ['dropbear', own('/usr/sbin/dropbear -F -p 2222'), OPEN],
  ['dropbear with keys alone', own('/usr/sbin/dropbear -F -s -p 2222'), UNPROVED],
  ['telnetd', own('/usr/sbin/telnetd'), OPEN],
  ['a shell in a browser', own('/usr/bin/ttyd bash'), OPEN],
  ['a relay with a shell', own('/usr/bin/socat TCP-LISTEN:9,fork EXEC:/bin/sh'), OPEN],
  ['a relay without one', own('/usr/bin/socat TCP-LISTEN:9,fork TCP:localhost:80')],
  ['a daemon behind a shell', own("/bin/sh -c 'sleep 3; exec dropbear -F'", '/usr/bin/dash'), OPEN],
  ['a screen', own('/usr/bin/x11vnc -forever'), UNPROVED],
  ['a web server', own('/usr/bin/python3 -m http.server')],
  ['a daemon that is not there', { ...own('/usr/sbin/dropbear -F'), '/usr/sbin/dropbear': null }],
  [
    'a daemon that nothing starts',
    { ...program('/usr/sbin/dropbear'), [`${ETC}/own.service`]: '[Service]\nExecStart=/usr/sbin/dropbear\n' },
  ],
  [
    'a daemon behind a socket',
    {
      ...program('/usr/sbin/in.telnetd'),
      [`${ETC}/telnet.socket`]: '[Socket]\nListenStream=23\nAccept=yes\n',
      [`${ETC}/telnet@.service`]: '[Service]\nExecStart=-/usr/sbin/in.telnetd\n',
      [`${ETC}/sockets.target.wants/telnet.socket`]: { link: '../telnet.socket' },
    },
    `open ssh * ACC034 ${ETC}/telnet@.service:2`,
  ],
  [
    'a script of a runlevel',
    {
      '/etc/init.d/dropbear': { text: '#!/bin/sh\n', mode: 0o755 },
      '/etc/rc3.d/S01dropbear': { link: '../init.d/dropbear' },
    },
    'open ssh * ACC034 /etc/init.d/dropbear',
  ],
  [
    'rc.local',
    { '/etc/rc.local': { text: '#!/bin/sh\n# dropbear\ndropbear -p 9 &\n', mode: 0o755 } },
    'open ssh * ACC034 /etc/rc.local:3',
  ],
  ['rc.local that is not executable', { '/etc/rc.local': '#!/bin/sh\ndropbear\n' }],
  [
    'cron',
    { '/etc/cron.d/x': '@reboot root /usr/sbin/telnetd\n0 0 * * * root ttyd\n' },
    'open ssh * ACC034 /etc/cron.d/x:1',
  ],
  [
    'inetd that starts',
    {
      ...own('/usr/sbin/inetd'),
      [`${ETC}/inetd.service`]: '[Service]\nExecStart=/usr/sbin/inetd\n',
      [`${ETC}/multi-user.target.wants/inetd.service`]: { link: '../inetd.service' },
      '/etc/inetd.conf': 'telnet stream tcp nowait root /usr/sbin/tcpd in.telnetd\n',
    },
    'open ssh * ACC034 /etc/inetd.conf:1',
  ],
  ['inetd that does not', { '/etc/inetd.conf': 'telnet stream tcp nowait root /usr/sbin/tcpd in.telnetd\n' }],
]

for (const [title, planted, ...expected] of cases) test(title, () => assert.equal(findings(planted), expected))
