import * as assert from 'uvu/assert'
import type { Contribution } from '../../../src/core/controls/control.ts'
import { fail2ban } from '../../../src/core/controls/fail2ban.ts'
import type { Spec } from '../../../src/core/spec-file/spec.ts'
import type { Inventory } from '../../../src/device/inspect/inventory.ts'
import { contextOf, problemsOf, quiet } from '../../support/control.ts'
import { memoryTree } from '../../support/memory.ts'
import { parse, smallSpec, sound } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('fail2ban')

type Jails = Spec['fail2ban']['jails']

function compile(jails: Jails, spec: Partial<Spec> = {}, inventory: Partial<Inventory> = {}): Contribution {
  return fail2ban.compile(
    contextOf({ fail2ban: { enabled: true, ignoreip: [], mail: false, defaults: {}, jails }, ...spec }, inventory),
  )
}

function jailLocal(part: Contribution): string {
  const file = part.operations?.find((operation) => operation.path === '/etc/fail2ban/jail.local')
  assert.is(file?.kind, 'file')
  return file?.kind === 'file' ? new TextDecoder().decode(file.content) : ''
}

/** The lines of one section. */
function section(text: string, name: string): string[] {
  const lines = text.split('\n')
  const start = lines.indexOf(`[${name}]`)
  assert.ok(start >= 0, `no [${name}]`)
  const end = lines.findIndex((line, i) => i > start && line.startsWith('['))
  return lines.slice(start + 1, end === -1 ? undefined : end).filter((line) => line !== '')
}

test('nothing is done when it is off', () => {
  assert.equal(fail2ban.compile(contextOf({})), {})
})

test('the sshd jail follows ssh.port and takes the spec word for word', () => {
  const part = compile({ sshd: { maxretry: 3, findtime: '10m', bantime: -1 } }, { ssh: { ...quiet.ssh, port: 2222 } })
  const lines = section(jailLocal(part), 'sshd')
  for (const line of ['enabled = true', 'port = 2222', 'maxretry = 3', 'findtime = 10m', 'bantime = -1']) {
    assert.ok(lines.includes(line), line)
  }
  assert.ok(lines.includes('backend = systemd'))
  assert.equal(problemsOf(part), [])
})

test('every line of a jail says why it is there', () => {
  const part = compile({ sshd: { bantime: -1 } })
  const file = part.operations?.find((operation) => operation.path === '/etc/fail2ban/jail.local')
  assert.ok(file?.kind === 'file')
  const at = jailLocal(part).split('\n').indexOf('bantime = -1')
  assert.is(file?.kind === 'file' ? file.lines?.get(at)?.key : '', 'fail2ban.jails.sshd.bantime')
})

test('without ssh there is no sshd jail', () => {
  const part = compile({}, { ssh: { ...quiet.ssh, enabled: false } })
  assert.not.match(jailLocal(part), /\[sshd\]/)
})

test('loopback is always ignored, the rest as listed', () => {
  const part = compile(
    {},
    { fail2ban: { enabled: true, ignoreip: ['192.0.2.0/24', '2001:db8::/32'], mail: false, defaults: {}, jails: {} } },
  )
  assert.match(jailLocal(part), /\nignoreip = 127\.0\.0\.1\/8 ::1 192\.0\.2\.0\/24 2001:db8::\/32\n/)
})

test('an ignoreip that would start a comment, an interpolation or a line of its own is refused with its place', () => {
  const ignoreip = ['192.0.2.1', '%(x)s', '192.0.2.1 #', 'a\nbantime = 1', '']
  const part = compile({}, { fail2ban: { enabled: true, ignoreip, mail: false, defaults: {}, jails: {} } })
  assert.equal(
    problemsOf(part),
    [1, 2, 3, 4].map((i) => `F2B018 fail2ban.ignoreip[${i}]`),
  )
  assert.is(part.operations, undefined)
})

