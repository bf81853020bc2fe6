import * as assert from 'uvu/assert'
import { brief, HASH, KEYS, parse } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

/** What locks the owner out can be told from the spec alone in these cases; the image tells the rest. */

const TODAY = '2026-06-01'
const KEY = `authorizedKeys: ['${KEYS.alice}']`
const PASSWORD = `passwordHash: ${HASH}`
const alice = (...keys: readonly string[]) => `users: [{ name: alice, ${keys.join(', ')} }]\n`
const SOUND = alice(KEY, PASSWORD)

const lockedOut: readonly (readonly [title: string, text: string, codes: readonly string[]])[] = [
  ['no users at all', '', ['ACC001']],
  ['an empty list of users', 'users: []\n', ['ACC001']],
  ['no users, the stock account locked', 'defaultUser: lock\n', ['ACC001']],
  ['neither key nor password', alice('sudo: none'), ['ACC001', 'ACC007']],
  ['a password only, and keys only accepted', alice(PASSWORD), ['ACC001', 'ACC007']],
  ['a key only, and sudo asks for a password', alice(KEY), ['ACC020']],
  [
    'the only key has expired',
    alice(`authorizedKeys: [{ key: '${KEYS.alice}', expires: 2026-06-01 }]`, PASSWORD),
    ['ACC001', 'ACC011'],
  ],
  [
    'the only key runs one command',
    alice(`authorizedKeys: [{ key: '${KEYS.alice}', command: /bin/true }]`, PASSWORD),
    ['ACC001', 'ACC012'],
  ],
  [
    'the only key is good from nowhere',
    alice(`authorizedKeys: [{ key: '${KEYS.alice}', from: ["!192.0.2.0/24"] }]`, PASSWORD),
    ['ACC001', 'ACC013'],
  ],
  ['the account has expired', alice(KEY, PASSWORD, 'expires: 2026-05-31'), ['ACC001', 'ACC003']],
  ['the shell lets nobody in', alice(KEY, PASSWORD, 'shell: /usr/sbin/nologin'), ['ACC001', 'ACC002']],
  ['a new password without an old one', alice(KEY, 'sudo: nopasswd', 'mustChangePassword: true'), ['ACC001', 'ACC004']],
  ['allowUsers names nobody', `${SOUND}ssh: { allowUsers: [] }\n`, ['ACC001', 'ACC005']],
  [
    'denyUsers names everybody',
    `${SOUND}ssh: { denyUsers: ["*"], allowUsers: [alice@192.0.2.7] }\n`,
    ['ACC001', 'ACC005', 'SSH005'],
  ],
  ['no rule for the SSH port', `${SOUND}firewall: { rules: [allow 80/tcp] }\n`, ['ACC001', 'ACC006']],
  ['no rules at all', `${SOUND}firewall: { rules: [] }\n`, ['ACC001', 'ACC006']],
  [
    'the rule is for another port',
    `${SOUND}ssh: { port: 2222 }\nfirewall: { rules: [limit ssh/tcp] }\n`,
    ['ACC001', 'ACC006'],
  ],
  ['the rule is for UDP', `${SOUND}firewall: { rules: [allow 22/udp] }\n`, ['ACC001', 'ACC006']],
  ['the rule is for the way out', `${SOUND}firewall: { rules: [allow out 22/tcp] }\n`, ['ACC001', 'ACC006']],
  [
    'an earlier rule shuts the port',
    `${SOUND}firewall: { rules: ["deny 1:1000/tcp", allow 22/tcp] }\n`,
    ['ACC001', 'ACC006'],
  ],
  [
    'key and firewall let in different networks',
    `${alice(`authorizedKeys: [{ key: '${KEYS.alice}', from: [192.0.2.0/24] }]`, PASSWORD)}firewall: { rules: [allow from 198.51.100.0/24 to any port 22 proto tcp] }\n`,
    ['ACC001', 'ACC013'],
  ],
  ['SSH off, and no password for the console', `${alice(KEY, 'sudo: nopasswd')}ssh: { enabled: false }\n`, ['ACC001']],
  ['the SSH server masked', `${SOUND}services: { mask: [ssh] }\n`, ['SVC014']],
  ['the SSH server disabled by its other name', `${SOUND}services: { disable: [sshd.service] }\n`, ['SVC014']],
  ['the network masked', `${SOUND}services: { mask: [NetworkManager.service] }\n`, ['SVC014']],
  [
    'the only administrator cannot log in',
    `users: [{ name: alice, ${PASSWORD} }, { name: bob, sudo: none, authorizedKeys: ['${KEYS.bob}'] }]\n`,
    ['ACC007', 'ACC021'],
  ],
]

