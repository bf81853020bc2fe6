import * as assert from 'uvu/assert'
import { ownScripts } from '../../../../src/core/access/readers/own-scripts.ts'
import type { Behaviour } from '../../../../src/device/inspect/inventory.ts'
import { behaviours } from '../../../../src/sample/behaviours.ts'
import { smallSpec } from '../../../support/spec.ts'
import { suite } from '../../../support/suite.ts'
import { deviceWith, type Planted, short } from './device.ts'

const test = suite('reader: scripts of root')

const findings = (planted: Planted, behaviour?: Behaviour) =>
  ownScripts(deviceWith(planted, smallSpec(), behaviour)).map(short)

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  test(`${behaviour}: the stock image has nothing to tell`, () => assert.equal(findings({}, behaviour), []))
}

const script = (path: string, ...lines: string[]): Planted => ({
  [path]: { text: `#!/bin/sh\n${lines.join('\n')}\n`, mode: 0o755 },
})
const service = (command: string): Planted => ({
  '/etc/systemd/system/own.service': `[Service]\nExecStart=${command}\n`,
  '/etc/systemd/system/multi-user.target.wants/own.service': { link: '../own.service' },
})
const at = (place: string) => `unproved login * ACC051 ${place}`

const told: readonly string[] = [
  'cp /bin/bash /usr/local/bin/rcsh; chmod 4755 /usr/local/bin/rcsh',
  'chmod u+s /usr/bin/dash',
  'chmod -v +xs /usr/bin/dash',
  'install -m 4755 /bin/sh /opt/sh',
  'setcap cap_setuid+ep /usr/bin/python3',
  'useradd -o -u 0 toor',
  'echo "pi:x" | chpasswd',
  'passwd -d root',
  'echo "bob ALL=(ALL) NOPASSWD: ALL" > /etc/sudoers.d/bob',
  'sed -i s/no/yes/ /etc/ssh/sshd_config',
  'cat /boot/key >>/home/bob/.ssh/authorized_keys',
  'touch /etc/nologin',
  'rm -f /etc/security/access.conf',
]
for (const line of told) {
  test(`told of: ${line}`, () => {
    assert.equal(findings(script('/etc/rc.local', line)), [at('/etc/rc.local:2')])
  })
}

const silent = [
  'echo 1 >/proc/sys/net/ipv4/ip_forward',
  'chmod 0755 /opt/kiosk',
  'chmod 2775 /srv/share',
  'grep -c bash /etc/passwd',
  'printf "My IP address is %s\\n" "$(hostname -I)"',
  '# chmod 4755 /bin/sh',
  'systemctl restart kiosk',
  'iw reg set AT',
]
for (const line of silent) {
  test(`silent: ${line}`, () => assert.equal(findings(script('/etc/rc.local', line)), []))
}

const line = 'chmod 4755 /usr/bin/dash'
const DISPATCHED = '/etc/NetworkManager/dispatcher.d/50-own'
const places: readonly [title: string, planted: Planted, ...expected: string[]][] = [
  ['rc.local that is not run', { '/etc/rc.local': `#!/bin/sh\n${line}\n` }],
  [
    'a script that a service runs',
    { ...service('/opt/own.sh'), ...script('/opt/own.sh', 'true', line) },
    at('/opt/own.sh:3'),
  ],
  ['one that an interpreter runs', { ...service('/bin/sh /opt/own'), ...script('/opt/own', line) }, at('/opt/own:2')],
  ['one that stops sshd', { ...service('/opt/own'), ...script('/opt/own', 'systemctl stop ssh') }, at('/opt/own:2')],
  ['a command of a service', service(`/bin/sh -c '${line}'`), at('/etc/systemd/system/own.service:2')],
  [
    'a command before that of a service',
    service(`/bin/sh -c true\nExecStartPre=/bin/sh -c '${line}'`),
    at('/etc/systemd/system/own.service:3'),
  ],
  [
    'a service that nothing starts',
    { '/etc/systemd/system/own.service': `[Service]\nExecStart=/bin/sh -c '${line}'\n` },
  ],
  ['a program', { ...service('/opt/own'), '/opt/own': { text: `\0${line}`, mode: 0o755 } }],
  ['a job of cron', { '/etc/cron.d/own': `* * * * * root ${line}\n` }, at('/etc/cron.d/own:1')],
  ['a job that another has', { '/etc/cron.d/own': `* * * * * bob ${line}\n` }],
  ['a job of each day', script('/etc/cron.daily/own', line), at('/etc/cron.daily/own:2')],
  ['a network that comes up', script(DISPATCHED, line), at(`${DISPATCHED}:2`)],
  [
    'a script of a runlevel',
    { ...script('/etc/init.d/own', line), '/etc/rc3.d/S01own': { link: '../init.d/own' } },
    at('/etc/init.d/own:2'),
  ],
  [
    'what apt runs',
    { '/etc/apt/apt.conf.d/own': `DPkg::Post-Invoke { "${line}"; };\n` },
    at('/etc/apt/apt.conf.d/own:1'),
  ],
  ['what udev runs', { '/etc/udev/rules.d/own.rules': `RUN+="/bin/${line}"\n` }, at('/etc/udev/rules.d/own.rules:1')],
  ['a line that is dialled', script('/etc/ppp/ip-up.d/own', line), at('/etc/ppp/ip-up.d/own:2')],
  ['the same, by ifupdown', script('/etc/network/if-up.d/own', line), at('/etc/network/if-up.d/own:2')],
]
for (const [title, planted, ...expected] of places) {
  test(title, () => assert.equal(findings(planted), expected))
}
