import { inspect } from 'node:util'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { stringify } from 'yaml'
import { reportLines } from '../../../src/base/report/print.ts'
import { editDistance, suggest } from '../../../src/base/report/suggest.ts'
import { anyText } from '../../support/any-text.ts'
import { HASH, KEYS, parse } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('spec: properties')

/** A sound spec with every section, as plain data. */
const full = {
  version: 1,
  profile: 'strict',
  device: { hostname: 'kit', timezone: 'UTC', locale: 'en_GB.UTF-8', keyboard: 'gb' },
  users: [
    { name: 'alice', passwordHash: HASH, authorizedKeys: [KEYS.alice], sudo: 'password', groups: 'default' },
    { name: 'bob', authorizedKeys: [{ key: KEYS.bob, from: ['192.0.2.0/24'], restrict: true }], sudo: 'none' },
  ],
  defaultUser: 'remove',
  removeHome: true,
  ssh: { port: 2222, allowUsers: ['alice', 'bob'], settings: { X11Forwarding: 'no' } },
  firewall: { outgoing: 'allow', rules: ['limit 2222/tcp', "allow 80/tcp comment 'web'"] },
  fail2ban: { ignoreip: ['192.0.2.7'], jails: { sshd: { maxretry: 4, bantime: -1 } } },
  updates: { firstBoot: 'full', reboot: '04:30' },
  packages: { install: ['vim'], remove: ['nano'] },
  services: { disable: ['avahi-daemon'] },
  hardware: { wifi: 'on', bluetooth: 'off' },
  hardening: { sysctl: { 'kernel.sysrq': null }, journal: { maxUse: '32M' } },
  network: { wifi: { country: 'AT', networks: [{ ssid: 'kit', pskFile: 'psk' }] } },
  files: [{ path: '/etc/motd', content: 'hi\n', mode: '0644' }],
  firstBoot: { scripts: ['a.sh'] },
}
const files = { psk: 'a passphrase\n', 'a.sh': '#!/bin/sh\n' }

test('the spec with every section is sound', () => {
  assert.equal(parse(stringify(full), files).problems, [])
})

test('the order of keys changes nothing', () => {
  const expected = inspect(parse(stringify(full), files).spec, { depth: 9, sorted: true })
  fc.assert(
    fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (dice) => {
      const shuffled = (value: unknown): unknown => {
        if (Array.isArray(value)) return value.map(shuffled)
        if (typeof value !== 'object' || value === null) return value
        const entries = Object.entries(value).map(([key, inner]) => ({ key, inner, at: dice.next().value as number }))
        return Object.fromEntries(entries.sort((a, b) => a.at - b.at).map(({ key, inner }) => [key, shuffled(inner)]))
      }
      const { spec, problems } = parse(stringify(shuffled(full)), files)
      assert.equal(problems, [])
      assert.is(inspect(spec, { depth: 9, sorted: true }), expected)
    }),
    { numRuns: 15 },
  )
})

test('no text whatever makes it throw, and every problem has a place in the file', () => {
  const yamlish = fc.string({ unit: fc.constantFrom(...'ab:-[]{}"\'\n #&*!|>%@,?\t~0') })
  fc.assert(
    fc.property(fc.oneof(anyText(), yamlish), (text) => {
      holds(`version: 1\n${text}`)
      holds(text)
    }),
    { numRuns: 100 },
  )
})

test('no value anywhere in a spec makes it throw', () => {
  const paths = leavesOf(full, [])
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 2 }), (path, value) => {
      const changed = structuredClone(full)
      const holder = path
        .slice(0, -1)
        .reduce((at, step) => at[step] as Record<string | number, unknown>, changed as Record<string | number, unknown>)
      holder[path.at(-1) as string | number] = value
      holds(stringify(changed))
    }),
    { numRuns: 100 },
  )
})

