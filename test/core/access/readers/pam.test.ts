import * as assert from 'uvu/assert'
import { openDoors } from '../../../../src/core/access/readers/open-doors.ts'
import { pam } from '../../../../src/core/access/readers/pam.ts'
import type { Behaviour } from '../../../../src/device/inspect/inventory.ts'
import { behaviours } from '../../../../src/sample/behaviours.ts'
import { fullSpec, type LooseSpec, smallSpec } from '../../../support/spec.ts'
import { suite } from '../../../support/suite.ts'
import { deviceWith, type Planted, short } from './device.ts'

const test = suite('reader: PAM')

const passwords = (): LooseSpec => ({
  ...smallSpec(),
  ssh: { passwordAuthentication: true },
})
const findings = (planted: Planted, spec: LooseSpec = smallSpec(), behaviour?: Behaviour) => {
  const device = deviceWith(planted, spec, behaviour)
  return [...new Set([...pam(device), ...openDoors(device)].map(short))]
}

const ACCOUNT = '/etc/pam.d/common-account'
const AUTH = '/etc/pam.d/common-auth'
const SSHD = '/etc/pam.d/sshd'
const stock =
  'account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\naccount requisite pam_deny.so\naccount required pam_permit.so\n'
const everyWay = (place: string, answer = 'shut', code = 'ACC017') =>
  ['ssh', 'console', 'root'].map((way) => `${answer} ${way} alice ${code} ${place}`)

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  test(`${behaviour}: the stock image has nothing to tell`, () => {
    assert.equal(findings({}, smallSpec(), behaviour), [])
    assert.equal(findings({}, fullSpec(), behaviour), [])
  })
}

const shut: [title: string, planted: Planted, expected: readonly string[]][] = [
  ['/etc/nologin', { '/etc/nologin': 'no\n' }, everyWay('/etc/nologin').slice(0, 2)],
  [
    'a link to a nologin that is there',
    { '/etc/nologin': { link: '/etc/motd2' }, '/etc/motd2': '' },
    everyWay('/etc/nologin').slice(0, 2),
  ],
  ['a deny in account', { [ACCOUNT]: 'account required pam_deny.so\n' }, everyWay(`${ACCOUNT}:1`)],
  ['a module that is not there', { [ACCOUNT]: `account required pam_gone.so\n${stock}` }, everyWay(`${ACCOUNT}:1`)],
  [
    'and one whose absence is not logged',
    { [ACCOUNT]: `-account required pam_gone.so\n${stock}` },
    everyWay(`${ACCOUNT}:1`),
  ],
  [
    'an included file that is not there',
    { [ACCOUNT]: '@include common-nothing\n' },
    everyWay('/etc/pam.d/sshd').map((text, at) => text.replace('sshd', ['sshd', 'login', 'sudo'][at] as string)),
  ],
  [
    'a word that is not a type',
    { [SSHD]: 'acount required pam_unix.so\n@include common-session\naccount required pam_deny.so\n' },
    ['shut ssh alice ACC017 /etc/pam.d/sshd:3'],
  ],
  [
    'access.conf',
    { [ACCOUNT]: `account required pam_access.so\n${stock}`, '/etc/security/access.conf': '+:root:ALL\n-:ALL:ALL\n' },
    everyWay('/etc/security/access.conf:2'),
  ],
  [
    'access.d',
    {
      [ACCOUNT]: `account required pam_access.so\n${stock}`,
      '/etc/security/access.d/x.conf': '-:ALL EXCEPT root:ALL\n',
    },
    everyWay('/etc/security/access.d/x.conf:1'),
  ],
  [
    'a list that does not name the user',
    {
      [SSHD]:
        'account required pam_listfile.so item=user sense=allow file=/etc/ssh/users onerr=fail\nsession required pam_permit.so\n',
      '/etc/ssh/users': 'bob\n',
    },
    ['shut ssh alice ACC017 /etc/ssh/users'],
  ],
  [
    'a list that is missing',
    {
      [SSHD]:
        'account required pam_listfile.so item=user sense=deny file=/etc/ssh/users\nsession required pam_permit.so\n',
    },
    ['shut ssh alice ACC017 /etc/ssh/users'],
  ],
  [
    'maxlogins 0 for all',
    { '/etc/security/limits.d/x.conf': '* hard maxlogins 0\n' },
    everyWay('/etc/security/limits.d/x.conf:1'),
  ],
  [
    'maxsyslogins 0',
    { '/etc/security/limits.conf': '\nalice - maxsyslogins 0\n' },
    everyWay('/etc/security/limits.conf:2'),
  ],
  [
    'nproc 0 for a group',
    { '/etc/security/limits.d/x.conf': '@sudo hard nproc 0\n' },
    everyWay('/etc/security/limits.d/x.conf:1'),
  ],
  [
    'nonewprivs',
    { '/etc/security/limits.d/x.conf': 'alice - nonewprivs 1\n' },
    ['shut root alice ACC017 /etc/security/limits.d/x.conf:1'],
  ],
  [
    'a uid that is too high',
    { [ACCOUNT]: `account requisite pam_succeed_if.so uid < 1000\n${stock}` },
    everyWay(`${ACCOUNT}:1`),
  ],
  [
    'never the time',
    { [ACCOUNT]: `account required pam_time.so\n${stock}`, '/etc/security/time.conf': '*;*;!root;!Al0000-2400\n' },
    everyWay('/etc/security/time.conf:1'),
  ],
  [
    'a shell that is not listed',
    { [ACCOUNT]: `account required pam_shells.so\n${stock}`, '/etc/shells': '/bin/zsh\n' },
    everyWay('/etc/shells'),
  ],
  [
    'no configuration at all',
    { '/etc/pam.d': null },
    [
      'shut ssh alice ACC017 /etc/pam.d/sshd',
      'shut console alice ACC017 /etc/pam.d/login',
      'shut root alice ACC017 /etc/pam.d/sudo',
    ],
  ],
  [
    'auth denied',
    { [AUTH]: 'auth required pam_deny.so\n' },
    ['shut console alice ACC017 /etc/pam.d/common-auth:1', 'shut root alice ACC017 /etc/pam.d/common-auth:1'],
  ],
]
for (const [title, planted, expected] of shut) {
  test(`shut: ${title}`, () => assert.equal(findings(planted), expected))
}

