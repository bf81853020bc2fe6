import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../../src/base/host/assets.ts'
import { specSchema } from '../../../src/core/spec-file/schema.ts'
import { fullSpec, HASH, KEYS, type LooseSpec, parse, smallSpec } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('what people write by mistake, and the advice they get')

const PUB = { 'id.pub': `${KEYS.alice}\n`, 'keys.pub': `${KEYS.alice}\n${KEYS.bob}\n` }

/** A spec with one entry of authorizedKeys, as YAML that starts behind the dash. */
function withKey(entry: string): string {
  const indented = entry.replaceAll('\n', '\n        ')
  return `version: 1\nusers:\n  - name: alice\n    passwordHash: ${HASH}\n    authorizedKeys:\n      - ${indented}\n`
}

interface Complaint {
  readonly code: string
  readonly message: string
  readonly hint: string
}

/** The first complaint; a test that expects one fails where there is none. */
function complaint(text: string | LooseSpec, files: Record<string, string> = PUB): Complaint {
  const [first] = complaints(text, files)
  if (first === undefined) throw new Error('nothing is complained about')
  return first
}

function complaints(text: string | LooseSpec, files: Record<string, string> = PUB): Complaint[] {
  return parse(text, files).problems.map(({ code, message, hint = '' }) => ({ code, message, hint }))
}

const RFC4716 = `---- BEGIN SSH2 PUBLIC KEY ----
Comment: "alice@lap\\
top"
${KEYS.alice.split(' ')[1]}
---- END SSH2 PUBLIC KEY ----`

/** Title, entry, code, and the part of the hint that is to be written in place of the entry. */
const lines: readonly (readonly [title: string, entry: string, code: string])[] = [
  ['under |', `|\n  ${KEYS.alice}`, 'SPC006'],
  ['under >', `>\n  ${KEYS.alice}`, 'SPC006'],
  ['as RFC 4716 has it', `|\n  ${RFC4716.replaceAll('\n', '\n  ')}`, 'KEY003'],
  ['in quotes of its own', `'"${KEYS.alice}"'`, 'KEY001'],
  ['with quotes around its middle', KEYS.alice.replace(/ (\S+) /, ' "$1" '), 'KEY001'],
  ['with typographic quotes', `“${KEYS.alice}”`, 'KEY001'],
  ['broken into lines', `|\n  ${KEYS.alice.replace('ZDI1', 'ZDI1\n  ')}`, 'SPC006'],
  ['broken into lines that YAML joins', KEYS.alice.replace('ZDI1', 'ZDI1\n  '), 'SPC006'],
]

for (const [title, entry, code] of lines) {
  test(`a key ${title}: the hint ends with the line to write`, () => {
    const [first, ...others] = complaints(withKey(entry))
    assert.is(first?.code, code)
    assert.equal(others, [])
    const line = /: (ssh-ed25519 AAAA\S+ alice@laptop)$/.exec(first?.hint ?? '')?.[1] as string
    assert.equal(complaints(withKey(line)), [])
  })
}

test('RFC 4716 is made one line also where a file holds it, and in the words of ssh-keygen where it is cut', () => {
  const found = complaint(withKey('{ file: putty.pub }'), { 'putty.pub': RFC4716.replaceAll('\n', '\r\n') })
  assert.ok(found.hint.endsWith(`: ${KEYS.alice}`))
  const pem = '-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n'
  assert.match(complaint(withKey('{ file: k.pub }'), { 'k.pub': pem }).hint, /ssh-keygen -i -m PKCS8 -f FILE$/)
})

for (const [entry, file] of [
  ['~/.ssh/id', 'id.pub'],
  ['~/.ssh/id.pub', 'id.pub'],
  ['id.pub', 'id.pub'],
  ['../keys/id.pub', '../keys/id.pub'],
] as const) {
  test(`${entry} as a key: the hint names the file as the spec takes it`, () => {
    const found = complaint(withKey(entry))
    assert.is(found.message, 'users[0].authorizedKeys[0] is the name of a file, not a key')
    const written = /write: (\{ .* \})$/.exec(found.hint)?.[1] as string
    assert.is(written, `{ file: ${file} }`)
    assert.equal(complaints(withKey(written), { [file]: KEYS.alice }), [])
  })
}

