import * as assert from 'uvu/assert'
import type { AccountFacts, DeviceFacts, Gate, KeyFacts } from '../../../src/core/access/facts.ts'
import type { Finding } from '../../../src/core/access/finding.ts'
import { prove } from '../../../src/core/access/prove.ts'
import { FROM_EVERYWHERE, reachFrom } from '../../../src/device/net/reach.ts'
import { suite } from '../../support/suite.ts'

const test = suite('access prover')

const key: KeyFacts = {
  type: 'ssh-ed25519',
  fingerprint: 'SHA256:abc',
  from: FROM_EVERYWHERE,
  expires: undefined,
  command: false,
  noTerminal: false,
  refused: undefined,
}

const alice: AccountFacts = {
  name: 'alice',
  wanted: true,
  admin: true,
  shell: { path: '/bin/bash', usable: true },
  password: 'usable',
  mustChangePassword: false,
  expires: undefined,
  keys: [key],
  strictModes: undefined,
  sshd: { refused: undefined, keys: true, password: false },
  sudo: { root: true, needsPassword: true },
  rootGroups: [],
}

const firewall = (from: readonly string[]): Gate => ({
  code: 'ACC006',
  reach: reachFrom(from),
  because: 'the firewall lets nobody reach port 22',
})

const device = (account: Partial<AccountFacts> = {}, facts: Partial<DeviceFacts> = {}): DeviceFacts => ({
  today: '2026-11-22',
  ssh: { enabled: true, port: 22, unreachable: undefined },
  gates: [],
  accounts: [{ ...alice, ...account }],
  ...facts,
})

test('a key, a password for sudo and an open port: the way in is told', () => {
  const { ways, lockouts, intruders } = prove(device())
  assert.equal(lockouts, [])
  assert.equal(intruders, [])
  assert.equal(ways[0], {
    user: 'alice',
    by: 'key',
    fingerprint: 'SHA256:abc',
    from: 'everywhere',
    except: [],
    interfaces: undefined,
    exceptInterfaces: [],
    port: 22,
    root: 'asks for the password',
    rootGroups: [],
  })
})

const refused: [title: string, code: string, facts: DeviceFacts][] = [
  ['no account at all', 'ACC001', device({}, { accounts: [] })],
  ['only accounts that the spec does not name', 'ACC001', device({ wanted: false })],
  ['the shell is nologin', 'ACC002', device({ shell: { path: '/usr/sbin/nologin', usable: false } })],
  ['the account has expired', 'ACC003', device({ expires: '2026-11-22' })],
  [
    'a new password is demanded and there is no old one',
    'ACC004',
    device({ mustChangePassword: true, password: 'none' }),
  ],
  ['sshd refuses the name', 'ACC005', device({ sshd: { refused: 'not in AllowUsers', keys: true, password: true } })],
  ['the firewall lets nobody in', 'ACC006', device({}, { gates: [firewall([])] })],
  ['no key, and no password login', 'ACC007', device({ keys: [] })],
  [
    'no key, and a locked password',
    'ACC007',
    device({ keys: [], password: 'locked', sshd: { refused: undefined, keys: true, password: true } }),
  ],
  [
    'keys are off and so are passwords',
    'ACC008',
    device({ sshd: { refused: undefined, keys: false, password: false } }),
  ],
  ['StrictModes refuses the files', 'ACC009', device({ strictModes: '/home/alice is writable by others' })],
  ['the key is too short for this sshd', 'ACC010', device({ keys: [{ ...key, refused: 'RSA with 2048 bits' }] })],
  ['the only key has expired', 'ACC011', device({ keys: [{ ...key, expires: '2026-01-01' }] })],
  ['the only key runs one command', 'ACC012', device({ keys: [{ ...key, command: true }] })],
  [
    'the key is good where the firewall is shut',
    'ACC013',
    device({ keys: [{ ...key, from: reachFrom(['192.0.2.0/24']) }] }, { gates: [firewall(['198.51.100.0/24'])] }),
  ],
  ['sudo wants a password that does not exist', 'ACC020', device({ password: 'none' })],
  ['no rule lets the admin become root', 'ACC020', device({ sudo: { root: false, needsPassword: true } })],
  [
    'sshd does not listen where it is expected',
    'ACC014',
    device({}, { ssh: { enabled: true, port: 22, unreachable: 'sshd listens on port 2222' } }),
  ],
  [
    'SSH is off and nobody has a password for the console',
    'ACC001',
    device({ password: 'none' }, { ssh: { enabled: false, port: 22, unreachable: undefined } }),
  ],
]
for (const [title, code, facts] of refused) {
  test(`locked out: ${title}`, () => {
    assert.ok(
      prove(facts).lockouts.some((shut) => shut.code === code),
      JSON.stringify(prove(facts)),
    )
  })
}