const unproved: [title: string, planted: Planted, place: string][] = [
  [
    'a module that is not as its package brought it',
    {
      '/usr/lib/aarch64-linux-gnu/security/pam_nologin.so': 'own\n',
      '/var/lib/dpkg/info/libpam-modules:arm64.md5sums': `${'0'.repeat(32)}  usr/lib/aarch64-linux-gnu/security/pam_nologin.so\n`,
      '/etc/pam.d/common-account': `account required pam_nologin.so\n${stock}`,
      '/etc/pam.d/sshd': '@include common-account\n@include common-session\n',
      '/etc/pam.d/login': '@include common-auth\n@include common-account\n@include common-session\n',
    },
    `${ACCOUNT}:1`,
  ],
  [
    'a module from elsewhere',
    { [ACCOUNT]: `account required pam_own.so\n${stock}`, '/usr/lib/aarch64-linux-gnu/security/pam_own.so': '' },
    `${ACCOUNT}:1`,
  ],
  ['a program that decides', { [ACCOUNT]: `account required pam_exec.so /usr/local/bin/x\n${stock}` }, `${ACCOUNT}:1`],
  [
    'some of the time',
    { [ACCOUNT]: `account required pam_time.so\n${stock}`, '/etc/security/time.conf': '*;*;*;Wk0800-1800\n' },
    '/etc/security/time.conf:1',
  ],
]
for (const [title, planted, place] of unproved) {
  test(`unproved: ${title}`, () => assert.equal(findings(planted), everyWay(place, 'unproved', 'ACC052')))
}

for (const [file, text, isTold] of [
  ['/etc/security/pam_env.conf', 'PATH DEFAULT=/nowhere\n', true],
  ['/etc/security/pam_env.conf', 'PATH DEFAULT=/opt/bin:/usr/bin\n', false],
  ['/etc/security/pam_env.conf', `PATH DEFAULT=\x24{PATH}:/opt/bin\n`, false],
  ['/etc/environment', 'PATH="/usr/local/sbin:/nowhere"\n', true],
  ['/etc/environment', 'LANG=C\nexport PATH=/nowhere\n', true],
  ['/etc/environment', 'PATH="/usr/local/bin:/usr/bin:/bin"\n', false],
] as const) {
  test(`unproved: a PATH in which nothing is found: ${file}: ${text.trim()}`, () => {
    const line = text.split('\n').findIndex((one) => one.includes('PATH')) + 1
    const told = ['ssh', 'console'].map((way) => `unproved ${way} alice ACC052 ${file}:${line}`)
    const ofSessions = findings({ [file]: text }).filter((found) => !found.includes(' root '))
    assert.equal(ofSessions, isTold ? told : [])
  })
}

test('unproved: from some networks only, with an example of each', () => {
  const device = deviceWith(
    {
      [SSHD]: 'account required pam_access.so\nsession required pam_permit.so\n',
      '/etc/security/access.conf': '+:ALL:192.0.2.0/24\n-:ALL:ALL\n',
    },
    smallSpec(),
  )
  const [found, ...others] = pam(device)
  assert.equal(others, [])
  assert.is(found && short(found), 'unproved ssh alice ACC052 /etc/security/access.conf:2')
  assert.match(found?.because ?? '', 'from 192.0.2.0, but not from 192.168.1.10')
})