test('several keys in one entry: a file of them is taken', () => {
  const found = complaint(withKey(`|\n  ${KEYS.alice}\n  ${KEYS.bob}`))
  assert.match(found.message, /holds 2 keys$/)
  assert.match(found.hint, /\{ file: NAME\.pub \}/)
  assert.equal(complaints(withKey('{ file: keys.pub }')), [])
})

test('a colon in the comment of a key: in quotes it is taken', () => {
  assert.is(complaints(withKey(`${KEYS.alice}: x`)).length, 1)
  const found = complaint(withKey(`${KEYS.alice}: x`))
  assert.match(found.hint, /in quotes/)
  assert.equal(complaints(withKey(`"${KEYS.alice}: x"`)), [])
})

const BODY = 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW'
const OPENSSH = `-----BEGIN OPENSSH PRIVATE KEY-----\n${BODY}\n-----END OPENSSH PRIVATE KEY-----`
const PUTTY = `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n${BODY}\nPrivate-MAC: 00`

for (const [title, text] of [
  ['under |', withKey(`|\n  ${OPENSSH.replaceAll('\n', '\n  ')}`)],
  ['under key: |', withKey(`key: |\n    ${OPENSSH.replaceAll('\n', '\n    ')}`)],
  ['as it is', withKey(OPENSSH)],
  ['in place of the list', withKey('').replace(/ {6}- \n/, `      ${OPENSSH.replaceAll('\n', '\n      ')}\n`)],
  ['at the left margin', withKey('').replace(/ {6}- \n/, `${OPENSSH}\n`)],
  ['of PuTTY under |', withKey(`|\n  ${PUTTY.replaceAll('\n', '\n  ')}`)],
  ['of PuTTY as it is', withKey(PUTTY)],
] as const) {
  test(`a private key ${title} is called one, and nothing of it is repeated`, () => {
    const found = complaints(text)
    assert.ok(
      found.some(({ message, hint }) => `${message} ${hint}`.includes('PRIVATE key')),
      JSON.stringify(found),
    )
    assert.ok(
      found.every(({ message, hint }) => !/b3BlbnN|Private-MAC|zc2gt/.test(message + hint)),
      JSON.stringify(found),
    )
  })
}

test('a value of one line under | is told by its line break, whatever else its key wants', () => {
  const written = (hash: string) => withKey(KEYS.alice).replace(HASH, hash)
  const [hash, ...others] = complaints(written(`|\n      ${HASH}`))
  assert.equal(others, [])
  assert.match(`${hash?.message} ${hash?.hint}`, /line break, which \| .* on the line of its key/)
  assert.equal(complaints(written(HASH)), [])
  const name = complaint({ ...smallSpec(), device: { hostname: 'kit\n' } })
  assert.is(name.code, 'NET001')
  assert.match(name.hint, /without \| or >/)
})

test('an invisible mark is named with its place', () => {
  const banner = '/etc/is\u200bsue'
  const found = complaint({ ...smallSpec(), ssh: { settings: { Banner: banner } } })
  const [, mark, before] = /^delete U\+(\w+), which stands after (\d+) characters$/.exec(found.hint) as string[]
  const [at, code] = [Number(before), Number.parseInt(mark as string, 16)]
  assert.is(banner.codePointAt(at), code)
  const mended = banner.slice(0, at) + banner.slice(at + 1)
  assert.equal(complaints({ ...smallSpec(), ssh: { settings: { Banner: mended } } }), [])
})

test('a file that starts with ~: the hint names what to write in its place', () => {
  const found = complaint(withKey('{ file: ~/id.pub }'))
  assert.is(found.hint, 'write in place of ~ what this prints: echo ~')
  assert.equal(complaints(withKey('{ file: /home/me/id.pub }'), { '/home/me/id.pub': KEYS.alice }), [])
})

test('behind a wrong entry of a list the others keep their places', () => {
  const spec = smallSpec()
  spec.users[0].authorizedKeys = ['ssh-dss AAAA', KEYS.alice, 'ssh-dss AAAA', { file: 'gone.pub' }]
  const places = parse(spec).problems.map(({ code, path }) => `${code} ${path.slice(2).join(' ')}`)
  assert.equal(places, ['KEY004 authorizedKeys 0', 'KEY004 authorizedKeys 2', 'SPC007 authorizedKeys 3 file'])
})

