import * as assert from 'uvu/assert'
import type { Context, Contribution } from '../../../src/core/controls/control.ts'
import { firewall } from '../../../src/core/controls/firewall.ts'
import { interimFirewall } from '../../../src/core/controls/interim-firewall.ts'
import type { Spec } from '../../../src/core/spec-file/spec.ts'
import { firewall as wanted } from '../../device/ufw/firewall.ts'
import { contextOf, problemsOf, sampleContext, written } from '../../support/control.ts'
import { memoryTree } from '../../support/memory.ts'
import { overlay } from '../../support/overlay.ts'
import { samples } from '../../support/samples.ts'
import { parse, smallSpec, specOf } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('controls of the firewall')

const on = (changes: Partial<Spec['firewall']> = {}) => ({
  firewall: wanted({ rules: ["limit ssh/tcp comment 'ssh'"], ...changes }),
})
const paths = (part: Contribution) => (part.operations ?? []).map(({ kind, path }) => `${kind} ${path}`)
const interimLines = (context: Context) =>
  written(interimFirewall.compile(context), '/etc/pibake/interim.nft')
    .split('\n')
    .filter((line) => line.includes('tcp dport') && line.includes('nfproto'))
    .map((line) => line.trim())

test('ufw: its four files and its lock, the package, the unit; nothing is wrong on any sample image', () => {
  for (const options of samples) {
    for (const profile of ['standard', 'strict', 'cis'] as const) {
      const part = firewall.compile(sampleContext(options, profile, on()))
      assert.equal(paths(part), [
        'directory /etc/ufw',
        'file /etc/ufw/user.rules',
        'file /etc/ufw/user6.rules',
        'file /etc/ufw/ufw.conf',
        'file /etc/default/ufw',
        'directory /etc/tmpfiles.d',
        'file /etc/tmpfiles.d/pibake-ufw.conf',
      ])
      assert.equal(part.problems, [])
      assert.equal(
        part.packages?.map(({ name }) => name),
        ['ufw', 'iptables'],
      )
      assert.equal(
        part.units?.map(({ unit, state }) => `${unit} ${state}`),
        ['ufw.service enabled', 'nftables.service disabled'],
      )
    }
  }
})

test('rule files are not for everybody to read', () => {
  const part = firewall.compile(contextOf(on()))
  const modes = part.operations?.flatMap((operation) => (operation.kind === 'file' ? [operation.mode] : []))
  assert.equal(modes, [0o640, 0o640, 0o644, 0o644, 0o644])
})

test('a line of user.rules is explained by its rule', () => {
  const part = firewall.compile(contextOf(on({ rules: ['allow 22/tcp', 'deny 80/tcp'] })))
  const file = part.operations?.[1]
  if (file?.kind !== 'file') throw new Error('no user.rules')
  const lines = written(part, '/etc/ufw/user.rules').split('\n')
  const keys = (word: string) => lines.flatMap((line, i) => (line.includes(word) ? [file.lines?.get(i)?.key] : []))
  assert.equal(keys('--dport 22'), ['firewall.rules[0]'])
  assert.equal(keys('--dport 80'), ['firewall.rules[1]'])
  assert.ok(keys('[UFW BLOCK]').includes('firewall.logging'))
})

test('policies reach /etc/default/ufw, switching on and the level reach ufw.conf', () => {
  const part = firewall.compile(
    contextOf(on({ incoming: 'reject', outgoing: 'deny', routed: 'allow', logging: 'full' })),
  )
  const defaults = written(part, '/etc/default/ufw')
  for (const line of ['INPUT_POLICY="REJECT"', 'OUTPUT_POLICY="DROP"', 'FORWARD_POLICY="ACCEPT"', '\nIPV6=yes\n']) {
    assert.ok(defaults.includes(line), line)
  }
  assert.match(written(part, '/etc/ufw/ufw.conf'), /^ENABLED=yes$[\s\S]*^LOGLEVEL=full$/m)
})

test('names are those of the image', () => {
  const root = memoryTree({
    '/etc/services': 'kitd 4711/tcp\n',
    '/etc/ufw/applications.d/kit': '[Kit]\ntitle=t\ndescription=d\nports=4712/udp|4713:4714/tcp\n',
  })
  const part = firewall.compile(
    contextOf(on({ rules: ['allow kitd', 'allow Kit', 'allow http', 'allow NoApp'] }), { root }),
  )
  assert.equal(problemsOf(part), ['FWL007 firewall.rules[2]', 'FWL007 firewall.rules[3]'])
  const rules = written(part, '/etc/ufw/user.rules')
  for (const text of ['tcp 4711 ', 'udp 4712 ', 'tcp 4713:4714 ']) assert.ok(rules.includes(text), text)
})

