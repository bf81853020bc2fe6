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

const LONG = `ALL: ${'192.0.2.9 '.repeat(300)}`

/** Lines that the wrapper cannot read: what libwrap0 of both releases answered. */
const unreadable: readonly (readonly [title: string, allow: string, deny: string, answers: string])[] = [
  ['a comment without its end', '', '# nothing', 'nnnn'],
  ['blanks without an end', '', 'ALL: 192.0.2.9\n  ', 'nnnn'],
  ['a line without its end, of hosts.allow', 'ALL: ALL', 'ALL: ALL\n', 'nnnn'],
  ['the same, where nobody is turned away', 'ALL: 192.0.2.9', '', 'yyyy'],
  ['one behind the line that lets in', 'ALL: ALL\nx', 'ALL: ALL\n', 'yyyy'],
  ['one behind a line that lets some in', '', 'ALL: 10. : allow\nx', 'ynnn'],
  ['a line that is too long', '', `${LONG}\n`, 'nnnn'],
  ['a comment that is', '', `#${LONG}\n`, 'nnnn'],
  ['lines that are too long together', '', `${LONG.replaceAll(' 192', ' \\\n192')}\n`, 'nnnn'],
  ['one of hosts.allow, before the line that lets in', `${LONG}\nALL: ALL\n`, 'ALL: ALL\n', 'nnnn'],
  ['the longest that is read', '', `#${'x'.repeat(2045)}\n`, 'yyyy'],
  ['one more', '', `#${'x'.repeat(2046)}\n`, 'nnnn'],
  ['a backslash at the end of the file', '', '# c\\\n', 'nnnn'],
  ['a NUL, which cuts the end off', '', 'ALL: 192.0.2.9\0\n', 'nnnn'],
  ['a NUL, which takes the next line in', 'ALL: 192.0.2.9\0\nALL: ALL\n', 'ALL: ALL\n', 'nnnn'],
  ['an empty line at the end', '', 'ALL: 192.0.2.9\n\n', 'yyyy'],
]

for (const [title, allow, deny, answers] of unreadable) {
  test(`an unreadable line: ${title}`, () => assert.is(letIn(allow, deny), answers))
}

for (const [allow, deny, answers] of cases) {
  test(`${JSON.stringify(allow)}, ${JSON.stringify(deny)}`, () => assert.is(letIn(allow, deny), answers))
}

test('what hangs on a name is said with its line', () => {
  const { doubts } = hostsAccess('sshd', (path) =>
    path === '/etc/hosts.deny' ? '# x\n\nsshd: .example.org\n' : undefined,
  )
  assert.equal([...new Set(doubts.map(({ file, line }) => `${file}:${line}`))], ['/etc/hosts.deny:3'])
})