/** Every key of the full spec, and what it holds. */
function keysOf(
  value: LooseSpec,
  path: readonly (string | number)[] = [],
): { path: (string | number)[]; value: LooseSpec }[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, below]) => {
    const step = Array.isArray(value) ? Number(key) : key
    const own = typeof step === 'number' ? [] : [{ path: [...path, step], value: below }]
    return [...own, ...keysOf(below, [...path, step])]
  })
}

const inTables = ['ssh.settings', 'fail2ban.jails']

test('a key at the wrong level: the hint names the place that takes it', () => {
  const all = keysOf(fullSpec()).filter(
    ({ path }) => path.length > 1 && !inTables.includes(path.slice(0, -1).join('.')),
  )
  assert.ok(all.length > 30)
  for (const { path, value } of all) {
    const key = path.at(-1) as string
    if (key in specSchema.entries) continue
    const hints = parse({ ...fullSpec(), [key]: value }).problems.map(({ hint = '' }) => hint)
    const place = path
      .map((step) => (typeof step === 'number' ? '[]' : `.${step}`))
      .join('')
      .slice(1)
    assert.ok(
      hints.some((hint) => hint.startsWith('did you mean') && hint.includes(place)),
      `${place}: ${hints}`,
    )
  }
})

test('words of sshd, of a jail and of the kernel are pointed to the tables that take them', () => {
  const hintOf = (more: LooseSpec) => complaint({ ...smallSpec(), ...more }).hint
  assert.is(hintOf({ ssh: { permitrootlogin: 'no' } }), 'did you mean ssh.settings.PermitRootLogin?')
  assert.equal(complaints({ ...smallSpec(), ssh: { settings: { PermitRootLogin: 'no' } } }), [])
  assert.is(hintOf({ fail2ban: { maxretry: 4 } }), 'did you mean fail2ban.jails.sshd.maxretry?')
  assert.equal(complaints({ ...smallSpec(), fail2ban: { jails: { sshd: { maxretry: 4 } } } }), [])
  assert.is(hintOf({ 'vm.swappiness': 1 }), 'did you mean hardening.sysctl.vm.swappiness?')
  assert.equal(complaints({ ...smallSpec(), hardening: { sysctl: { 'vm.swappiness': 1 } } }), [])
  assert.is(hintOf({ device: { ssh: { port: 22 } } }), 'did you mean ssh at the left margin?')
})

test('wifi is that of the network where networks stand below it, and that of the hardware where on or off does', () => {
  const hintOf = (wifi: LooseSpec) => complaint({ ...smallSpec(), wifi }).hint
  assert.is(hintOf({ country: 'AT' }), 'did you mean network.wifi?')
  assert.is(hintOf({ country: 'AUT' }), 'did you mean network.wifi?')
  assert.is(hintOf('off'), 'did you mean hardware.wifi?')
})

