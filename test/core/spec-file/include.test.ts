import * as assert from 'uvu/assert'
import { HASH, KEYS, parse, smallSpec, sound } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('spec files that include others')

const OWNER = `users: [{ name: alice, passwordHash: "${HASH}", authorizedKeys: ["${KEYS.alice}"] }]\n`

/** What is said of a spec: place, code and message of each problem. */
function said(spec: string, files: Record<string, string>): string[] {
  return parse(spec, files).problems.map(
    ({ position: { file, line, column }, code, message }) => `${file}:${line}:${column} ${code} ${message}`,
  )
}

test('what comes later wins, key by key; the including file comes last', () => {
  const { spec } = sound(`version: 1\ninclude: [a.yaml, b.yaml]\nssh: { port: 2222 }\n`, {
    'a.yaml': `${OWNER}device: { hostname: a, timezone: Europe/Vienna }\nssh: { port: 1, denyUsers: [x] }\n`,
    'b.yaml': 'device: { hostname: b }\nssh: { port: 2 }\n',
  })
  assert.is(spec.device.hostname, 'b')
  assert.is(spec.device.timezone, 'Europe/Vienna')
  assert.is(spec.ssh.port, 2222)
  assert.equal(spec.ssh.denyUsers, ['x'])
})

test('lists of named sections are joined by name, other lists are replaced', () => {
  const { spec } = sound(
    `version: 1
include: [base.yaml]
users:
  - { name: carol, authorizedKeys: ["${KEYS.bob}"], sudo: none, groups: [gpio] }
  - { name: alice, groups: [video] }
firewall: { rules: [limit 22/tcp] }
files: [{ path: /etc/b, content: "2" }]
packages: { install: [htop] }
fail2ban: { jails: { sshd: { maxretry: 9 } } }
services:
`,
    {
      'base.yaml': `${OWNER}firewall: { rules: [allow 80/tcp, allow 81/tcp] }
files: [{ path: /etc/a, content: "1" }, { path: /etc/b, content: "1", mode: "0600" }]
packages: { install: [mosquitto] }
fail2ban: { jails: { sshd: { bantime: 2h } } }
services: { disable: [cups] }
`,
    },
  )
  assert.equal(
    spec.users.map(({ name, groups, authorizedKeys }) => [name, groups, authorizedKeys.length]),
    [
      ['alice', ['video'], 1],
      ['carol', ['gpio'], 1],
    ],
  )
  assert.equal(spec.firewall.rules, ['limit 22/tcp'])
  assert.equal(
    spec.files.map(({ path, content, mode }) => [path, new TextDecoder().decode(content), mode]),
    [
      ['/etc/a', '1', 0o644],
      ['/etc/b', '2', 0o600],
    ],
  )
  assert.equal(spec.packages.install, ['htop'])
  assert.equal([spec.fail2ban.jails.sshd?.maxretry, spec.fail2ban.jails.sshd?.bantime], [9, '2h'])
  assert.equal(spec.services.disable, ['cups'], 'a section without keys says nothing')
})

test('of two keys that say the same in other ways the later one counts', () => {
  const files = {
    'base.yaml': `${OWNER}files: [{ path: /etc/a, content: "1" }, { path: /etc/b, source: b }]\n`,
    hash: HASH,
    a: 'of a file',
    b: 'b',
  }
  const { spec } = sound(
    `version: 1
include: [base.yaml]
users: [{ name: alice, passwordHashFile: hash }]
files: [{ path: /etc/a, source: a }, { path: /etc/b, content: text }]
`,
    files,
  )
  assert.is(spec.users[0]?.passwordHash?.reveal(), HASH)
  assert.equal(
    spec.files.map(({ content }) => new TextDecoder().decode(content)),
    ['of a file', 'text'],
  )
})

test('an empty list takes away what the other file has in it', () => {
  const files = { 'base.yaml': `${OWNER}files: [{ path: /etc/a, content: "1" }]\n` }
  assert.equal(sound('version: 1\ninclude: [base.yaml]\nfiles: []\n', files).spec.files, [])
})

