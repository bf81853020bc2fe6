import * as assert from 'uvu/assert'
import { ssh } from '../../../src/core/controls/ssh.ts'
import { OverlayTree } from '../../../src/core/plan/overlay.ts'
import type { Spec } from '../../../src/core/spec-file/spec.ts'
import { effectiveFor } from '../../../src/device/sshd/effective.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import type { Tree } from '../../../src/storage/tree/tree.ts'
import { contextOf, quiet } from '../../support/control.ts'
import { memoryTree, textOf } from '../../support/memory.ts'
import { everySample } from '../../support/samples.ts'
import { suite } from '../../support/suite.ts'

const test = suite('ssh control')

const main = 'Include /etc/ssh/sshd_config.d/*.conf\nKbdInteractiveAuthentication no\nUsePAM yes\n'
const connection = { user: 'alice', groups: ['alice', 'sudo'], address: '192.0.2.7' }
const packages = new Map([['openssh-server', '1']])

function compile(files: Record<string, string> = {}, settings: Partial<Spec['ssh']> = {}, root?: Tree) {
  const tree = root ?? memoryTree({ '/etc/ssh/sshd_config': main, ...files })
  const context = contextOf({ ssh: { ...quiet.ssh, ...settings } }, { root: tree, release: 'bookworm', packages })
  const part = ssh.compile(context)
  const file = part.operations?.find((o) => o.path.endsWith('00-pibake.conf'))
  return {
    ...part,
    codes: (part.problems ?? []).map(({ code }) => code),
    messages: (part.problems ?? []).map(({ message }) => message).join('\n'),
    text: file?.kind === 'file' ? textOf(file) : '',
    after: new OverlayTree(tree, part.operations ?? []),
  }
}

/** What a value of a keyword of algorithms is warned for, and the value that the hint gives in its place. */
function warned(keyword: string, value: string): { readonly names: string; readonly instead: string } | undefined {
  const { problems = [] } = compile({}, { settings: { [keyword]: value } })
  const [first, ...others] = problems
  assert.equal(others, [])
  if (first === undefined) return undefined
  assert.equal([first.severity, first.code, first.path.at(-1)], ['warning', 'SSH017', keyword])
  return {
    names: /takes out \(.*\): (.*)$/.exec(first.message)?.[1] as string,
    instead: /: ([^ ]*)$/.exec(first.hint ?? '')?.[1] ?? '',
  }
}

const brings: readonly (readonly [keyword: string, value: string, names: RegExp, left: string | undefined])[] = [
  // What the line names alone is left, if that is weak itself.
  ['KexAlgorithms', '+curve25519-sha256', /^diffie-hellman-group14-sha256, ecdh-sha2-nistp256, .*nistp521$/, undefined],
  ['KexAlgorithms', '+diffie-hellman-group14-sha1', /group14-sha1, .*nistp521$/, 'diffie-hellman-group14-sha1'],
  ['KexAlgorithms', '^sntrup761x25519-sha512@openssh.com', /nistp256/, undefined],
  ['KexAlgorithms', '-sntrup761x25519-sha512*', /^diffie-hellman-group14-sha256, ecdh-sha2-nistp256/, undefined],
  ['KexAlgorithms', 'curve25519-sha256,ecdh-sha2-nistp256', /^ecdh-sha2-nistp256$/, undefined],
  ['Ciphers', '+aes128-cbc', /^aes128-cbc$/, undefined],
  ['MACs', '+hmac-sha2-512-etm@openssh.com', /^hmac-sha1, .*hmac-sha2-256, .*umac-64@openssh.com/, undefined],
  ['HostKeyAlgorithms', '+ssh-rsa', /ecdsa-sha2-nistp256.*ssh-rsa/, 'ssh-rsa'],
  ['PubkeyAcceptedAlgorithms', '+ssh-rsa', /^ssh-rsa$/, undefined],
  ['PubkeyAcceptedKeyTypes', '+ssh-rsa', /^ssh-rsa$/, undefined],
]

