import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import type { Release } from '../../src/device/inspect/inventory.ts'
import { inForce } from '../../src/device/sshd/effective.ts'
import { accumulating } from '../../src/device/sshd/keywords.ts'
import { readSshdConfig } from '../../src/device/sshd/read.ts'
import { memoryTree } from '../support/memory.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'

const test = suite('sshd in force, held against sshd -T')

/** Keywords and values of which `sshd -T` prints what was written (numbers and flags in its own spelling). */
const settings = fc.oneof(
  ...Object.entries({
    PasswordAuthentication: ['yes', 'no', 'YES'],
    ChallengeResponseAuthentication: ['yes', 'no'],
    KbdInteractiveAuthentication: ['yes', 'no'],
    PubkeyAuthentication: ['yes', 'no'],
    PermitRootLogin: ['yes', 'no', 'prohibit-password', 'forced-commands-only'],
    PermitEmptyPasswords: ['yes', 'no'],
    MaxAuthTries: ['2', '3', '9'],
    MaxSessions: ['1', '5'],
    AllowUsers: ['alice', 'bob carol', '"alice" a*@192.0.2.*'],
    DenyUsers: ['mallory', 'eve # not her'],
    AllowGroups: ['sudo', 'users adm'],
    DenyGroups: ['games'],
    X11Forwarding: ['yes', 'no'],
    AllowTcpForwarding: ['yes', 'no', 'local'],
    AuthorizedKeysFile: ['.ssh/authorized_keys', '/etc/keys/%u .ssh/k', '"/etc/a b/%u"'],
    AuthenticationMethods: ['publickey', 'publickey,password password'],
    ForceCommand: ['none', '/bin/true'],
    AcceptEnv: ['LANG', 'A B'],
    Banner: ['none', '/etc/issue.net', "'/etc/a #b'"],
    RequiredRSASize: ['2048', '3072'],
  }).map(([keyword, values]) =>
    fc
      .tuple(fc.constantFrom(' ', '\t', '=', ' = '), fc.constantFrom(...values), fc.boolean())
      .map(([gap, value, lower]) => `${lower ? keyword.toLowerCase() : keyword}${gap}${value}`),
  ),
)
const globals = fc.constantFrom(
  'Port 22',
  'Port 2222',
  'UsePAM yes',
  'UsePAM no',
  'StrictModes no',
  'LoginGraceTime 30',
)
const criteria = fc.constantFrom(
  'all',
  'User alice',
  'User al*,!alan',
  'user "bob,alan"',
  'Group sudo',
  'Group users,!sudo',
  'Address 192.0.2.0/24',
  'Address 2001:db8::/32,198.51.100.*',
  'Address *,!192.0.2.7',
  'User alice Address 192.0.2.*',
  'Host *.example,192.0.2.7',
  'LocalPort 22',
)
const noise = fc.constantFrom('', '# PasswordAuthentication yes', '   \t', '#Match all')
const block = fc.tuple(criteria, fc.array(settings, { maxLength: 4 })).map(([c, lines]) => [`Match ${c}`, ...lines])
const include = fc.constantFrom(
  'Include sshd_config.d/*.conf',
  'Include /etc/ssh/sshd_config.d/[1-4]?-*.conf',
  'Include extra/deep.conf /etc/ssh/nowhere/*.conf',
)
const fileText = (inner: fc.Arbitrary<string>) =>
  fc
    .tuple(fc.array(fc.oneof(settings, globals, noise, inner), { maxLength: 7 }), fc.array(block, { maxLength: 3 }))
    .map(([head, blocks]) => [...head, ...blocks.flat(), ''].join('\n'))

const configs = fc.record({
  '/etc/ssh/sshd_config': fc
    .tuple(fileText(include), criteria, include, settings)
    .map(([text, c, line, setting]) => `${text}Match ${c}\n${line}\n${setting}\n`),
  '/etc/ssh/sshd_config.d/00-first.conf': fileText(noise),
  '/etc/ssh/sshd_config.d/10-second.conf': fileText(fc.constant('Include extra/deep.conf')),
  '/etc/ssh/sshd_config.d/90-last.conf': fileText(noise),
  '/etc/ssh/sshd_config.d/ignored.conf.bak': fileText(noise),
  '/etc/ssh/extra/deep.conf': fileText(noise),
})

