import * as assert from 'uvu/assert'
import { hostsAccess } from '../../../src/device/libwrap/hosts-access.ts'
import { type Reach, reachFrom, shared } from '../../../src/device/net/reach.ts'
import { suite } from '../../support/suite.ts'

const test = suite('hosts.allow and hosts.deny')

const CLIENTS = ['10.1.2.3', '192.168.1.5', '203.0.113.9', '2001:db8::5']

/** `yn?n`: whom of the four clients it lets in; `?` hangs on a name. */
function letIn(allow: string, deny: string): string {
  const files = new Map([
    ['/etc/hosts.allow', allow],
    ['/etc/hosts.deny', deny],
    ['/etc/fwlist', '10.1.2.3\n192.168.\n'],
  ])
  const { reach, possible } = hostsAccess('sshd', (path) => files.get(path))
  const holds = (one: Reach, client: string) => shared(one, reachFrom([client])).length > 0
  return CLIENTS.map((client) => (holds(reach, client) ? 'y' : holds(possible, client) ? '?' : 'n')).join('')
}

/** What sshd of both releases answered to each of the four clients; `?` where a name, a user or a program decides. */
const cases: readonly (readonly [allow: string, deny: string, answers: string])[] = [
  ['', '', 'yyyy'],
  ['', 'ALL: ALL\n', 'nnnn'],
  ['', 'sshd: ALL\n', 'nnnn'],
  ['', 'sshd-session: ALL\n', 'yyyy'],
  ['', 'ALL: ALL', 'nnnn'],
  ['sshd: 10.\n', 'ALL: ALL\n', 'ynnn'],
  ['sshd: 10.0.0.0/8\n', 'ALL: ALL\n', 'ynnn'],
  ['sshd: 10.0.0.0/255.0.0.0\n', 'ALL: ALL\n', 'ynnn'],
  ['sshd : 192.168.1.5 : deny\n', '', 'ynyy'],
  ['ALL: ALL EXCEPT 192.168.\n', 'ALL:ALL\n', 'ynyy'],
  ['sshd: [2001:db8::]/32\n', 'ALL: ALL\n', 'nnny'],
  ['sshd: [2001:db8::5]\n', 'ALL: ALL\n', 'nnny'],
  ['sshd: 2001:db8::5\n', 'ALL: ALL\n', 'nnnn'],
  ['SSHD: 10.\n', 'ALL: ALL\n', 'ynnn'],
  ['s*: 192.168.1.?\n', 'ALL: ALL\n', '????'],
  ['sshd@10.1.2.3: ALL\n', 'ALL: ALL\n', '????'],
  ['sshd: LOCAL\n', 'ALL: ALL\n', '????'],
  ['sshd: ALL: nonsense\n', '', 'nnnn'],
  ['', 'sshd: ALL : allow\n', 'yyyy'],
  ['', 'sshd: 10. : twist /bin/echo no\n', 'nyyy'],
  ['sshd: ALL: spawn /bin/true\n', 'ALL: ALL\n', 'yyyy'],
  ['sshd: /etc/fwlist\n', 'ALL: ALL\n', 'yynn'],
  ['sshd 10.\n', 'ALL: ALL\n', 'nnnn'],
  ['', '# x\nsshd: \\\n10.\n', 'nyyy'],
  ['', 'sshd: UNKNOWN\n', '????'],
  ['', 'sshd: KNOWN\n', '????'],
  ['', 'sshd: PARANOID\n', '????'],
  ['', 'sshd: 10.1.2.3/32,192.168.1.5\n', 'nnyy'],
  ['', 'sshd: .example.org\n', '????'],
  ['sshd: 10.0.0.0/8 EXCEPT 10.1.0.0/16\n', 'ALL: ALL\n', 'nnnn'],
  ['sshd: 10.0.0.0/8 EXCEPT 10.1.0.0/16 EXCEPT 10.1.2.3\n', 'ALL: ALL\n', 'ynnn'],
  [' sshd: 10.\n', 'ALL: ALL\n', 'ynnn'],
  ['ALL EXCEPT sshd: ALL\n', 'ALL: ALL\n', 'nnnn'],
  ['sshd: ALL: aclexec /bin/false\n', 'ALL: ALL\n', '????'],
  ['sshd: root@10.\n', 'ALL: ALL\n', '????'],
  ['sshd: *.1.2.3\n', 'ALL: ALL\n', '????'],
  ['', 'sshd: 10.1.2\n', 'yyyy'],
  ['', 'sshd:10.1.2.3/33\n', 'yyyy'],
  ['', 'sshd: ALL\r\n', 'nnnn'],
  ['sshd: ALL # x\n', 'ALL: ALL\n', 'yyyy'],
  ['sshd: 10.1.2.3/255.255.255.0\n', 'ALL: ALL\n', 'nnnn'],
  ['sshd: [::ffff:10.1.2.3]\n', 'ALL: ALL\n', 'nnnn'],
  ['sshd: ALL: ALLOW\n', 'ALL: ALL\n', 'yyyy'],
  ['sshd: ALL: DENY\n', '', 'nnnn'],
  ['sshd: all\n', 'ALL: ALL\n', 'yyyy'],
]

for (const [allow, deny, answers] of cases) {
  test(`${JSON.stringify(allow)}, ${JSON.stringify(deny)}`, () => assert.is(letIn(allow, deny), answers))
}

test('what hangs on a name is said with its line', () => {
  const { doubts } = hostsAccess('sshd', (path) =>
    path === '/etc/hosts.deny' ? '# x\n\nsshd: .example.org\n' : undefined,
  )
  assert.equal([...new Set(doubts.map(({ file, line }) => `${file}:${line}`))], ['/etc/hosts.deny:3'])
})
