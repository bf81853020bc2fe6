import * as assert from 'uvu/assert'
import { Secret } from '../../../src/base/secret.ts'
import { type Fact, ImportError, pathText } from '../../../src/core/foreign/fact.ts'
import { KIND_NAMES, kindOf } from '../../../src/core/foreign/kinds.ts'
import { assertGenerated } from '../../support/generated.ts'
import { HASH, KEYS, parse, TODAY } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'
import { alone, foreign, foreignNames, HASHED, imported, secretsOf } from './foreign.ts'

const test = suite('import: files of other tools')

/** What is said of long texts. */
const SHORT: readonly (readonly [text: string, short: string])[] = [
  [KEYS.alice, 'ALICE'],
  [KEYS.bob, 'BOB'],
  [HASH, 'HASH'],
  [HASHED, 'HASHED'],
  ['0123456789abcdef'.repeat(4), 'PSK'],
]

function valueText({ value }: Fact): string {
  const plain = value instanceof Secret ? value.reveal() : value
  const text = typeof plain === 'object' ? JSON.stringify(plain) : String(plain)
  return SHORT.reduce((short, [long, word]) => short.replace(long, word), text).replaceAll('\n', '\\n')
}

/** What one file came to: its kind, each value with its line, what was left, and what `pibake check` says. */
function told(name: string): string {
  const { leaves, left, checked } = alone(name)
  return [
    `## ${name} (${kindOf(foreign(name))})`,
    ...leaves.map(
      ({ fact }) =>
        `${pathText(fact.path)} = ${valueText(fact)}  # ${fact.at.file === name ? fact.at.line : fact.at.file}`,
    ),
    ...left.map(({ at, what, why }) => `- ${at.line}: ${what}: ${why}`),
    ...checked.problems.map(({ severity, code }) => `! ${severity} ${code}`),
    '',
  ].join('\n')
}

test('sixty files and more, each value with the line that it comes from', () => {
  assert.ok(foreignNames.length >= 60, `${foreignNames.length} files`)
  assertGenerated('test/core/import/expected.txt', foreignNames.map(told).join('\n'))
})

test('every kind is tried', () => {
  assert.equal([...new Set(foreignNames.map((name) => kindOf(foreign(name)) as string))].sort(), [...KIND_NAMES].sort())
})

for (const name of foreignNames) {
  test(`${name}: what is written is a spec without errors, and says each of its values`, () => {
    const result = alone(name)
    const { spec, problems } = parse(result.text, secretsOf(result), TODAY)
    assert.equal(
      problems.filter(({ severity, lockout }) => severity === 'error' && lockout !== true),
      [],
    )
    assert.ok(spec)
    // A lock-out remains only where the file itself gave nobody a way in.
    const shut = problems.some(({ lockout }) => lockout === true)
    assert.is(shut, ['userconf-locked.txt', 'userconf-md5.txt'].includes(name))
    for (const { fact } of result.leaves) assert.match(result.text, fact.at.file)
    for (const { secret } of result.secrets) assert.not.match(result.text, secret.reveal())
  })
}

test('no plain password and no key of a network is in what is printed', () => {
  for (const name of foreignNames) {
    const { text, left } = alone(name)
    const said = text + JSON.stringify(left)
    for (const word of [
      'violet kettle',
      'plain wifi pass',
      'home sweet home',
      'a plain passphrase',
      'topsecret',
      's3cret',
      'wpa three pass',
      '0123456789abcdef',
    ])
      assert.not.match(said, word, name)
  }
})

test('Windows line ends change nothing', () => {
  for (const name of foreignNames.filter((one) => !/windows/.test(one))) {
    const file = foreign(name)
    const crlf = { ...file, text: file.text.replaceAll('\n', '\r\n') }
    if (kindOf(crlf) !== kindOf(file)) assert.unreachable(`${name}: another kind`)
    const values = (text: typeof file) =>
      imported([text]).leaves.map(
        ({ fact }) => `${pathText(fact.path)} ${valueText(fact).replaceAll('\\r', '').replaceAll('\r', '')}`,
      )
    assert.equal(values(crlf), values(file), name)
  }
})

test('several files are one spec', () => {
  const result = imported(
    [
      'userconf.txt',
      'ssh',
      'cmdline.txt',
      'home.nmconnection',
      'jail.local',
      'user.rules',
      'user6.rules',
      'ufw-defaults',
    ].map(foreign),
  )
  const { spec } = parse(result.text, secretsOf(result), TODAY)
  assert.is(spec?.users[0]?.name, 'alice')
  assert.equal([spec?.ssh.enabled, spec?.ssh.passwordAuthentication], [true, true], 'ssh wins over "off by itself"')
  assert.equal([spec?.network.wifi?.country, spec?.network.wifi?.networks[0]?.ssid], ['AT', 'kit'])
  assert.is(spec?.fail2ban.jails.sshd?.bantime, -1)
  assert.is(spec?.firewall.incoming, 'deny')
})