test('every problem, and every value, has its place in the file that says it', () => {
  const files = {
    'lib/base.yaml': 'include: [deep.yaml]\nssh:\n  prot: 22\n',
    'deep.yaml': 'device: { hostname: "no_good" }\nusers:\n  - { name: bob, passwordHash: x }\n',
  }
  assert.equal(said('version: 1\ninclude: [lib/base.yaml]\nusers:\n  - { name: carol, sudo: maybe }\n', files), [
    'lib/base.yaml:3:3 SPC002 ssh.prot is not a key of a spec',
    'lib/deep.yaml:1:21 NET001 device.hostname is not a host name (RFC 1123)',
    'lib/deep.yaml:3:32 USR003 users[0].passwordHash is not a crypt(3) hash; a plain password has no place in a spec',
    'pibake.yaml:4:26 SPC004 users[1].sudo must be one of password, nopasswd, none',
  ])
  const { locate } = sound(`version: 1\ninclude: [base.yaml]\nusers:\n  - { name: alice, sudo: none }\n`, {
    'base.yaml': `${OWNER}ssh:\n  port: 2222\n`,
  })
  const placed = (path: (string | number)[]) => {
    const { file, line, column } = locate(path) ?? { file: 'none' }
    return `${file}:${line}:${column}`
  }
  assert.is(placed(['ssh', 'port']), 'base.yaml:3:9')
  assert.is(placed(['users', 0, 'sudo']), 'pibake.yaml:4:26')
  assert.is(placed(['users', 0, 'passwordHash']), 'base.yaml:1:38')
  assert.is(placed([]), 'pibake.yaml:1:1')
  assert.is(locate(['ssh', 'enabled']), undefined)
})

test('circles, depth, number, and what is no spec are told of, at the line that includes', () => {
  const circle = {
    'a.yaml': 'include: [lib/b.yaml]\n',
    'lib/b.yaml': 'include: [../a.yaml]\n',
    '../a.yaml': 'include: [lib/b.yaml]\n',
  }
  assert.equal(said(`version: 1\ninclude: [a.yaml]\n${OWNER}`, circle), [
    'lib/b.yaml:1:11 SPC016 ../a.yaml includes itself: a.yaml → lib/b.yaml → a.yaml',
  ])
  assert.match(said(`version: 1\ninclude: [pibake.yaml]\n${OWNER}`, {}).join(), 'SPC016 pibake.yaml includes itself')
  const deep = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}.yaml`, `include: [${i + 1}.yaml]\n`]))
  assert.equal(said(`version: 1\ninclude: [0.yaml]\n${OWNER}`, deep), [
    '7.yaml:1:11 SPC016 files are included more than 8 deep',
  ])
  const wide = Object.fromEntries(
    Array.from({ length: 7 }, (_, i) => [`${i}.yaml`, `include: [${`${i + 1}.yaml, `.repeat(9)}]\n`]),
  )
  const many = said(`version: 1\ninclude: [0.yaml]\n${OWNER}`, { ...wide, '7.yaml': '' })
  assert.ok(many.every((line) => line.endsWith('SPC016 more than 100 files are included')))
  assert.ok(many.length > 0)
  assert.equal(
    said(`version: 1\ninclude: [no.yaml, list.yaml, bad.yaml, empty.yaml]\n${OWNER}`, {
      'list.yaml': '- a\n',
      'bad.yaml': 'a: "b\n',
      'empty.yaml': '',
    }),
    [
      'bad.yaml:2:1 YML002 a quote, bracket or space is missing',
      'pibake.yaml:2:11 SPC007 no.yaml cannot be read: no such file',
      'pibake.yaml:2:20 YML012 list.yaml is not a section with keys',
    ],
  )
  assert.equal(said(`version: 1\ninclude: base.yaml\n${OWNER}`, {}), ['pibake.yaml:2:10 SPC003 include must be a list'])
  assert.equal(said(`version: 1\ninclude: [1]\n${OWNER}`, {}).length, 1)
})

test('the digest is that of what the files say together', () => {
  const whole = sound({ version: 1, ssh: { port: 2222 }, users: smallSpec().users })
  const parts = sound('version: 1\ninclude: [a.yaml, b.yaml]\n', {
    'a.yaml': 'ssh: { port: 2222 }\n',
    'b.yaml': JSON.stringify({ users: smallSpec().users }),
  })
  const order = sound({ ssh: { port: 2222 }, users: smallSpec().users, version: 1 })
  assert.is(parts.digest, order.digest)
  assert.equal(whole.spec, parts.spec)
  assert.equal(
    parts.inputs.included.map(({ name }) => name),
    ['a.yaml', 'b.yaml'],
  )
})