for (const [keyword, value, names, left] of brings) {
  test(`${keyword} ${value}: what it brings back is named, and the value of the hint brings back no more than it names`, () => {
    const found = warned(keyword, value)
    assert.match(`${found?.names}`, names)
    assert.is(warned(keyword, found?.instead as string)?.names, left)
  })
}

test('algorithms that bring nothing back are taken without a word', () => {
  assert.is(warned('Ciphers', '+aes256-gcm@openssh.com'), undefined)
  assert.is(warned('KexAlgorithms', 'curve25519-sha256'), undefined)
})

test('a file of the image that is read before pibake’s and brings algorithms back is named, one behind it is not', () => {
  const line = 'KexAlgorithms +diffie-hellman-group14-sha1\n'
  const [found, ...others] = compile({ '/etc/ssh/sshd_config.d/00-first.conf': line }).problems ?? []
  assert.equal(others, [])
  assert.equal([found?.severity, found?.code], ['warning', 'SSH022'])
  assert.match(`${found?.message}`, /^\/etc\/ssh\/sshd_config\.d\/00-first\.conf:1 sets KexAlgorithms: .*group14-sha1/)
  assert.equal(compile({ '/etc/ssh/sshd_config.d/10-late.conf': line }).problems, [])
  const match = `Match User bob\nPubkeyAcceptedAlgorithms +ssh-rsa\n`
  assert.match(
    compile({ '/etc/ssh/sshd_config.d/10-late.conf': match }).messages,
    /late\.conf:2 sets PubkeyAcceptedAlgorithms/,
  )
})

for (const { title, options } of everySample()) {
  test(`${title}: the drop-in wins, and compiles to itself`, () => {
    const { root } = samplePiOs(options)
    const first = compile({}, { port: 2222 }, root)
    assert.equal(first.problems, [])
    const effective = effectiveFor(first.after, 'bookworm', connection)
    assert.equal(effective.ports, [2222])
    assert.equal(effective.allowUsers, ['alice'])
    assert.is(effective.permitRootLogin, 'no')
    assert.is(effective.passwordAuthentication, false)
    assert.is(effective.kbdInteractiveAuthentication, false)
    assert.is(effective.usePam, true)
    assert.equal(effective.authenticationMethods, [['publickey']])
    assert.equal(effective.errors, [])
    assert.is(compile({}, { port: 2222 }, first.after).text, first.text)
  })
}

test('each line of the drop-in is explained by the key behind it', () => {
  const { operations = [], text } = compile(
    {},
    { port: 2222, settings: { X11Forwarding: 'yes', Banner: '/etc/issue' } },
  )
  const file = operations.find((o) => o.kind === 'file')
  const keys = new Map(text.split('\n').map((line, i) => [line, file?.kind === 'file' && file.lines?.get(i)?.key]))
  assert.is(keys.get('Port 2222'), 'ssh.port')
  assert.is(keys.get('X11Forwarding yes'), 'ssh.settings.X11Forwarding')
  assert.is(keys.get('Banner /etc/issue'), 'ssh.settings.Banner')
  for (const [line, key] of keys) if (/^[A-Z]/.test(line)) assert.ok(key, `${line} has no reason`)
})

test('an "any" of the image, which sshd of Bookworm takes after no other method, stands alone', () => {
  for (const text of ['AuthenticationMethods any\n', 'Match User bob\nAuthenticationMethods any\n']) {
    const files = { '/etc/ssh/sshd_config.d/50-x.conf': text }
    for (const passwordAuthentication of [false, true]) {
      const { after, codes, text: own } = compile(files, { passwordAuthentication })
      assert.equal(codes, [])
      assert.not.match(own, /AuthenticationMethods/)
      const { errors, authenticationMethods } = effectiveFor(after, 'bookworm', connection)
      assert.equal([errors, authenticationMethods], [[], []])
    }
    assert.equal(compile(files, { settings: { AuthenticationMethods: 'publickey' } }).codes, ['SSH020'])
  }
})