const test = suite('spec: lock-outs')

for (const [title, text, codes] of lockedOut) {
  test(`refused: ${title}`, () => {
    const { problems } = parse(`version: 1\n${text}`, {}, TODAY)
    const found = new Set(problems.map(({ code }) => code))
    assert.equal([...found].sort(), [...codes].sort(), problems.map(({ message }) => message).join('; '))
    assert.ok(problems.some(({ severity, lockout }) => severity === 'error' && lockout === true))
  })
}

const sound: readonly (readonly [title: string, text: string])[] = [
  ['key and password', SOUND],
  ['key, and sudo that never asks', alice(KEY, 'sudo: nopasswd')],
  ['key, and nobody is to become root', alice(KEY, 'sudo: none')],
  ['password over the network', `${alice(PASSWORD)}ssh: { passwordAuthentication: true }\n`],
  ['SSH off, a password for the console', `${alice(PASSWORD)}ssh: { enabled: false }\n`],
  ['no firewall', `${SOUND}firewall: { enabled: false }\n`],
  ['another port, default rules', `${SOUND}ssh: { port: 2222 }\n`],
  ['another port and its rule', `${SOUND}ssh: { port: 2222 }\nfirewall: { rules: [limit 2222/tcp] }\n`],
  ['a range that holds the port', `${SOUND}firewall: { rules: ["allow 20:30/tcp"] }\n`],
  ['the service by name', `${SOUND}firewall: { rules: [allow ssh] }\n`],
  ['an application profile', `${SOUND}firewall: { rules: [allow OpenSSH] }\n`],
  ['one interface only', `${SOUND}firewall: { rules: [allow in on eth0 to any port 22 proto tcp] }\n`],
  ['one network only', `${SOUND}firewall: { rules: [allow from 192.0.2.0/24 to any port 22 proto tcp] }\n`],
  ['a policy of reject', `${SOUND}firewall: { incoming: reject }\n`],
  [
    'key from a part of what the firewall lets in',
    `${alice(`authorizedKeys: [{ key: '${KEYS.alice}', from: [192.0.2.0/24] }]`, PASSWORD)}firewall: { rules: [allow from 192.0.2.0/23 to any port 22 proto tcp] }\n`,
  ],
  ['key that ends tomorrow', alice(`authorizedKeys: [{ key: '${KEYS.alice}', expires: 2026-06-02 }]`, PASSWORD)],
  ['account whose last day is today', alice(KEY, PASSWORD, 'expires: 2026-06-01')],
  ['allowUsers by pattern', `${SOUND}ssh: { allowUsers: ["al*"] }\n`],
  ['allowUsers by address', `${SOUND}ssh: { allowUsers: [alice@192.0.2.*] }\n`],
  ['denyUsers names others', `${SOUND}ssh: { denyUsers: [pi, guest] }\n`],
  ['the stock account kept, and no users', 'defaultUser: keep\n'],
  ['the stock account among those who may', `${SOUND}defaultUser: keep\nssh: { allowUsers: [alice, pi] }\n`],
  ['ssh.socket disabled', `${SOUND}services: { disable: [ssh.socket] }\n`],
  ['SSH off and its unit masked', `${alice(PASSWORD)}ssh: { enabled: false }\nservices: { mask: [ssh.service] }\n`],
  ['strict', `${SOUND}profile: strict\n`],
  [
    'egress shut but for what updates need',
    `${SOUND}firewall: { outgoing: deny, rules: [limit 22/tcp, allow out 53, allow out 123/udp, "allow out 80,443/tcp"] }\n`,
  ],
  [
    'egress shut, and no updates',
    `${SOUND}firewall: { outgoing: deny }\nupdates: { firstBoot: none, unattended: false, sshServerDaily: false }\n`,
  ],
]

for (const [title, text] of sound) {
  test(`let through: ${title}`, () => {
    assert.equal(parse(`version: 1\n${text}`, {}, TODAY).problems.map(brief), [])
  })
}

test('a way that is shut while another is open is a warning', () => {
  const { problems } = parse(`version: 1\n${SOUND.replace(' }]', ` }, { name: bob, sudo: none }]`)}`, {}, TODAY)
  assert.equal(
    problems.map(({ severity, code }) => `${severity} ${code}`),
    ['warning ACC007'],
  )
})

test('without a date, ends are not judged', () => {
  assert.equal(parse(`version: 1\n${alice(KEY, PASSWORD, 'expires: 2001-01-01')}`).problems, [])
})