test('sshd and its drop-ins are read together: the first value counts', () => {
  const result = imported(['sshd_config', 'sshd-drop-in.conf'].map(foreign))
  const at = (key: string) => result.leaves.find(({ fact }) => pathText(fact.path) === key)?.fact
  assert.equal(
    [at('ssh.passwordAuthentication')?.value, at('ssh.passwordAuthentication')?.at.file],
    [true, 'sshd-drop-in.conf'],
  )
  assert.is(at('ssh.port')?.at.file, 'sshd_config')
})

test('two files that contradict each other are refused, with both places and without secrets', () => {
  const conflict = (...names: string[]) => {
    try {
      imported(names.map(foreign))
    } catch (error) {
      assert.instance(error, ImportError)
      return (error as Error).message
    }
    return assert.unreachable(`${names.join(', ')}: no conflict`)
  }
  assert.is(
    conflict('custom-full.toml', 'user-data-plain.yaml'),
    "device.hostname: custom-full.toml:5 says 'kit-07', user-data-plain.yaml:2 says 'plain'",
  )
  const hashes = conflict('userconf.txt', 'custom-plain-password.toml')
  assert.is(hashes, 'users[alice].passwordHash: userconf.txt:1 and custom-plain-password.toml:4 differ')
  const wifi = { name: 'other.conf', text: 'country=AT\nnetwork={\n ssid="kit"\n psk="another password"\n}\n' }
  try {
    imported([foreign('custom-full.toml'), wifi])
    assert.unreachable()
  } catch (error) {
    assert.is(
      (error as Error).message,
      'network.wifi.networks[kit].pskFile: custom-full.toml:19 and other.conf:4 differ',
    )
  }
})

test('a network whose password is refused is left as a whole: it would be an open one', () => {
  const result = imported([
    { name: 'w.conf', text: 'country=AT\nnetwork={\n ssid="kit"\n psk="short"\n scan_ssid=1\n}\n' },
  ])
  assert.not.match(result.text, 'kit')
  assert.equal(result.secrets, [])
  assert.equal(
    result.left.filter(({ at }) => at.file === 'w.conf').map(({ at }) => at.line),
    [3, 4, 5],
  )
})

test('a country that no file says can be given', () => {
  const { text, left } = imported([foreign('wpa_supplicant-no-country.conf')], { country: 'NZ' })
  assert.match(text, /country: NZ # pibake import/)
  assert.not.ok(left.some(({ what }) => what.includes('network.wifi')))
})

/** Aliases that would come to ten to the power of nine values. */
const BOMB = Array.from({ length: 9 }, (_, i) => {
  const below = i === 0 ? 'a' : `b${i - 1}`
  return `b${i}: &b${i} [${Array.from({ length: 10 }, () => `*${below}`).join(', ')}]\n`
}).join('')

test('damaged files are errors with their place', () => {
  const broken: readonly (readonly [text: string, as: (typeof KIND_NAMES)[number], message: RegExp])[] = [
    ['config_version = 1\n[user\nname = "x"\n', 'custom-toml', /^f:\d+:\d+: not TOML: /],
    ['#cloud-config\nusers: [\n', 'user-data', /^f:\d+:\d+: not YAML: /],
    ['#cloud-config\n- a\n', 'user-data', /^f:1: not a cloud-config/],
    ['## template: jinja\n#cloud-config\n', 'user-data', /^f:1: a template/],
    [`#cloud-config\na: &a [1]\n${BOMB}`, 'user-data', /^f: not YAML: Excessive alias count/],
    ['network: [\n', 'network-config', /^f:\d+:\d+: not YAML: /],
    ['[a, b]\n', 'network-config', /^f:1: not a network-config/],
    ['network={\n ssid="x"\n', 'wpa-supplicant', /^f:1: a network that is not closed/],
    ['network={\n what is this\n}\n', 'wpa-supplicant', /^f:2: not a line/],
    ['alice\n', 'userconf', /^f:1: not NAME:HASH/],
    ['[sshd]\nenabled = true\nenabled = false\n', 'jail-local', /^f: fail2ban does not start with it: /],
  ]
  for (const [text, as, message] of broken) {
    try {
      imported([{ name: 'f', text }], { as })
      assert.unreachable(text)
    } catch (error) {
      assert.instance(error, ImportError, `${text}: ${error}`)
      assert.match((error as Error).message, message)
    }
  }
})

test('what lies in wait for a reader that goes by names of objects', () => {
  for (const text of [
    '#cloud-config\n__proto__: { hostname: x }\nconstructor: 1\nusers: [ { name: toString } ]\n',
    '#cloud-config\nusers: { a: 1 }\nwrite_files: 3\nchpasswd: 7\nrpi: x\nntp: 1\n',
  ])
    assert.ok(imported([{ name: 'f', text }], { as: 'user-data' }).text)
})