/** Every secret of a spec, in the places where one is written, and in those where one is written by mistake. */
test('no secret is ever told, whatever else is wrong', () => {
  const canary = 'CANARY-7f3a9c'
  const places: readonly string[] = [
    `users: [{ name: alice, passwordHash: ${canary} }]`,
    `users: [{ name: alice, passwordHash: "${HASH.slice(0, -9)}${canary}" }]`,
    `users: [{ name: alice, passwordHash: [${canary}] }]`,
    `users: [{ name: alice, password: ${canary} }]`,
    `users: [{ name: alice, passwordHashFile: hash }]`,
    `users: [{ name: alice, authorizedKeys: ["-----BEGIN OPENSSH PRIVATE KEY----- ${canary}"] }]`,
    `users: [{ name: alice, authorizedKeys: [{ file: private }] }]`,
    `users: [{ name: alice, authorizedKeys: [{ key: "ssh-ed25519 ${canary}" }] }]`,
    `network: { wifi: { country: AT, networks: [{ ssid: a, psk: ${canary} }] } }`,
    `network: { wifi: { country: AT, networks: [{ ssid: a, pskFile: short }] } }`,
    `network: { wifi: { country: AT, networks: [{ ssid: a, pskFile: long }] } }`,
    `wifiPassword: ${canary}`,
    `users: [{ name: alice, passwordHash: "${canary} }]`,
    `users: { passwordHash: ${canary}: ${canary} }`,
  ]
  const secrets = {
    hash: canary,
    private: `-----BEGIN OPENSSH PRIVATE KEY-----\n${canary}\n`,
    short: 'c4n4ry!',
    long: `${canary}é`,
  }
  for (const place of places) {
    const { problems, spec, locate } = parse(`version: 1\n${place}\n`, secrets)
    assert.ok(problems.length > 0, place)
    const told = `${reportLines(problems, locate).join('\n')}\n${JSON.stringify({ problems, spec })}\n${inspect({ problems, spec }, { depth: 9 })}`
    assert.not(told.includes(canary) || told.includes('c4n4ry'), `${place}\n${told}`)
  }
})

test('a report is plain text, one problem a line, whatever the keys are', () => {
  fc.assert(
    fc.property(anyText({ maxLength: 20 }), (key) => {
      const { problems, locate } = parse(`version: 1\n${JSON.stringify(key)}: 1\n`)
      for (const line of reportLines(problems, locate)) assert.not(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(line), line)
    }),
    { numRuns: 200 },
  )
})

test('edit distance is a distance, and a swap of neighbours costs one', () => {
  const word = fc.string({ maxLength: 8 })
  fc.assert(
    fc.property(word, word, (a, b) => {
      assert.is(editDistance(a, b), editDistance(b, a))
      assert.is(editDistance(a, b) === 0, a === b)
      assert.ok(
        editDistance(a, b) >= Math.abs(a.length - b.length) && editDistance(a, b) <= Math.max(a.length, b.length),
      )
    }),
    { numRuns: 100 },
  )
  assert.is(editDistance('prot', 'port'), 1)
  assert.is(suggest('passwordAuthentification', ['passwordAuthentication', 'port']), 'passwordAuthentication')
  assert.is(suggest('xyz', ['port', 'enabled']), undefined)
})

function holds(text: string): void {
  const { problems, spec } = parse(text, files)
  const lines = text.split(/\r\n|\n|\r/).length + 1
  for (const { position, code } of problems) {
    assert.match(code, /^[A-Z][A-Z0-9]{2}\d{3}$/)
    assert.ok(
      position.line >= 1 && position.line <= lines && position.column >= 1,
      `${position.line}:${position.column}`,
    )
  }
  if (problems.some(({ severity, lockout }) => severity === 'error' && lockout !== true)) assert.is(spec, undefined)
  else assert.ok(spec !== undefined)
}

function leavesOf(value: unknown, path: (string | number)[]): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path]
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [...(path.length > 0 ? [path] : []), ...entries.flatMap(([key, inner]) => leavesOf(inner, [...path, key]))]
}