test('one way is enough: a dead key beside a good one locks nobody out, and is told', () => {
  const { lockouts, shut } = prove(device({ keys: [{ ...key, expires: '2020-01-01' }, key] }))
  assert.equal(lockouts, [])
  assert.is(shut[0]?.code, 'ACC011')
})

test('a key inside the network that the firewall admits opens for the narrower of both', () => {
  const facts = device(
    { keys: [{ ...key, from: reachFrom(['192.0.2.16/28']) }] },
    { gates: [firewall(['192.0.2.0/24'])] },
  )
  assert.equal(prove(facts).ways[0]?.from, ['192.0.2.16/28'])
})

test('an owner who is not meant to be root needs no sudo', () => {
  assert.equal(prove(device({ admin: false, sudo: { root: false, needsPassword: false } })).lockouts, [])
})

test('with SSH off a password at the console is the way in', () => {
  const { lockouts, ways } = prove(device({}, { ssh: { enabled: false, port: 22, unreachable: undefined } }))
  assert.equal(lockouts, [])
  assert.equal(
    ways.map((way) => way.by),
    ['console'],
  )
})

test('an account that the spec does not name and that gets in is an intruder', () => {
  const pi = { ...alice, name: 'pi', wanted: false }
  const { intruders } = prove(device({}, { accounts: [alice, pi] }))
  assert.is(intruders[0]?.user, 'pi')
})

const finding = (found: Partial<Finding>): Finding => ({
  answer: 'shut',
  way: 'login',
  user: undefined,
  code: 'ACC014',
  at: { file: '/etc/nologin', line: undefined },
  because: 'it turns everybody away',
  settle: undefined,
  ...found,
})

for (const [way, opens] of [
  ['login', ''],
  ['ssh', 'console'],
  ['key', 'password console'],
  ['password', 'key console'],
  ['console', 'key password'],
] as const) {
  test(`a finding that shuts ${way} leaves: ${opens}`, () => {
    const both = device({ sshd: { refused: undefined, keys: true, password: true } })
    assert.is(
      prove(both, [finding({ way })])
        .ways.map(({ by }) => by)
        .join(' '),
      opens,
    )
    assert.is(
      prove(both, [finding({ way, user: 'alice' })])
        .ways.map(({ by }) => by)
        .join(' '),
      opens,
    )
    assert.is(prove(both, [finding({ way, user: 'bob' })]).ways.length, 3)
  })
}

test('a finding that shuts the way up is the reason that is given', () => {
  const { lockouts } = prove(device(), [finding({ way: 'root', code: 'ACC020', because: 'sudo is not setuid' })])
  assert.equal(lockouts, [
    { code: 'ACC020', user: 'alice', because: 'sudo is not setuid', at: { file: '/etc/nologin', line: undefined } },
  ])
})

test('what opens the device and what cannot be judged are told apart', () => {
  const open = finding({ answer: 'open' })
  const unproved = finding({ answer: 'unproved' })
  const verdict = prove(device(), [open, unproved])
  assert.equal([verdict.open, verdict.unproved, verdict.lockouts], [[open], [unproved], []])
})
