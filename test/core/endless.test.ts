import * as assert from 'uvu/assert'
import { TargetError } from '../../src/base/errors.ts'
import { textAt } from '../../src/device/sshd/files.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { BudgetTree } from '../../src/storage/tree/budget.ts'
import { MemoryTree } from '../../src/storage/tree/memory.ts'
import { CROWDS, crowd, many } from '../support/crowd.ts'
import { append } from '../support/error-page.ts'
import { memoryTree } from '../support/memory.ts'
import { compiled } from '../support/plan.ts'
import { smallSpec, sound } from '../support/spec.ts'
import { suite } from '../support/suite.ts'

const test = suite('images that would keep the plan busy for ever')

/** What becomes of the plan: how it ends, not how long it takes; each of these took minutes or years. */
function endOf(plant: (root: MemoryTree, put: (path: string, text: string) => void) => void): string {
  const target = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  plant(target.root, (path, text) => {
    append(target.root, path, text)
    const node = target.root.nodes.get(path)
    if (node?.kind === 'file' && path.startsWith('/etc/sudoers.d/'))
      target.root.nodes.set(path, { ...node, mode: 0o440 })
  })
  try {
    compiled(sound(smallSpec()), target)
    return 'a plan'
  } catch (error) {
    if (error instanceof TargetError) return error.message
    throw error
  }
}

const cases: [title: string, path: string, text: string, end: string | RegExp][] = [
  [
    'aliases of sudo that name each other, 2^30 ways',
    '/etc/sudoers.d/a',
    `User_Alias A0 = x\n${many(30, (i) => `User_Alias A${i + 1} = A${i}, A${i}\n`)}A30 ALL=(ALL) ALL\n`,
    'a plan',
  ],
  [
    'an alias that names itself',
    '/etc/sudoers.d/a',
    'User_Alias A = B\nUser_Alias B = A, A\nA ALL=(ALL) ALL\n',
    'a plan',
  ],
  [
    'rules of sudo that include themselves twice, 2^128 times',
    '/etc/sudoers.d/a',
    '@include /etc/sudoers.d/a\n@include /etc/sudoers.d/a\n',
    /\/etc\/sudoers\.d\/a is read over and over: it includes itself/,
  ],
  [
    'a stack of PAM that includes itself twice',
    '/etc/pam.d/common-auth',
    '@include common-auth\n@include common-auth\n',
    /\/etc\/pam\.d\/common-auth:\d+: more than 5000 lines of PAM for one service/,
  ],
  ['a pattern with forty stars', '/etc/ssh/sshd_config.d/a.conf', `AllowUsers ${'*a'.repeat(40)}b\n`, 'a plan'],
  ['200,000 continued lines', '/etc/sudoers.d/a', many(200_000, () => 'x \\\n'), 'a plan'],
  [
    'aliases of commands that name each other, 2^30 ways',
    '/etc/sudoers.d/a',
    `Cmnd_Alias A0 = /bin/x\n${many(30, (i) => `Cmnd_Alias A${i + 1} = A${i}, A${i}\n`)}%users ALL=(ALL) NOPASSWD: A30\n`,
    'a plan',
  ],
  [
    '100,000 aliases of sudo',
    '/etc/sudoers.d/a',
    many(100_000, (i) => `User_Alias A${i} = u${i}\n`),
    /\/etc\/sudoers\.d\/a:\d+: more than 20000 rules of sudo/,
  ],
  [
    '200,000 lines of sshd',
    '/etc/ssh/sshd_config.d/a.conf',
    many(200_000, (i) => `AllowUsers u${i}\n`),
    /\/etc\/ssh\/sshd_config\.d\/a\.conf:\d+: more than 50000 lines of sshd's configuration/,
  ],
  [
    '20,000 networks that sshd tells apart',
    '/etc/ssh/sshd_config.d/a.conf',
    many(20_000, (i) => `Match Address 10.${i >> 8}.${i & 255}.0/24\nMaxSessions 0\n`),
    /more than 1000 networks that sshd tells apart/,
  ],
  [
    '100,000 lines of PAM',
    '/etc/pam.d/common-auth',
    many(100_000, () => 'auth optional pam_unix.so\n'),
    /\/etc\/pam\.d\/common-auth:\d+: more than 5000 lines of PAM/,
  ],
  [
    '100,000 limits',
    '/etc/security/limits.d/a.conf',
    many(100_000, () => '* - nofile 1000\n'),
    /\/etc\/security\/limits\.d\/a\.conf: more than 50000 lines/,
  ],
  [
    '100,000 file systems',
    '/etc/fstab',
    many(100_000, (i) => `/dev/sd${i} /srv/${i} ext4 nofail 0 0\n`),
    /\/etc\/fstab:\d+: more than 10000 file systems/,
  ],
  [
    '100,000 hosts that are denied',
    '/etc/hosts.deny',
    many(100_000, (i) => `sshd: 10.${i >> 8}.${i & 255}.\n`),
    'a plan',
  ],
  [
    'exceptions of exceptions, 8^8 ways',
    '/etc/hosts.deny',
    `ALL: ${many(8, () => `${'10.0.0. '.repeat(8)}EXCEPT `)}ALL\n`,
    'a plan',
  ],
  [
    'chains of a packet filter that call each other in a circle',
    '/etc/ufw/before.rules',
    '*filter\n:c0 -\n:c1 -\n-A ufw-before-input -j c0\n-A c0 -j c1\n-A c1 -j c0\nCOMMIT\n',
    'a plan',
  ],
  [
    'chains of a packet filter that call the next one eight times, 8^14 ways',
    '/etc/ufw/before.rules',
    `*filter\n${many(14, (i) => `:c${i} -\n`)}-A ufw-before-input -j c0\n${many(13, (i) => `-A c${i} -m geoip -j c${i + 1}\n`.repeat(8))}-A c13 -s 192.0.2.1 -j DROP\nCOMMIT\n`,
    /\/etc\/ufw\/before\.rules:\d+: more than 1500000 steps through the rules of the firewall/,
  ],
  ...(['DROP', 'RETURN', 'shut'] as const).map((target): [string, string, string, string] => [
    `20,000 single addresses that a packet filter gives to ${target}`,
    '/etc/ufw/before.rules',
    `*filter\n:shut -\n-A shut -j LOG\n-A shut -j DROP\n${many(20_000, (i) => `-A ufw-before-input -s ${1 + (i % 200)}.${i >> 8}.${i & 255}.7 -j ${target}\n`)}COMMIT\n`,
    'a plan',
  ]),
  [
    '20,000 single addresses, each let in or not',
    '/etc/ufw/before.rules',
    `*filter\n${many(20_000, (i) => `-A ufw-before-input -s ${1 + (i % 200)}.${i >> 8}.${i & 255}.7 -j ${i % 2 === 0 ? 'DROP' : 'ACCEPT'}\n`)}COMMIT\n`,
    'a plan',
  ],
  [
    '100,000 rules of a packet filter',
    '/etc/ufw/before.rules',
    `*filter\n${many(100_000, (i) => `-A ufw-before-input -s 10.0.${i >> 8}.${i & 255} -j DROP\n`)}COMMIT\n`,
    /\/etc\/ufw\/before\.rules:\d+: more than 30000 rules of a packet filter/,
  ],
  ['a comment of apt that does not end, 100,000 times', '/etc/apt/apt.conf.d/a', '/* '.repeat(100_000), 'a plan'],
  [
    'a setting of apt that is cleared 60 times, 2^60 ways',
    '/etc/apt/apt.conf.d/a',
    `APT::Periodic::Enable "1";\n${many(60, () => '#clear APT::Periodic;\n')}`,
    'a plan',
  ],
  [
    '200,000 continued lines of a unit',
    '/etc/systemd/system/ssh.service.d/a.conf',
    `[Service]\nEnvironment=${many(200_000, () => 'A=b \\\n')}`,
    'a plan',
  ],
]
for (const [title, path, text, end] of cases) {
  test(title, () => {
    const found = endOf((_, put) => put(path, text))
    if (typeof end === 'string') assert.is(found, end)
    else assert.match(found, end)
  })
}