test('slips are named, with the nearest right word', () => {
  const part = compile({ sshd: { maxrety: 3 }, 'ngnix-http-auth': {}, postfix: { banaction: 'nftable' } })
  assert.equal(problemsOf(part), [
    'F2B012 fail2ban.jails.sshd.maxrety',
    'F2B011 fail2ban.jails.ngnix-http-auth',
    'F2B014 fail2ban.jails.postfix.banaction',
  ])
  const hints = (part.problems ?? []).map((problem) => problem.hint ?? '')
  assert.match(hints[0] ?? '', /'maxretry'/)
  assert.match(hints[1] ?? '', /'nginx-http-auth'/)
  assert.match(hints[2] ?? '', /'nftables'/)
})

test('a port that is not the one of sshd is refused', () => {
  assert.equal(problemsOf(compile({ sshd: { port: 2022 } })), ['F2B015 fail2ban.jails.sshd.port'])
  assert.equal(problemsOf(compile({ sshd: { port: 22 } })), [])
})

test('ports as jail.conf has them: names, ranges and lists count if that of sshd is among them', () => {
  const at = (port: string, sshPort: number) =>
    problemsOf(compile({ sshd: { port } }, { ssh: { ...quiet.ssh, port: sshPort } }))
  for (const port of ['ssh', '22', '0:65535', 'ssh,2222', '20:25', 'http,ssh']) assert.equal(at(port, 22), [], port)
  for (const port of ['2222', 'ssh,2222', '2000:3000']) assert.equal(at(port, 2222), [], port)
  const refused = ['F2B015 fail2ban.jails.sshd.port']
  for (const port of ['ssh', '20:25', '22,80']) assert.equal(at(port, 2222), refused, port)
  for (const port of ['', 'nosuch', '22, 80', '22-80', '70000', '22,', 'anyport'])
    assert.equal(at(port, 22), refused, port)
})

test('values that would leave their line are refused', () => {
  for (const value of ['1h\nbanaction = dummy', '%(banaction)s', '1h ; x', '1h\u202e', ' 1h']) {
    assert.equal(problemsOf(compile({ sshd: { bantime: value } })), ['F2B013 fail2ban.jails.sshd.bantime'], value)
  }
})

test('names that are no jail', () => {
  for (const name of ['DEFAULT', 'a b', 'x]', '', 'includes']) {
    assert.equal(problemsOf(compile({ [name]: {} })), [`F2B010 fail2ban.jails.${name}`])
  }
})

test('a jail whose log is not there would keep fail2ban from starting', () => {
  assert.equal(problemsOf(compile({ 'nginx-http-auth': {} })), ['F2B017 fail2ban.jails.nginx-http-auth'])
  const root = memoryTree({ '/var/log/nginx/error.log': '' })
  const there = compile({ 'nginx-http-auth': {} }, {}, { root })
  assert.equal(problemsOf(there), [])
  assert.ok(section(jailLocal(there), 'nginx-http-auth').includes('backend = auto'))
  const off = compile({ 'nginx-http-auth': { enabled: false } })
  assert.equal(problemsOf(off), [])
  const installed = compile({ 'nginx-http-auth': {} }, { packages: { ...quiet.packages, install: ['nginx'] } })
  assert.equal(
    installed.problems?.map((problem) => problem.severity),
    ['warning'],
  )
  assert.match(jailLocal(installed), /\[nginx-http-auth\]/)
})

test('a jail of a filter of its own needs something to read', () => {
  const files = [
    {
      path: '/etc/fail2ban/filter.d/kit.conf',
      content: new Uint8Array(),
      mode: 0o644,
      owner: 'root',
      group: 'root',
    },
  ]
  assert.equal(problemsOf(compile({ kit: {} })), ['F2B011 fail2ban.jails.kit'])
  assert.equal(problemsOf(compile({ kit: {} }, { files })), ['F2B016 fail2ban.jails.kit'])
  const journal = compile({ kit: { journalmatch: '_SYSTEMD_UNIT=kit.service' } }, { files })
  assert.equal(problemsOf(journal), [])
  assert.ok(section(jailLocal(journal), 'kit').includes('backend = systemd'))
})