test('application profiles that the spec brings are taken: by files, and by a package unless the image has the file', () => {
  const profile = (name: string, ports: string) => `[${name}]\ntitle=t\ndescription=d\nports=${ports}\n`
  const at = (name: string) => `/etc/ufw/applications.d/${name}`
  const root = memoryTree({ [at('kept')]: profile('Kept', '4711/tcp') })
  const deb = memoryTree({ [at('deb')]: profile('Deb', '4712/udp'), [at('kept')]: profile('Kept', '4713/tcp') })
  const content = new TextEncoder().encode(profile('Mine', '4714:4716/tcp'))
  const spec: Partial<Spec> = {
    ...on({ rules: ['allow Kept', 'allow Deb', 'allow from 192.0.2.0/24 to any app Mine', 'allow Other'] }),
    files: [{ path: at('mine'), content, mode: 0o644, owner: 'root', group: 'root' }],
    packages: {
      ...contextOf().spec.packages,
      debs: [{ file: 'kit.deb', sha256: '', content: new Uint8Array(), files: () => deb }],
    },
  }
  const part = firewall.compile(contextOf(spec, { root }))
  assert.equal(problemsOf(part), ['FWL007 firewall.rules[3]'])
  const rules = written(part, '/etc/ufw/user.rules')
  for (const text of ['tcp 4711 ', 'udp 4712 ', 'tcp 4714:4716 ']) assert.ok(rules.includes(text), text)
  assert.not.match(rules, '4713')
})

test('the hint of an unknown profile, followed: without an image and with one', () => {
  const rules = ['limit 22/tcp', 'allow Kit']
  const hint = parse({ ...smallSpec(), firewall: { rules } }).problems[0]?.hint ?? ''
  const [, folder = ''] = /files, path (\/etc\/ufw\/applications\.d)\/NAME$/.exec(hint) ?? []
  const content = '[Kit]\ntitle=Kit\ndescription=The kit\nports=8080/tcp\n'
  const brought = { ...smallSpec(), firewall: { rules }, files: [{ path: `${folder}/kit`, content }] }
  assert.equal(parse(brought).problems, [])
  const part = firewall.compile(contextOf({ ...on({ rules }), files: specOf(brought).files }))
  assert.equal(problemsOf(part), [])
  assert.match(hint, /such as 22\/tcp/)
  assert.equal(parse({ ...smallSpec(), firewall: { rules: ['limit 22/tcp', 'allow 8080/tcp'] } }).problems, [])
})

test('every bad rule is told at once, with its place', () => {
  const rules = ['allow 22/sctp', 'allow ssh', 'delete 1', "allow 22 comment 'open"]
  const { problems = [] } = firewall.compile(contextOf(on({ rules })))
  assert.equal(
    problems.map(({ code, path }) => `${code} ${path[2]}`),
    ['FWL005 0', 'FWL002 2', 'FWL001 3'],
  )
  assert.match(problems[0]?.message ?? '', /^column 10 of the rule: unsupported protocol 'sctp'/)
})

test('another firewall that the image starts is an error, unless the spec stops it', () => {
  const root = memoryTree({
    '/usr/lib/systemd/system/firewalld.service': '',
    '/etc/systemd/system/multi-user.target.wants/firewalld.service': {
      link: '/usr/lib/systemd/system/firewalld.service',
    },
  })
  assert.equal(problemsOf(firewall.compile(contextOf(on(), { root }))), ['FWL013 firewall.enabled'])
  const services = { disable: ['firewalld'], enable: [], timers: [], mask: [] }
  assert.equal(problemsOf(firewall.compile(contextOf({ ...on(), services }, { root }))), [])
})

test('nftables.service of the image is switched off, and said so where it was on', () => {
  const link = { '/etc/systemd/system/sysinit.target.wants/nftables.service': { link: '/usr/lib/x' } }
  const said = (files: Parameters<typeof memoryTree>[0], spec = on()) =>
    firewall
      .compile(contextOf(spec, { root: memoryTree(files) }))
      .notes?.filter(({ message }) => /nftables/.test(message))
  assert.is(said(link)?.length, 1)
  assert.equal(said({}), [])
  assert.equal(
    said(link, { ...on(), services: { disable: ['nftables'], enable: [], timers: [], mask: [] } } as ReturnType<
      typeof on
    >),
    [],
  )
})

test('what containers publish goes past ufw: said once Docker is there', () => {
  const messages = (part: Contribution) => (part.notes ?? []).map(({ message }) => message).join('\n')
  const packages = new Map([['docker.io', '20.10']])
  assert.match(messages(firewall.compile(contextOf(on(), { packages }))), /container publishes/)
  assert.not.match(messages(firewall.compile(contextOf(on()))), /container/)
})

test('that ufw lets mDNS in is said where something answers it', () => {
  const packages = new Map([['avahi-daemon', '0.8']])
  const said = (services: Spec['services']) =>
    (firewall.compile(contextOf({ ...on(), services }, { packages })).notes ?? []).some(({ message }) =>
      /mDNS/.test(message),
    )
  assert.is(said({ disable: [], enable: [], timers: [], mask: [] }), true)
  assert.is(said({ disable: ['avahi-daemon'], enable: [], timers: [], mask: [] }), false)
  assert.is(said({ disable: [], enable: [], timers: [], mask: ['avahi-daemon.service'] }), false)
})