test('a Match of the image that lets somebody in by password is overruled by a Match all of our own', () => {
  const files = {
    '/etc/ssh/sshd_config.d/50-x.conf': 'Match User alice,root\nPasswordAuthentication yes\nPermitRootLogin yes\n',
  }
  const before = effectiveFor(memoryTree({ '/etc/ssh/sshd_config': main, ...files }), 'bookworm', connection)
  assert.is(before.passwordAuthentication, true)
  const { after, codes, text } = compile(files)
  assert.equal(codes, [])
  assert.match(text, /\nMatch all\nPermitRootLogin no\nPasswordAuthentication no\n$/)
  for (const user of ['alice', 'root']) {
    const effective = effectiveFor(after, 'bookworm', { ...connection, user })
    assert.is(effective.passwordAuthentication, false)
    assert.is(effective.permitRootLogin, 'no')
  }
  assert.is(compile({}, {}, after).text, text)
})

test('a drop-in that sorts first is overruled where sshd allows it, and told where it does not', () => {
  const global = compile({ '/etc/ssh/sshd_config.d/00-a.conf': 'PasswordAuthentication yes\n' })
  assert.equal(global.codes, [])
  assert.is(effectiveFor(global.after, 'bookworm', connection).passwordAuthentication, false)

  const pam = compile({ '/etc/ssh/sshd_config.d/00-a.conf': '\nUsePAM no\n' })
  assert.equal(pam.codes, ['SSH022'])
  assert.match(pam.messages, "/etc/ssh/sshd_config.d/00-a.conf:2 sets UsePAM to 'no'")

  const match = compile({
    '/etc/ssh/sshd_config.d/00-a.conf': 'Match Address 10.0.0.0/8\nPasswordAuthentication yes\n',
  })
  assert.equal(match.codes, ['SSH022'])
})

test('further ports, users, addresses and options of the image are told', () => {
  const of = (text: string, settings: Partial<Spec['ssh']> = {}) =>
    compile({ '/etc/ssh/sshd_config.d/60-x.conf': text }, settings)
  assert.equal(of('Port 2022\n').codes, ['SSH025'])
  assert.equal(of('Port 22\n').codes, [])
  assert.equal(of('AllowUsers mallory\n').codes, ['SSH022'])
  assert.equal(of('Match User mallory\nAllowUsers mallory\n').codes, ['SSH022'])
  assert.equal(of('AllowUsers mallory\n', { allowUsers: ['alice', 'mallory'] }).codes, [])
  assert.equal(of('ListenAddress 127.0.0.1\n').codes, ['SSH023'])
  assert.equal(of('Nonsense yes\n').codes, ['SSH020'])
  assert.equal(of('PasswordAuthentication yes\nUsePAM no\nTrustedUserCAKeys /etc/ca\n').codes, [])
  assert.equal(compile({ '/etc/default/ssh': 'SSHD_OPTS="-p 2022"\n' }).codes, ['SSH024'])
  const options = (text: string) => compile({ '/etc/default/ssh': `SSHD_OPTS="${text}"\n` }).codes
  for (const fine of ['', '-4', '-6 -e', '-o SyslogFacility=LOCAL1', '-oAddressFamily=inet', '-u 0'])
    assert.equal(options(fine), [])
  const bad = [
    '-4 -f /etc/own',
    '-i',
    '-t',
    '-o UsePAM=no',
    '-o LogLevel=QUIET',
    '-oAllowUsers=x',
    '-h /etc/key',
    '-o Port=2022',
    '-4 word',
    '-o',
  ]
  for (const one of bad) assert.equal(options(one), ['SSH024'], one)
})

test('an image whose sshd_config does not include drop-ins, or includes them late, is told', () => {
  assert.equal(compile({ '/etc/ssh/sshd_config': 'UsePAM yes\n' }).codes, ['SSH021'])
  const late = compile({ '/etc/ssh/sshd_config': `UsePAM no\nPasswordAuthentication yes\n${main}` })
  assert.equal(late.codes, ['SSH022'])
  assert.match(late.messages, 'sshd_config:1 sets UsePAM')
})

