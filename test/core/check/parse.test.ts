import * as assert from 'uvu/assert'
import { brief, HASH, KEYS, parse } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

/** Each bad spec with the place and code of everything that is to be said about it, and nothing else. */

const OWNER = `users:
  - name: alice
    passwordHash: ${HASH}
    authorizedKeys: ['${KEYS.alice}']
`
/** Lines 1 to 5 of a sound spec; what follows starts at line 6. */
const SOUND = `version: 1\n${OWNER}`

const PRIVATE = '-----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaC1rZXktdjE'
const RSA_2048 = `ssh-rsa ${Buffer.concat([
  ...[Buffer.from('ssh-rsa'), Buffer.from([1, 0, 1]), Buffer.alloc(257, 0xc1).fill(0, 0, 1)].map((field) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(field.length)
    return Buffer.concat([length, field])
  }),
]).toString('base64')}`

const cases: readonly (readonly [title: string, text: string, expected: readonly string[]])[] = [
  ['nothing wrong', SOUND, []],

  // YAML
  ['empty file', '', ['1:1 YML012']],
  ['a list', '- 1\n', ['1:1 YML012']],
  ['plain text', 'hello\n', ['1:1 YML012']],
  ['a key twice', `${SOUND}ssh:\n  port: 22\n  port: 23\n`, ['8:3 YML003']],
  ['a section twice', `${SOUND}ssh: {}\nssh: {}\n`, ['7:1 YML003']],
  ['two documents', `${SOUND}---\nversion: 1\n`, ['6:1 YML004']],
  ['tab indentation', `${SOUND}ssh:\n\tport: 22\n`, ['7:1 YML011']],
  ['unclosed quote', `${SOUND}device: { hostname: "kit }\n`, ['7:1 YML002']],
  ['unclosed bracket', `${SOUND}ssh: { allowUsers: [alice }\n`, ['6:27 YML002']],
  ['a second colon', `${SOUND}device:\n  hostname: kit: 7\n`, ['7:13 YML002']],
  ['bad indentation', `${SOUND}ssh:\n    port: 22\n  enabled: true\n`, ['8:1 YML002']],
  ['a tag', `${SOUND}ssh: !!map { port: 22 }\n`, ['6:12 YML009']],
  ['a custom tag', `${SOUND}ssh: { port: !env PORT }\n`, ['6:19 SPC003', '6:19 YML009']],
  ['an unknown alias', `${SOUND}ssh: *nothing\n`, ['6:6 YML007']],
  ['an alias to itself', `${SOUND}ssh: &a { settings: *a }\n`, ['6:21 YML007']],
  ['a key that is a list', `${SOUND}? [a]\n: 1\n`, ['6:3 YML010']],
  ['a prototype', `${SOUND}__proto__: { port: 1 }\n`, ['6:1 YML010']],
  ['a prototype below', `${SOUND}ssh: { __proto__: { port: 1 } }\n`, ['6:8 YML010']],
  ['a constructor', `${SOUND}constructor: 1\n`, ['6:1 YML010']],
  ['a method of every object', `${SOUND}toString: 1\n`, ['6:1 SPC002']],
  ['a merge key', `${SOUND}ssh: { <<: { port: 1 } }\n`, ['6:8 SPC002']],
  ['NUL', `${SOUND}device: { hostname: a\0b }\n`, ['6:22 YML008']],
  ['escape sequence', `${SOUND}# \u001b[2J\n`, ['6:3 YML008']],
  ['text that runs backwards', `${SOUND}device: { hostname: a\u202eb }\n`, ['6:22 YML008']],
  ['Windows line ends', SOUND.replaceAll('\n', '\r\n'), []],
  ['byte order mark', `\ufeff${SOUND}`, []],
  ['100 brackets', `${SOUND}ssh: ${'['.repeat(100)}\n`, ['1:1 YML006']],
  ['100000 brackets', `${SOUND}ssh: ${'['.repeat(100_000)}\n`, ['1:1 YML006']],
  ['100000 dashes', `${SOUND}${'- '.repeat(100_000)}\n`, ['1:1 YML006']],

  // The whole
  ['no version', OWNER, ['1:1 SPC001']],
  ['version as text', `version: "1"\n${OWNER}`, ['1:10 SPC003']],
  ['version 2', `version: 2\n${OWNER}`, ['1:10 SPC001']],
  ['an unknown key', `${SOUND}fail2bam: {}\n`, ['6:1 SPC002']],
  ['two unknown keys in one section', `${SOUND}ssh: { prot: 22, enabeld: true }\n`, ['6:8 SPC002', '6:18 SPC002']],
  ['a section that is a list', `${SOUND}ssh: []\n`, ['6:6 SPC003']],
  ['a list that is a text', `${SOUND}ssh:\n  allowUsers: alice\n`, ['7:15 SPC003']],
  ['a list that is a section', `version: 1\nusers:\n  name: alice\n`, ['2:1 SPC003']],
  ['a section without content has its defaults', `${SOUND}ssh:\ndevice:\n`, []],
  ['a key without a value', `${SOUND}device:\n  hostname:\n`, ['7:3 SPC003']],
  ['a list without a value', `${SOUND}ssh:\n  allowUsers:\n`, ['7:3 SPC003']],
  ['yes', `${SOUND}ssh: { enabled: yes }\n`, ['6:17 SPC003']],
  ['truth in quotes', `${SOUND}ssh: { enabled: "true" }\n`, ['6:17 SPC003']],
  ['on as truth', `${SOUND}hardware: { wifi: true }\n`, ['6:19 SPC004']],
  ['on as a word', `${SOUND}hardware: { wifi: on, bluetooth: off }\n`, []],
  ['a profile that is not', `${SOUND}profile: paranoid\n`, ['6:10 SPC004']],
  ['sexagesimal port', `${SOUND}ssh: { port: 22:22 }\n`, ['6:14 SPC003']],
  ['underscore in a number', `${SOUND}ssh: { port: 2_222 }\n`, ['6:14 SPC003']],
  ['port 0', `${SOUND}ssh: { port: 0 }\n`, ['6:14 SSH001']],
  ['port 70000', `${SOUND}ssh: { port: 70000 }\n`, ['6:14 SSH001']],
  ['port 22.5', `${SOUND}ssh: { port: 22.5 }\n`, ['6:14 SSH001']],
  ['not a number', `${SOUND}ssh: { port: .nan }\n`, ['6:14 SPC003']],
  ['octal mode without quotes', `${SOUND}files: [{ path: /etc/x, content: a, mode: 0644 }]\n`, ['6:43 FIL011']],
  ['octal mode as 0o644', `${SOUND}files: [{ path: /etc/x, content: a, mode: 0o644 }]\n`, ['6:43 FIL011']],
  ['mode 0999', `${SOUND}files: [{ path: /etc/x, content: a, mode: "0999" }]\n`, ['6:43 FIL011']],
  ['a time without quotes is text', `${SOUND}updates: { reboot: 04:30 }\n`, []],
  ['a time that is not', `${SOUND}updates: { reboot: "24:30" }\n`, ['6:20 UPD001']],
  ['a number as a time', `${SOUND}updates: { reboot: 430 }\n`, ['6:20 UPD001']],

  // Device
  ['host name with _', `${SOUND}device: { hostname: kit_07 }\n`, ['6:21 NET001']],
  ['host name of digits', `${SOUND}device: { hostname: 007 }\n`, ['6:21 SPC003']],
  ['host name with an end of line', `${SOUND}device: { hostname: "kit\\n07" }\n`, ['6:21 NET001']],
  ['host name, part too long', `${SOUND}device: { hostname: ${'a'.repeat(64)} }\n`, ['6:21 NET001']],
  ['time zone with ..', `${SOUND}device: { timezone: ../../etc/passwd }\n`, ['6:21 NET002']],
  ['locale without encoding', `${SOUND}device: { locale: en_GB }\n`, ['6:19 NET003']],
  ['keyboard', `${SOUND}device: { keyboard: "gb;x" }\n`, ['6:21 NET004']],
  ['Norway', `${SOUND}network: { wifi: { country: no } }\n`, ['6:29 NET005']],
  ['UK', `${SOUND}network: { wifi: { country: UK } }\n`, ['6:29 NET005']],
  ['no country', `${SOUND}network:\n  wifi:\n    networks: []\n`, ['7:3 SPC001']],
  [
    'SSID too long',
    `${SOUND}network: { wifi: { country: AT, networks: [{ ssid: ${'é'.repeat(17)} }] } }\n`,
    ['6:52 NET006'],
  ],
  ['SSID twice', `${SOUND}network: { wifi: { country: AT, networks: [{ ssid: a }, { ssid: a }] } }\n`, ['6:65 NET008']],
  [
    'Wi-Fi off',
    `${SOUND}hardware: { wifi: off }\nnetwork: { wifi: { country: AT, networks: [{ ssid: a }] } }\n`,
    ['7:43 HWR001'],
  ],

  // Users
  ['user root', SOUND.replace('alice', 'root'), ['3:11 USR002']],
  ['user with a capital', SOUND.replace('alice', 'Alice'), ['3:11 USR001']],
  ['user with a dot', SOUND.replace('alice', 'a.b'), ['3:11 USR001']],
  ['user with an end of line', SOUND.replace('name: alice', 'name: "a\\nb"'), ['3:11 SPC006']],
  ['user without a name', 'version: 1\nusers: [{ sudo: none }]\n', ['2:9 SPC001']],
  ['user twice', `${SOUND}  - name: alice\n    sudo: none\n    authorizedKeys: ['${KEYS.bob}']\n`, ['6:11 USR005']],
  ['user pi', SOUND.replace('alice', 'pi'), ['3:11 USR009']],
  ['user pi who is kept', `${SOUND.replace('alice', 'pi')}defaultUser: keep\n`, []],
  ['password in plain text', SOUND.replace(HASH, 'hunter2'), ['4:19 USR003']],
  ['DES hash', SOUND.replace(HASH, 'ab01FAX.bQRSU'), ['4:19 USR003']],
  ['MD5 hash', SOUND.replace(HASH, '$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/'), ['4:19 USR004']],
  ['hash with too few rounds', SOUND.replace('$6$', '$6$rounds=1000$'), ['4:19 USR004']],
  ['hash that was cut', SOUND.replace(HASH, HASH.slice(0, -3)), ['4:19 USR003']],
  ['locked password', SOUND.replace(HASH, '"!"'), ['4:19 USR003']],
  ['hash with an end of line', SOUND.replace(HASH, `"${HASH}\\nroot::0:0:::"`), ['4:19 SPC006']],
  ['the key password', SOUND.replace('passwordHash', 'password'), ['4:5 SPC002']],
  ['groups', `${SOUND}    groups: [sudo, "a,b"]\n`, ['6:20 USR008']],
  ['groups as a word', `${SOUND}    groups: sudo\n`, ['6:13 SPC003']],
  ['end of an account', `${SOUND}    expires: 2027-02-29\n`, ['6:14 USR006']],
  ['end of an account as a year', `${SOUND}    expires: 2027\n`, ['6:14 SPC003']],
  ['shell', `${SOUND}    shell: bash\n`, ['6:12 USR007']],

  // Keys
  ['private key', SOUND.replace(KEYS.alice, PRIVATE), ['5:22 KEY002']],
  ['PuTTY key', SOUND.replace(KEYS.alice, 'PuTTY-User-Key-File-3: ssh-ed25519'), ['5:22 KEY002']],
  ['SSH2 key', SOUND.replace(KEYS.alice, '---- BEGIN SSH2 PUBLIC KEY ----'), ['5:22 KEY003']],
  ['DSA key', SOUND.replace(KEYS.alice, 'ssh-dss AAAAB3NzaC1kc3M='), ['5:22 KEY004']],
  ['RSA key of 2048 bits', SOUND.replace(KEYS.alice, RSA_2048), ['5:22 KEY004']],
  [
    'RSA key of 2048 bits by explicit choice',
    `${SOUND.replace(KEYS.alice, RSA_2048)}ssh: { settings: { RequiredRSASize: "2048" } }\n`,
    ['6:37 SSH017'],
  ],
  ['RSA keys that can be broken', `${SOUND}ssh: { settings: { RequiredRSASize: "1024" } }\n`, ['6:37 SSH015']],
  ['no length of RSA keys', `${SOUND.replace(KEYS.alice, RSA_2048)}ssh: { settings: { RequiredRSASize: x } }\n`, []],
  [
    'RSA key of 2048 bits by a choice that is above it',
    `${SOUND.replace(KEYS.alice, RSA_2048)}ssh: { settings: { requiredrsasize: "2049" } }\n`,
    ['5:22 KEY004', '6:37 SSH017'],
  ],
  ['host name that is an address', `${SOUND}device: { hostname: 192.168.1.5 }\n`, ['6:21 NET001']],
  ['host name of every device', `${SOUND}device: { hostname: Localhost.lan }\n`, ['6:21 NET001']],
  ['host name with localhost in it', `${SOUND}device: { hostname: localhosts.lan }\n`, []],
  ['certificate', SOUND.replace(KEYS.alice, 'ssh-ed25519-cert-v01@openssh.com AAAA'), ['5:22 KEY005']],
  ['options before the key', SOUND.replace(KEYS.alice, `restrict ${KEYS.alice}`), ['5:22 KEY006']],
  ['key that was cut', SOUND.replace('FyLxk1', 'FyLx'), ['5:22 KEY001']],
  ['kind and key differ', SOUND.replace('ssh-ed25519', 'ssh-rsa'), ['5:22 KEY001']],
  ['key with an end of line', SOUND.replace(`'${KEYS.alice}'`, `"${KEYS.alice}\\nssh-rsa AAAA"`), ['5:22 SPC006']],
  [
    'key and file',
    `version: 1\nusers:\n  - name: alice\n    authorizedKeys: [{ key: '${KEYS.alice}', file: a.pub }]\n`,
    ['4:22 SPC009'],
  ],
  [
    'neither key nor file',
    `version: 1\nusers:\n  - name: alice\n    authorizedKeys: [{ restrict: true }]\n`,
    ['4:22 SPC009'],
  ],
  [
    'file that is not there',
    `version: 1\nusers:\n  - name: alice\n    authorizedKeys: [{ file: a.pub }]\n`,
    ['4:30 SPC007'],
  ],
  [
    'from with host bits',
    SOUND.replace(`'${KEYS.alice}'`, `{ key: '${KEYS.alice}', from: [192.0.2.1/24] }`),
    ['5:133 KEY007'],
  ],
  [
    'from with a list in one text',
    SOUND.replace(`'${KEYS.alice}'`, `{ key: '${KEYS.alice}', from: ["a,b"] }`),
    ['5:133 KEY007'],
  ],
  [
    'the same key twice',
    SOUND.replace(`['${KEYS.alice}']`, `['${KEYS.alice}', '${KEYS.alice} again']`),
    ['5:21 KEY008'],
  ],

  // SSH
  ['allowUsers names nobody', `${SOUND}ssh: { allowUsers: [alice, bob] }\n`, ['6:28 SSH004']],
  ['allowUsers in capitals', `${SOUND}ssh: { allowUsers: [alice, Bob] }\n`, ['6:28 SSH002']],
  ['allowUsers with a space', `${SOUND}ssh: { allowUsers: ["alice bob"] }\n`, ['6:21 SSH002']],
  [
    'allowed and denied',
    `${SOUND}    sudo: none\n  - name: bob\n    sudo: none\n    authorizedKeys: ['${KEYS.bob}']\nssh: { denyUsers: [bob] }\n`,
    ['10:19 ACC005', '10:20 SSH005'],
  ],
  ['a keyword with a space', `${SOUND}ssh: { settings: { "X11 Forwarding": "no" } }\n`, ['6:20 SSH003']],
  ['a keyword without argument', `${SOUND}ssh: { settings: { Banner: "" } }\n`, ['6:28 SSH003']],
  [
    'an argument with an end of line',
    `${SOUND}ssh: { settings: { Banner: "a\\nPermitRootLogin yes" } }\n`,
    ['6:28 SPC006'],
  ],
  ['a port in settings', `${SOUND}ssh: { settings: { port: 2222 } }\n`, ['6:26 SSH006']],
  ['a keyword twice', `${SOUND}ssh: { settings: { LogLevel: INFO, loglevel: INFO } }\n`, ['6:46 SSH006']],
  ['settings without SSH', `${SOUND}ssh: { enabled: false, denyUsers: [bob] }\n`, ['6:35 SPC012']],

  // The rest
  ['a rule with ufw', `${SOUND}firewall: { rules: [limit 22/tcp, ufw allow 80] }\n`, ['6:35 FWL001']],
  [
    'a rule with an end of line',
    `${SOUND}firewall: { rules: [limit 22/tcp, "allow 80\\nallow 81"] }\n`,
    ['6:35 SPC006'],
  ],
  ['a jail that is not', `${SOUND}fail2ban: { jails: { "a]b": {} } }\n`, ['6:22 F2B001']],
  ['bantime', `${SOUND}fail2ban: { jails: { sshd: { bantime: soon } } }\n`, ['6:39 F2B003']],
  ['bantime for ever', `${SOUND}fail2ban: { jails: { sshd: { bantime: -1, findtime: 1d 12h } } }\n`, []],
  ['maxretry', `${SOUND}fail2ban: { jails: { sshd: { maxretry: 0 } } }\n`, ['6:40 F2B003']],
  ['ignoreip', `${SOUND}fail2ban: { ignoreip: [192.0.2.0/33] }\n`, ['6:24 KEY007']],
  ['package with a capital', `${SOUND}packages: { install: [Vim] }\n`, ['6:23 PKG001']],
  ['unit with a slash', `${SOUND}services: { disable: [../x] }\n`, ['6:23 SVC010']],
  ['sysctl key', `${SOUND}hardening: { sysctl: { "kernel x": 1 } }\n`, ['6:24 SVC011']],
  ['sysctl value', `${SOUND}hardening: { sysctl: { kernel.x: "1\\n2" } }\n`, ['6:34 SVC011']],
  ['sysctl dropped', `${SOUND}hardening: { sysctl: { kernel.sysrq: null } }\n`, []],
  ['module', `${SOUND}hardening: { blockedModules: ["a b"] }\n`, ['6:31 SVC012']],
  ['size', `${SOUND}hardening: { journal: { maxUse: 64 } }\n`, ['6:33 SPC003']],
  ['a list of 1001', `${SOUND}services: { disable: [${'a, '.repeat(1001)}] }\n`, ['6:22 SPC010']],
  ['removeHome', `${SOUND}removeHome: true\ndefaultUser: keep\n`, ['6:13 SPC012']],
  ['path with ..', `${SOUND}files: [{ path: /etc/../root/x, content: a }]\n`, ['6:17 FIL010']],
  ['path of pibake', `${SOUND}files: [{ path: /etc/pibake/x, content: a }]\n`, ['6:17 FIL012']],
  ['path on the FAT partition', `${SOUND}files: [{ path: /boot/firmware/x, content: a }]\n`, ['6:17 FIL012']],
  ['path twice', `${SOUND}files: [{ path: /etc/x, content: a }, { path: /etc/x, content: b }]\n`, ['6:47 FIL013']],
  ['neither content nor source', `${SOUND}files: [{ path: /etc/x }]\n`, ['6:9 SPC009']],
  ['script with a space', `${SOUND}firstBoot: { scripts: [a b.sh] }\n`, ['6:24 FBT010', '6:24 SPC007']],
]