const harmless: [title: string, planted: Planted, behaviour?: Behaviour][] = [
  [
    'an unknown module that is optional',
    {
      [ACCOUNT]: `${stock}`,
      '/etc/pam.d/common-session': 'session required pam_permit.so\nsession optional pam_own.so\n',
      '/usr/lib/aarch64-linux-gnu/security/pam_own.so': '',
    },
  ],
  ['nologin below /run, which is empty at the start', { '/run/nologin': '' }],
  ['nologin in Bookworm, where the start takes it away', { '/etc/nologin': 'no\n' }, 'bookworm-2025'],
  ['a dangling link', { '/etc/nologin': { link: '/run/x' } }],
  ['access.conf that no stack reads', { '/etc/security/access.conf': '-:ALL:ALL\n' }],
  [
    'access.conf that lets the user in',
    { [ACCOUNT]: `account required pam_access.so\n${stock}`, '/etc/security/access.conf': '+:alice:ALL\n-:ALL:ALL\n' },
  ],
  ['limits for others', { '/etc/security/limits.d/x.conf': 'bob - maxlogins 0\n@lp - nproc 0\n* - core 0\n' }],
  ['limits that end before', { '/etc/security/limits.conf': 'alice -\n* - maxlogins 0\n' }],
  [
    'a list of others to refuse',
    {
      [ACCOUNT]: `account required pam_listfile.so item=user sense=deny file=/etc/no onerr=succeed\n${stock}`,
      '/etc/no': 'bob\n',
    },
  ],
  [
    'su for a group only',
    {
      '/etc/pam.d/su':
        'auth required pam_wheel.so\n@include common-auth\n@include common-account\n@include common-session\n',
    },
  ],
  [
    'faillock as its manual has it',
    {
      [AUTH]:
        'auth required pam_faillock.so preauth\nauth [success=1 default=ignore] pam_unix.so nullok\nauth [default=die] pam_faillock.so authfail\nauth sufficient pam_faillock.so authsucc\nauth required pam_permit.so\n',
    },
  ],
]
for (const [title, planted, behaviour] of harmless) {
  test(`harmless: ${title}`, () => assert.equal(findings(planted, smallSpec(), behaviour), []))
}

const anybody = 'auth sufficient pam_permit.so\nauth required pam_unix.so\n'

test('open: a stack that takes any password', () => {
  const found = findings({ [AUTH]: anybody })
  for (const way of ['console', 'root']) {
    assert.ok(
      found.some((text) => text.startsWith(`open ${way}`) && text.endsWith(`ACC038 ${AUTH}:1`)),
      way,
    )
  }
  assert.not.ok(
    found.some((text) => text.startsWith('open password')),
    'sshd takes keys only',
  )
})

test('open: and over SSH where sshd takes passwords', () => {
  const found = findings({ [AUTH]: anybody }, passwords())
  assert.ok(found.includes(`open password alice ACC038 ${AUTH}:1`), found.join('\n'))
})

test('open: su by a group that is trusted, whoever is in it', () => {
  const su =
    'auth sufficient pam_wheel.so trust group=lp\n@include common-auth\n@include common-account\n@include common-session\n'
  assert.equal(findings({ '/etc/pam.d/su': su }), ['open root lp ACC038 /etc/pam.d/su:1'])
})

test('open: root has an empty password in passwd itself, and anybody may run su', () => {
  const stock = deviceWith({}, smallSpec())
  const passwd = stock.accounts.passwd.map((user) => (user.uid === 0 ? { ...user, password: '' } : user))
  const device = { ...stock, accounts: { ...stock.accounts, passwd } }
  const found = openDoors(device).map(short)
  assert.ok(found.includes('open root * ACC032 /etc/passwd'), found.join('\n'))
  assert.ok(found.includes('open console root ACC032 /etc/passwd'), found.join('\n'))
})

test('unproved: a module of which nothing is known is asked before the password', () => {
  const found = findings({
    [AUTH]: 'auth sufficient pam_own.so\nauth required pam_unix.so\n',
    '/usr/lib/aarch64-linux-gnu/security/pam_own.so': '',
  })
  assert.ok(found.includes(`unproved root alice ACC052 ${AUTH}:1`), found.join('\n'))
  assert.ok(found.includes(`unproved console alice ACC052 ${AUTH}:1`), found.join('\n'))
})

test('a password that is too old: with it the owner gets through, without it nobody', () => {
  const device = (shadow: string) =>
    pam({
      ...deviceWith({}, smallSpec()),
      accounts: {
        ...deviceWith({}, smallSpec()).accounts,
        shadow: [{ name: 'alice', password: shadow, rest: ['19000', '0', '90', '7', '', '', ''] }],
      },
    }).map(short)
  assert.equal(device('$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1'), [])
  assert.equal(device('*'), ['shut ssh alice ACC017 /etc/shadow', 'shut root alice ACC017 /etc/shadow'])
})