test('settings are checked against the sshd of the image', () => {
  const codes = (settings: Record<string, string>) => compile({}, { settings }).codes
  assert.equal(codes({ X11Forwarding: 'yes', Ciphers: 'aes256-ctr', AcceptEnv: 'LANG LC_*' }), [])
  assert.equal(codes({ X11Fowarding: 'no' }), ['SSH010'])
  assert.equal(codes({ RefuseConnection: 'no' }), ['SSH010'])
  assert.equal(codes({ UseLogin: 'no' }), ['SSH011'])
  assert.equal(codes({ ChallengeResponseAuthentication: 'no' }), ['SSH013'])
  assert.equal(codes({ HostKey: '/etc/ssh/key' }), ['SSH013'])
  assert.equal(codes({ PubkeyAcceptedKeyTypes: 'ssh-ed25519', PubkeyAcceptedAlgorithms: 'ssh-ed25519' }), ['SSH012'])
  assert.equal(codes({ Banner: '/etc/x\nPermitRootLogin yes' }), ['SSH014'])
  assert.equal(codes({ Banner: '"/etc/x' }), ['SSH014'])
  assert.equal(codes({ AuthorizedKeysCommand: '/usr/bin/keys' }), ['SSH014'])
  assert.equal(codes({ AuthorizedKeysCommand: '/usr/bin/keys', AuthorizedKeysCommandUser: 'nobody' }), ['SSH017'])
  assert.equal(codes({ X11Forwarding: 'maybe' }), ['SSH014'])
  assert.equal(codes({ KexAlgorithms: 'mlkem768x25519-sha256' }), ['SSH014'])
  assert.equal(codes({ KexAlgorithms: '-mlkem768x25519-sha256' }), ['SSH017'])
  for (const [keyword, value] of Object.entries({
    PermitRootLogin: 'prohibit-password',
    PermitEmptyPasswords: 'yes',
    StrictModes: 'no',
    PermitUserEnvironment: 'yes',
    HostbasedAuthentication: 'yes',
    IgnoreRhosts: 'no',
    AuthorizedKeysFile: '/etc/keys/%u',
  })) {
    assert.equal(codes({ [keyword]: value }), ['SSH015'], keyword)
  }
  assert.equal(codes({ AuthenticationMethods: 'publickey,password' }), ['SSH016'])
  assert.equal(codes({ AuthenticationMethods: 'gssapi-with-mic' }), ['SSH016'])
  assert.equal(codes({ AuthenticationMethods: 'gssapi-with-mic', GSSAPIAuthentication: 'yes' }), ['SSH017'])
  assert.equal(codes({ AuthenticationMethods: 'publickey' }), [])
  assert.equal(codes({ MaxStartups: '60:30:10' }), ['SSH014'])
  assert.equal(codes({ LoginGraceTime: '999999999w' }), ['SSH014'])
  assert.equal(codes({ PermitTTY: 'no', MaxStartups: '2', AddressFamily: 'inet6' }), ['SSH017', 'SSH017', 'SSH017'])
  for (const keyword of ['Subsystem', 'HostCertificate', 'HostKeyAgent', 'SecurityKeyProvider', 'RDomain']) {
    assert.equal(codes({ [keyword]: '/x' }), ['SSH018'], keyword)
  }
  assert.equal(codes({ UsePAM: 'no' }), ['SSH017'])
  assert.match(compile({}, { settings: { X11Fowarding: 'no' } }).problems?.[0]?.hint ?? '', 'X11Forwarding')
})

test('enabled: the service is linked, the socket cannot take its place; off: nothing can bring it back', () => {
  const states = (settings: Partial<Spec['ssh']>) =>
    Object.fromEntries((compile({}, settings).units ?? []).map(({ unit, state }) => [unit, state]))
  assert.equal(states({}), { 'ssh.service': 'enabled', 'ssh.socket': 'masked' })
  assert.equal(states({ enabled: false }), {
    'ssh.service': 'masked',
    'ssh.socket': 'masked',
    'sshswitch.service': 'masked',
  })
  assert.equal(
    compile({}, { enabled: false }).operations?.map(({ kind }) => kind),
    ['remove'],
  )
})