const test = suite('bad specs: place and code')

for (const [title, text, expected] of cases) {
  test(title, () => {
    const { problems, spec } = parse(text)
    assert.equal(problems.map(brief), expected, problems.map(({ message }) => message).join('; '))
    const refused = problems.some(({ severity, lockout }) => severity === 'error' && lockout !== true)
    assert.is(spec === undefined, refused)
  })
}

test('UTF-16 is explained', async () => {
  const { parseSpec } = await import('../../../src/core/check/parse.ts')
  const utf16 = Buffer.from(`\ufeff${SOUND}`, 'utf16le')
  const { problems } = parseSpec(utf16, 'pibake.yaml', {
    read: () => ({ failure: 'unused' }),
    verify: () => 'unused',
    ask: () => ({ failure: 'unused' }),
    unpack: () => 'unused',
  })
  assert.equal(problems.map(brief), ['1:1 YML001'])
  assert.match(problems[0]?.hint ?? '', 'UTF-16')
})

test('aliases that multiply are stopped', () => {
  const levels = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`)
  const started = Date.now()
  const { problems } = parse(`version: 1\na0: &a0 [x]\n${levels.join('\n')}\n`)
  assert.equal(problems.map(brief), ['1:1 YML007'])
  assert.ok(Date.now() - started < 2000)
})

test('a spec of more than 1 MiB is not even parsed', () => {
  assert.equal(parse(`${SOUND}# ${'x'.repeat(1 << 20)}\n`).problems.map(brief), ['1:1 YML005'])
})