test('the password of a network is pointed to pskFile, that of a user to passwordHash', () => {
  const wifi = (own: LooseSpec) => ({
    ...smallSpec(),
    network: { wifi: { country: 'AT', networks: [{ ssid: 'kit', ...own }] } },
  })
  for (const key of ['password', 'psk', 'passphrase', 'wpa_passphrase']) {
    const found = complaint(wifi({ [key]: 'correct horse' }))
    assert.match(found.hint, /pskFile: wifi\.psk;.*\(umask 077; cat > wifi\.psk\)$/)
  }
  assert.equal(complaints(wifi({ pskFile: 'wifi.psk' }), { 'wifi.psk': 'correct horse\n' }), [])
  const spec = smallSpec()
  spec.users[0].password = 'correct horse'
  assert.match(complaint(spec).hint, /passwordHash \(pibake hash-password/)
  assert.match(complaint({ ...smallSpec(), password: 'x' }).hint, /users\[\]\.passwordHash/)
})

test('all bad rules of the firewall are told at once, whatever else is wrong beside them', () => {
  const rules = ['allow 22 from 192.0.2.0/24', 'allow 22/tcp\u200b', '', 'limit 22/tcp', 'ufw allow 80', 'allow 99999']
  const { problems } = parse({ ...smallSpec(), firewall: { incoming: 'shut', rules } })
  const places = problems.map(({ code, path }) => `${code} ${path.slice(1).join(' ')}`)
  assert.equal(places, [
    'SPC004 incoming',
    'FWL001 rules 0',
    'SPC006 rules 1',
    'FWL001 rules 2',
    'FWL001 rules 4',
    'FWL003 rules 5',
  ])
})

test('words of other tools point to keys that the spec has', () => {
  const table = readFileSync(join(packageRoot, 'src/core/spec-file/foreign-words.ts'), 'utf8')
  const words = [...table.matchAll(/^ {2}'?([a-z0-9<]+)'?: /gm)].map(([, word]) => word as string)
  assert.ok(words.length > 80)
  for (const word of words) {
    const { hint } = complaint({ ...smallSpec(), [word]: 'x' })
    const keys =
      /^did you mean (.*)\?$/
        .exec(hint)?.[1]
        ?.replace(/ at the left margin/g, '')
        .split(/, | or /) ?? []
    for (const key of keys) {
      const around = key.split('.').reduceRight<LooseSpec>((below, step) => {
        const name = step.replace('[]', '')
        return { [name]: step.endsWith('[]') ? [below] : below }
      }, 'x')
      const unknown = parse({ version: 1, ...around }).problems.filter(({ code }) => code === 'SPC002')
      assert.equal(unknown, [], `${word}: ${key}`)
    }
  }
})

/** What people write who come from Imager, custom.toml, cloud-init or pi-gen: key, value, and the end of the hint. */
const foreign: readonly (readonly [tool: string, key: string, value: LooseSpec, hint: RegExp])[] = [
  ['Imager', 'ssh_port', 2222, /^did you mean ssh\.port\?$/],
  ['custom.toml', 'wlan', { ssid: 'x', country: 'AT' }, /^did you mean network\.wifi\?$/],
  ['custom.toml', 'keymap', 'gb', /^did you mean device\.keyboard\?$/],
  ['custom.toml', 'config_version', 1, /^did you mean version\?$/],
  ['cloud-init', 'fqdn', 'kit.example.org', /^did you mean device\.hostname\?$/],
  ['cloud-init', 'ssh_pwauth', false, /^did you mean ssh\.passwordAuthentication\?$/],
  ['cloud-init', 'ssh_authorized_keys', [KEYS.alice], /^did you mean users\[\]\.authorizedKeys\?$/],
  ['cloud-init', 'chpasswd', { expire: false }, /users\[\]\.passwordHash/],
  ['cloud-init', 'write_files', [{ path: '/etc/x' }], /^did you mean files\?$/],
  ['cloud-init', 'runcmd', ['date'], /^did you mean firstBoot\.scripts\?$/],
  ['cloud-init', 'package_upgrade', true, /^did you mean updates\.firstBoot\?$/],
  ['cloud-init', 'growpart', { mode: 'auto' }, /^delete it: the root partition fills the card/],
  ['pi-gen', 'FIRST_USER_NAME', 'alice', /^did you mean users\[\]\.name\?$/],
  ['pi-gen', 'WPA_COUNTRY', 'AT', /^did you mean network\.wifi\.country\?$/],
  ['pi-gen', 'TARGET_HOSTNAME', 'kit', /^did you mean device\.hostname\?$/],
  ['memory', 'packages', ['htop'], /^did you mean packages\.install\?$/],
  ['memory', 'firewall', ['allow 80/tcp'], /^did you mean firewall\.rules\?$/],
  ['memory', 'ssh', true, /^did you mean ssh\.enabled\?$/],
  ['memory', 'services', ['cups'], /^did you mean services\.enable\?$/],
  ['memory', 'ufw', { enabled: true }, /^did you mean firewall\?$/],
]

for (const [tool, key, value, hint] of foreign) {
  test(`from ${tool}: ${key}`, () => assert.match(complaint({ ...smallSpec(), [key]: value }).hint, hint))
}

test('a word that other tools use at more than one place is read by the section it stands in', () => {
  const hintIn = (spec: LooseSpec) => complaint({ ...smallSpec(), ...spec }).hint
  assert.is(hintIn({ hardware: { wlan: 'off' } }), 'did you mean hardware.wifi?')
  assert.is(hintIn({ network: { wlan: {} } }), 'did you mean network.wifi?')
  assert.is(hintIn({ ssh: { enable: true } }), 'did you mean ssh.enabled?')
  assert.is(hintIn({ services: { start: ['cups'] } }), 'did you mean services.enable?')
  const spec = smallSpec()
  spec.users[0].lock_passwd = true
  assert.match(complaint(spec).hint, /^leave passwordHash out/)
})