test('switched off: a ufw that the image has switched on is switched off, another is left as it is', () => {
  const off = (conf: string) => {
    const root = memoryTree({ '/etc/ufw/ufw.conf': { text: conf, mode: 0o640 } })
    return firewall.compile(
      contextOf({ firewall: wanted({ enabled: false }) }, { root, packages: new Map([['ufw', '0.36.2-9']]) }),
    )
  }
  const part = off('# on\nENABLED=yes\nLOGLEVEL=low\n')
  assert.is(written(part, '/etc/ufw/ufw.conf'), '# on\nENABLED=no\nLOGLEVEL=low\n')
  assert.equal(
    part.operations?.map((one) => (one.kind === 'file' ? one.mode : 0)),
    [0o640],
  )
  assert.equal(
    part.units?.map(({ unit, state }) => `${unit} ${state}`),
    ['ufw.service disabled'],
  )
  assert.equal(written(off("export ENABLED='YES' # now\n"), '/etc/ufw/ufw.conf'), 'ENABLED=no\n')
  assert.equal([off('ENABLED=no\n').operations, off('ENABLED=no\n').units], [undefined, undefined])
})

test('switched off: what an earlier spec wrote goes, and the plan says what that means', () => {
  const context = contextOf({ firewall: wanted({ enabled: false }) })
  assert.equal(paths(firewall.compile(context)), [
    'remove /etc/ufw/user.rules',
    'remove /etc/ufw/user6.rules',
    'remove /etc/ufw/ufw.conf',
    'remove /etc/default/ufw',
    'remove /etc/tmpfiles.d/pibake-ufw.conf',
  ])
  assert.match(firewall.compile(context).notes?.[0]?.message ?? '', /firewall is off/)
  assert.ok(paths(interimFirewall.compile(context)).every((path) => path.startsWith('remove ')))
  const packages = new Map([['ufw', '0.36.2']])
  assert.equal(paths(firewall.compile(contextOf({ firewall: wanted({ enabled: false }) }, { packages }))), [])
})

test('the interim table lets in whom the rules let in, in their order', () => {
  const rules = [
    'deny from 192.0.2.66',
    'allow in on eth+ from 192.0.2.0/24 to any port 20:30 proto tcp',
    'limit from 2001:db8::1/32 to any port 22',
    'allow 80/tcp',
    'allow out 22/tcp',
    'route allow 22/tcp',
    'allow 22/udp',
    'reject from any port 80,1000:2000 to any port 22 proto tcp',
    'allow from 10.0.0.0/255.0.255.0 to 198.51.100.7',
  ]
  assert.equal(interimLines(contextOf(on({ rules }))), [
    'meta nfproto ipv4 ip saddr 192.0.2.66 tcp dport 22 drop',
    'meta nfproto ipv4 iifname "eth*" ip saddr 192.0.2.0/24 tcp dport 22 accept',
    'meta nfproto ipv4 tcp sport { 80, 1000-2000, } tcp dport 22 drop',
    'meta nfproto ipv4 ip saddr & 255.0.255.0 == 10.0.0.0 ip daddr 198.51.100.7 tcp dport 22 accept',
    'meta nfproto ipv6 ip6 saddr 2001:db8::/32 tcp dport 22 accept',
    'meta nfproto ipv6 tcp sport { 80, 1000-2000, } tcp dport 22 drop',
  ])
})

test('the interim table follows the port, the policies, and whether sshd runs at all', () => {
  const text = (spec: Partial<Spec>) => written(interimFirewall.compile(contextOf(spec)), '/etc/pibake/interim.nft')
  const ssh = { ...contextOf({}).spec.ssh, port: 2222 }
  assert.match(text({ ...on({ rules: ['allow 2222/tcp'] }), ssh }), /nfproto ipv4 tcp dport 2222 accept/)
  assert.not.match(text({ ...on(), ssh }), /tcp dport/)
  assert.not.match(text({ ...on(), ssh: { ...ssh, port: 22, enabled: false } }), /tcp dport/)
  assert.match(text(on({ incoming: 'allow', rules: [] })), /\n\t\ttcp dport 22 accept\n/)
  assert.not.match(text(on()), /chain output/)
  assert.match(text(on({ outgoing: 'reject' })), /chain output \{\n.*policy drop;/)
})

test('an image without nft is warned about', () => {
  assert.equal(interimFirewall.compile(contextOf(on())).notes?.length, 1)
  for (const options of samples) {
    assert.equal(interimFirewall.compile(sampleContext(options, 'standard', on())).notes, [])
  }
})

test('compiled again for what it has written, a control wants the same', () => {
  for (const options of samples) {
    const context = sampleContext(options, 'strict', on())
    for (const control of [firewall, interimFirewall]) {
      const first = control.compile(context)
      const after = overlay({ root: context.inventory.root, boot: undefined }, first.operations ?? [])
      const again = control.compile({ ...context, inventory: { ...context.inventory, root: after.root } })
      assert.equal(again.operations, first.operations)
    }
  }
})
