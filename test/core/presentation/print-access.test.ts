import * as assert from 'uvu/assert'
import { loginCard } from '../../../src/core/presentation/print-access.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import type { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { memoryTree } from '../../support/memory.ts'
import { compiled } from '../../support/plan.ts'
import { samples } from '../../support/samples.ts'
import { type LooseSpec, smallSpec, sound } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('the card that ends a run')

const newest = samples.at(-1)

/** The card of a spec for the sample, with something planted in the image. */
function cardOf(spec: LooseSpec, files: Readonly<Record<string, string>> = {}, options = newest) {
  if (options === undefined) throw new Error('no sample')
  const target = samplePiOs(options)
  plant(target.root, files)
  const read = sound(spec)
  const evaluation = compiled(read, target)
  return loginCard({ ...evaluation, spec: read.spec }, target.root).map((line) => line.replace(/SHA256:[^\s,]+/, 'KEY'))
}

function plant(root: MemoryTree, files: Readonly<Record<string, string>>): void {
  for (const [path, node] of memoryTree(files).nodes)
    if (path in files || !root.nodes.has(path)) root.nodes.set(path, node)
}

const changed = (change: (spec: LooseSpec) => void) => {
  const spec = smallSpec()
  change(spec)
  return spec
}
const ruled = (...rules: string[]) => changed((spec) => (spec.firewall = { rules }))
const SSH = 'ssh alice@raspberrypi.local   key KEY'
const CONSOLE = `${'console'.padEnd(27)}   alice, password   sudo: password`

for (const options of samples) {
  test(`${options.behaviour} ${options.variant}: two ways, and nothing else to say`, () => {
    assert.equal(cardOf(smallSpec(), {}, options), ['You get in by', `  ${SSH}   sudo: password`, `  ${CONSOLE}`])
  })
}

const sources: readonly (readonly [title: string, spec: LooseSpec, files: Record<string, string>, said: string])[] = [
  ['a network', ruled('limit from 192.0.2.0/24 to any port 22 proto tcp'), {}, 'from 192.0.2.0/24'],
  [
    'a network without a part',
    ruled('deny from 10.0.0.0/8 to any port 22 proto tcp', 'limit 22/tcp'),
    {},
    'from everywhere except 10.0.0.0/8',
  ],
  ['an interface', ruled('limit in on eth0 to any port 22 proto tcp'), {}, 'only through eth0'],
  [
    'an interface that nothing makes',
    ruled('limit in on tailscale0 to any port 22 proto tcp'),
    {},
    'only through tailscale0 (which nothing in this spec or image makes)',
  ],
  [
    'an interface that the image makes',
    ruled('limit in on tailscale0 to any port 22 proto tcp'),
    { '/usr/sbin/tailscaled': '' },
    'only through tailscale0',
  ],
  [
    'a pattern of users and hosts',
    changed((spec) => (spec.ssh = { allowUsers: ['alice@192.0.2.0/24'] })),
    {},
    'from 192.0.2.0/24',
  ],
]

for (const [title, spec, files, said] of sources) {
  test(`the line says ${title}`, () => {
    assert.equal(cardOf(spec, files).slice(0, 2), ['You get in by', `  ${SSH}   ${said}   sudo: password`])
  })
}

test('groups that make root are named beside sudo', () => {
  const spec = changed((one) => (one.users[0].groups = ['disk', 'shadow', 'gpio']))
  const up = 'in the group disk, which reads and writes the card below its file system'
  const hashes = 'in the group shadow, which reads the hashes of all passwords'
  assert.equal(cardOf(spec).slice(1), [
    `  ${SSH}   sudo: password, and ${up}, and ${hashes}`,
    `  ${CONSOLE}, and ${up}, and ${hashes}`,
  ])
})

const CONF = '/etc/ssh/sshd_config.d/20-2fa.conf'
const PAM = '/etc/pam.d/sshd'
const factors: readonly (readonly [title: string, files: Record<string, string>, said: readonly string[]])[] = [
  [
    'a key and a code',
    { [CONF]: '# mine\nAuthenticationMethods publickey,keyboard-interactive\n' },
    [`${CONF}:2: the image wants publickey,keyboard-interactive, and one method is enough now`],
  ],
  [
    'either of two lists',
    { [CONF]: 'AuthenticationMethods publickey,password publickey,keyboard-interactive\n' },
    [`${CONF}:1: the image wants publickey,password publickey,keyboard-interactive, and one method is enough now`],
  ],
  ['one method alone', { [CONF]: 'AuthenticationMethods publickey,password publickey\n' }, []],
  ['no list', { [CONF]: 'KbdInteractiveAuthentication yes\n' }, []],
  [
    'a module of PAM',
    {
      [PAM]:
        '@include common-auth\nauth required pam_google_authenticator.so nullok\naccount required pam_permit.so\nsession required pam_permit.so\n',
    },
    [`${PAM}:2: whoever comes with a key is not asked by pam_google_authenticator.so`],
  ],
]

for (const [title, files, said] of factors) {
  test(`second factors of the image that are not asked any more: ${title}`, () => {
    const lines = cardOf(smallSpec(), files).filter((line) => line.includes('second factor'))
    assert.equal(
      lines,
      said.map((text) => `  second factor off: ${text}`),
    )
  })
}

test('a second factor that the spec wants itself is not said to be off', () => {
  const spec = changed((one) => {
    one.ssh = { passwordAuthentication: true, settings: { AuthenticationMethods: 'publickey,password' } }
  })
  const card = cardOf(spec, { [CONF]: 'AuthenticationMethods publickey,keyboard-interactive\n' })
  assert.not.match(card.join('\n'), 'second factor')
})

test('addresses that stay are named, and typed where the device announces no name', () => {
  const ipv4 = {
    method: 'manual',
    addresses: ['192.0.2.10/24', '192.0.2.11/24'],
    gateway: '192.0.2.1',
    dns: ['192.0.2.1'],
  }
  const fixed = changed((spec) => (spec.network = { wired: [{ ipv4 }] }))
  assert.is(cardOf(fixed).at(-1), '  or in place of raspberrypi.local: 192.0.2.10, 192.0.2.11')
  const card = cardOf({ ...fixed, services: { disable: ['avahi-daemon'] } })
  assert.match(card[1] ?? '', /^ {2}ssh alice@192\.0\.2\.10 {3}key KEY/)
  assert.is(card.at(-1), '  or in place of 192.0.2.10: 192.0.2.11')
})