test('settings of sshd that include themselves four times, 4^16 times', () => {
  const found = endOf((_, put) =>
    put(
      '/etc/ssh/sshd_config.d/a.conf',
      many(4, () => 'Include /etc/ssh/sshd_config.d/a.conf\n'),
    ),
  )
  assert.match(found, /\/etc\/ssh\/sshd_config\.d\/a\.conf is read over and over: it includes itself/)
})

for (const folder of [
  '/etc/ssh/sshd_config.d',
  '/etc/sudoers.d',
  '/etc/systemd/system',
  '/etc/fail2ban/jail.d',
  '/etc/pam.d',
]) {
  test(`100,000 files in ${folder}`, () => {
    const found = endOf((root, put) => {
      put(`${folder}/f`, '')
      const file = root.nodes.get(`${folder}/f`)
      if (file !== undefined) for (let i = 0; i < 100_000; i++) root.nodes.set(`${folder}/f${i}`, file)
    })
    assert.match(found, new RegExp(`${folder} holds \\d+ names`))
  })
}

test('a name of 200 characters against a pattern with forty stars', () => {
  const found = endOf((_, put) => {
    put(`/etc/ssh/${'a'.repeat(200)}`, '')
    put('/etc/ssh/sshd_config.d/b.conf', `Include /etc/ssh/${'*a'.repeat(40)}b\n`)
  })
  assert.is(found, 'a plan')
})

for (const kind of CROWDS) {
  // More often than that no file is read; a tree in memory lists its homes slowly.
  const accounts = kind.includes('profile') ? 6_000 : 20_000
  test(`an image with ${accounts} accounts ${kind} is nothing special`, () => {
    assert.is(
      endOf((root) => crowd(root, accounts, kind)),
      'a plan',
    )
  })

  test(`what accounts ${kind} ask of the same files is read once`, () => {
    const times = (accounts: number) => {
      const { root } = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
      crowd(root, accounts, kind)
      const counted = new CountingTree('counted', root.nodes)
      compiled(sound(smallSpec()), { root: counted, boot: undefined })
      return counted.files
    }
    const few = times(100)
    assert.ok(times(400) < few + 50, `${few} files are read for 100 accounts, and many more for 400`)
  })
}

class CountingTree extends MemoryTree {
  files = 0

  override read(path: string): Uint8Array | undefined {
    const content = super.read(path)
    if (content !== undefined && !path.startsWith('/home/')) this.files += 1
    return content
  }
}

test('when too much was read, whoever took that for a file that cannot be read hears of it again', () => {
  const tree = new BudgetTree(memoryTree({ '/etc/a': 'x' }))
  for (let i = 0; i < 6000; i++) textAt(tree, '/etc/a')
  assert.throws(() => tree.assertKept(), /\/etc\/a is read over and over/)
  assert.throws(() => tree.lstat('/etc/b'), /\/etc\/a is read over and over/)
})

test('a tree gives a file so often and no more, and says which', () => {
  const tree = new BudgetTree(memoryTree({ '/etc/a': 'x' }))
  assert.throws(
    () => {
      for (let i = 0; i < 10_000; i++) tree.read('/etc/a')
    },
    (error: Error) => error instanceof TargetError && /\/etc\/a is read over and over/.test(error.message),
  )
})