test("filters are the image's when it has fail2ban, else those of the release's package", () => {
  assert.equal(
    problemsOf(compile({ x: { filter: 'nginx-forbidden', journalmatch: 'A=b' } }, {}, { release: 'bookworm' })),
    ['F2B011 fail2ban.jails.x.filter'],
  )
  assert.equal(problemsOf(compile({ x: { filter: 'nginx-forbidden', journalmatch: 'A=b' } })), [])
  const root = memoryTree({ '/etc/fail2ban/filter.d/only.conf': '' })
  assert.equal(problemsOf(compile({ only: { journalmatch: 'A=b' } }, {}, { root })), [])
})

test('the strict profile runs fail2ban with few rights, the standard one takes that back', () => {
  const kind = (profile: Spec['profile']) =>
    compile({}, { profile }).operations?.find((o) => o.path.endsWith('fail2ban.service.d/pibake.conf'))?.kind
  assert.is(kind('strict'), 'file')
  assert.is(kind('standard'), 'remove')
})

const defaultsOf = (defaults: Spec['fail2ban']['defaults']) =>
  compile({}, { fail2ban: { enabled: true, ignoreip: [], mail: false, defaults, jails: {} } })

test('what the spec sets for every jail stands in [DEFAULT], once, with its reason', () => {
  const part = defaultsOf({ bantime: '2h', 'bantime.increment': true, banaction: 'nftables-allports' })
  const lines = section(jailLocal(part), 'DEFAULT').filter((line) => !line.startsWith('#'))
  assert.equal(lines, [
    'ignoreip = 127.0.0.1/8 ::1',
    'backend = systemd',
    'banaction = nftables-allports',
    'banaction_allports = nftables[type=allports]',
    'bantime = 2h',
    'bantime.increment = true',
  ])
  const file = part.operations?.find((operation) => operation.path === '/etc/fail2ban/jail.local')
  const at = jailLocal(part).split('\n').indexOf('bantime = 2h')
  assert.is(file?.kind === 'file' ? file.lines?.get(at)?.key : '', 'fail2ban.jails.DEFAULT.bantime')
})

test('what cannot be set for every jail is refused with its place', () => {
  assert.equal(
    problemsOf(defaultsOf({ enabled: true, ignoreip: '192.0.2.1', maxrety: 3, action: 'none', bantime: 'a % b' })),
    [
      'F2B012 fail2ban.jails.DEFAULT.maxrety',
      'F2B014 fail2ban.jails.DEFAULT.action',
      'F2B013 fail2ban.jails.DEFAULT.bantime',
      'F2B021 fail2ban.jails.DEFAULT.enabled',
      'F2B021 fail2ban.jails.DEFAULT.ignoreip',
    ],
  )
})

test('the numbers of pibake for sshd give way to DEFAULT, those of the spec do not', () => {
  const jails = (written: object, profile = 'standard') =>
    sound({ ...smallSpec(), profile, fail2ban: { jails: written } }).spec.fail2ban.jails
  assert.equal(jails({}).sshd, { maxretry: 5, findtime: '10m', bantime: '1h' })
  assert.equal(jails({ DEFAULT: { bantime: '2h' } }).sshd, { maxretry: 5, findtime: '10m' })
  assert.equal(jails({ DEFAULT: { bantime: '2h' } }, 'strict').sshd, { maxretry: 3, findtime: '10m' })
  assert.equal(jails({ DEFAULT: { bantime: '2h' }, sshd: { bantime: '3h' } }).sshd?.bantime, '3h')
  assert.equal(Object.keys(jails({ DEFAULT: { bantime: '2h' } })), ['sshd', 'recidive'])
  assert.equal(
    parse({ ...smallSpec(), fail2ban: { jails: { DEFAULT: { bantime: 'soon' } } } }).problems.map(({ code }) => code),
    ['F2B003'],
  )
})