const connections = [
  { user: 'alice', groups: ['alice', 'sudo', 'users'], address: '192.0.2.7', host: 'kit.example', localPort: 22 },
  { user: 'bob', groups: ['bob', 'users'], address: '2001:db8::1', host: '2001:db8::1', localPort: 2222 },
  { user: 'alan', groups: ['alan'], address: '198.51.100.9', host: '198.51.100.9', localPort: 22 },
]

const script = `
for c in /tmp/c/*; do
  for f in sshd_config sshd_config.d extra; do rm -rf /etc/ssh/$f; cp -r $c/etc/ssh/$f /etc/ssh/; done
  i=0
  while read -r spec; do
    printf '\\001%s %s\\n' "$(basename $c)" $i
    /usr/sbin/sshd -T -C "$spec" 2>&1 || true
    i=$((i+1))
  done < /tmp/connections
done`

for (const release of releases) {
  test(`${release}: generated configurations, three connections each`, () => {
    const root = scratch(debianRoot(release, 'full'))
    try {
      for (const name of ['alice', 'bob', 'alan']) runIn(root, ['useradd', name])
      runIn(root, ['usermod', '-aG', 'sudo,users', 'alice'])
      runIn(root, ['usermod', '-aG', 'users', 'bob'])
      runIn(root, ['ssh-keygen', '-A'])
      compare(root, release, fc.sample(configs, { numRuns: 60, seed: 4711 }))
    } finally {
      discard(root)
    }
  })
}

function compare(root: string, release: Release, samples: readonly Record<string, string>[]): void {
  for (const [index, files] of samples.entries()) {
    for (const [path, text] of Object.entries(files)) {
      const place = join(root, 'tmp/c', String(index), path)
      mkdirSync(dirname(place), { recursive: true })
      writeFileSync(place, text)
    }
  }
  const specs = connections.map(
    (c) => `user=${c.user},host=${c.host},addr=${c.address},laddr=192.0.2.1,lport=${c.localPort}\n`,
  )
  writeFileSync(join(root, 'tmp/connections'), specs.join(''))
  const answers = runIn(root, ['sh', '-euc', script], { timeout: 300 }).split('\u0001').slice(1)
  rmSync(join(root, 'tmp/c'), { recursive: true })
  assert.is(answers.length, samples.length * connections.length)

  let accepted = 0
  for (const answer of answers) {
    const [head = '', ...lines] = answer.trimEnd().split('\n')
    const [sample, connection] = head.split(' ').map(Number)
    const files = samples[sample as number] as Record<string, string>
    const config = readSshdConfig(memoryTree(files), release)
    // Methods that another line switched off: sshd says so for that connection, and the values are not printed.
    if (lines.some((line) => /Disabled method .* in AuthenticationMethods/.test(line))) continue
    const told = `${head}\n${lines.filter((l) => / line |[A-Z]/.test(l)).join('\n')}\n${JSON.stringify(files, null, 1)}`
    const started = lines.some((line) => line.startsWith('port '))
    assert.is(config.errors.length === 0, started, `${JSON.stringify(config.errors)}\n${told}`)
    if (!started) continue
    accepted += 1
    const mine = inForce(config, connections[connection as number] as (typeof connections)[number])
    for (const [keyword, directives] of mine) {
      const values = accumulating.has(keyword)
        ? directives.flatMap((d) => d.args)
        : [(directives[0]?.args ?? []).join(' ')]
      assert.equal(
        valuesOf(lines, keyword),
        values.map((v) => spelling(keyword, v)),
        `${keyword} ${told}`,
      )
    }
    for (const keyword of ['passwordauthentication', 'allowusers', 'permitrootlogin', 'maxauthtries', 'forcecommand']) {
      if (!mine.has(keyword)) assert.equal(valuesOf(lines, keyword), defaults[keyword], `default ${keyword} ${told}`)
    }
  }
  assert.ok(accepted > samples.length, `only ${accepted} of ${answers.length} were accepted by sshd`)
}

const defaults: Readonly<Record<string, string[]>> = {
  passwordauthentication: ['yes'],
  allowusers: [],
  permitrootlogin: ['without-password'],
  maxauthtries: ['6'],
  forcecommand: ['none'],
}

function valuesOf(lines: readonly string[], keyword: string): string[] {
  return lines.filter((line) => line.startsWith(`${keyword} `)).map((line) => line.slice(keyword.length + 1))
}

function spelling(keyword: string, value: string): string {
  if (keyword === 'permitrootlogin' && value === 'prohibit-password') return 'without-password'
  return /^(yes|no)$/i.test(value) ? value.toLowerCase() : value
}
