import * as assert from 'uvu/assert'
import { sftpOnly } from '../../../src/core/access/readers/sftp-only.ts'
import { ssh } from '../../../src/core/controls/ssh.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import type { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { problemsOf, runControl, secondRunDiffers, written } from '../../support/control.ts'
import { textOf, write } from '../../support/edit.ts'
import { outcomeOf, planOf } from '../../support/plan.ts'
import { everySample } from '../../support/samples.ts'
import { brief, HASH, KEYS, type LooseSpec, parse, smallSpec, specOf } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'
import { deviceWith, type Planted, short } from '../access/readers/device.ts'

/** Accounts that exchange files and do nothing else. */
const test = suite('sftp only')

const LITE = { behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' } as const
const DROP_IN = '/etc/ssh/sshd_config.d/00-pibake.conf'
const FOLDER = '/srv/sftp/bob'

/** alice works on the device, bob exchanges files. */
const withBob = (bob: object = {}, more: object = {}): LooseSpec => ({
  ...more,
  version: 1,
  users: [smallSpec().users[0], { name: 'bob', authorizedKeys: [KEYS.bob], sudo: 'none', sftpOnly: FOLDER, ...bob }],
})
const directory = (uid: number, mode = 0o755) => ({ kind: 'directory', mode, uid, gid: uid }) as const

for (const { title, options } of everySample()) {
  test(`${title}: a Match block of his own, a folder of root, one of his in it, and no second run changes them`, () => {
    const spec = specOf(withBob())
    const result = runControl(ssh, spec, samplePiOs(options))
    assert.equal(problemsOf(result), [])
    assert.match(
      written(result.contribution, DROP_IN),
      `
Match User bob
    ChrootDirectory ${FOLDER}
    ForceCommand internal-sftp -d /files
    DisableForwarding yes
`,
    )
    const { root } = result.target
    assert.equal(root.lstat(FOLDER), directory(0))
    assert.equal({ ...root.lstat(`${FOLDER}/files`) }, directory(1001, 0o700))
    assert.equal(secondRunDiffers(ssh, spec, result), [])
    const without = runControl(ssh, specOf({ ...withBob(), users: [smallSpec().users[0]] }), result.target)
    assert.not.match(written(without.contribution, DROP_IN), 'Match')
  })
}

test('without the key not a byte of the drop-in is another', () => {
  assert.not.match(
    written(runControl(ssh, specOf(smallSpec()), samplePiOs(LITE)).contribution, DROP_IN),
    /Match|Subsystem/,
  )
})

test('the account has no shell, no group of the stock user and no sudo', () => {
  const file = (path: string) => {
    const operation = planOf(withBob()).operations.find((one) => one.path === path)
    return operation?.kind === 'file' ? new TextDecoder().decode(operation.content) : ''
  }
  assert.match(file('/etc/passwd'), /^bob:x:1001:1001::\/home\/bob:\/usr\/sbin\/nologin$/m)
  assert.match(file('/etc/group'), /^bob:x:1001:$/m)
  assert.not.match(file('/etc/group'), /^(?!bob:).*\bbob\b/m)
})

test('an image whose sshd has no sftp gets it', () => {
  const image = samplePiOs(LITE)
  write(image.root, '/etc/ssh/sshd_config', textOf(image.root, '/etc/ssh/sshd_config').replace(/^Subsystem.*\n/m, ''))
  assert.match(
    written(runControl(ssh, specOf(withBob()), image).contribution, DROP_IN),
    /^Subsystem sftp internal-sftp$/m,
  )
  assert.not.match(written(runControl(ssh, specOf(smallSpec()), image).contribution, DROP_IN), 'Subsystem')
})

const refusedFolders: readonly (readonly [title: string, tamper: (root: MemoryTree) => void])[] = [
  ['the folder is his', ({ nodes }) => nodes.set('/srv/sftp', directory(0)).set(FOLDER, directory(1001))],
  ['a group may write above it', ({ nodes }) => nodes.set('/srv/sftp', directory(0, 0o775))],
  ['all may write above it', ({ nodes }) => nodes.set('/srv', directory(0, 0o1777))],
  ['a link is in the path', ({ nodes }) => nodes.set('/srv/sftp', { kind: 'symlink', target: '/opt', uid: 0, gid: 0 })],
  [
    'it is a file',
    (root) => {
      root.nodes.set('/srv/sftp', directory(0))
      write(root, FOLDER, 'x')
    },
  ],
  [
    'the files in it are somebody else’s',
    ({ nodes }) => nodes.set('/srv/sftp', directory(0)).set(FOLDER, directory(0)).set(`${FOLDER}/files`, directory(33)),
  ],
]
for (const [title, tamper] of refusedFolders) {
  test(`${title}: refused, with the place`, () => {
    const image = samplePiOs(LITE)
    image.root.nodes.set('/srv', directory(0))
    tamper(image.root)
    const { contribution } = runControl(ssh, specOf(withBob()), image)
    assert.equal(problemsOf(contribution), ['USR029 users[1].sftpOnly'])
    assert.match(contribution.problems?.[0]?.message ?? '', /^sshd would not let bob in: in the image, .*\/srv/)
  })
}

test('a Match of the image that is read before, and says otherwise, is refused', () => {
  const image = samplePiOs(LITE)
  write(image.root, '/etc/ssh/sshd_config.d/00-a.conf', 'Match User b*\n  ForceCommand none\n')
  assert.equal(problemsOf(runControl(ssh, specOf(withBob()), image)), ['SSH022 users[1].sftpOnly'])
  const later = samplePiOs(LITE)
  write(later.root, '/etc/ssh/sshd_config.d/99-z.conf', 'Match User b*\n  ForceCommand none\n')
  assert.equal(problemsOf(runControl(ssh, specOf(withBob()), later)), [])
})

const codesOf = (spec: LooseSpec) => parse(spec).problems.map((problem) => brief(problem).replace(/^.* /, ''))

test('what such an account cannot use or must not have is refused', () => {
  for (const bob of [
    { sudo: 'password', passwordHash: HASH },
    { sudo: undefined },
    { shell: '/bin/bash' },
    { mustChangePassword: true, passwordHash: HASH },
    { authorizedKeys: [{ key: KEYS.bob, command: '/bin/true' }] },
  ]) {
    assert.ok(codesOf(withBob(bob)).includes('USR015'), JSON.stringify(bob))
  }
  assert.equal(codesOf(withBob()), [])
  assert.equal(codesOf(withBob({}, { ssh: { enabled: false } })).includes('SPC012'), true)
})

test('folders that cannot be root’s alone, or are somebody else’s, are refused', () => {
  for (const sftpOnly of [
    'srv',
    '/',
    '/srv/../etc',
    '/srv/a b',
    '/srv/%u',
    '/tmp/x',
    '/run/x',
    '/home/bob',
    '/home/alice/up',
  ])
    assert.equal(codesOf(withBob({ sftpOnly })), ['USR014'], sftpOnly)
  for (const sftpOnly of ['/srv/x', '/home/sftp/bob', '/var/lib/sftp', '/opt/a.b_c+d@e-f'])
    assert.equal(codesOf(withBob({ sftpOnly })), [], sftpOnly)
  const two = (other: string) => {
    const spec = withBob()
    return {
      ...spec,
      users: [...spec.users, { name: 'eve', authorizedKeys: [KEYS.alice], sudo: 'none', sftpOnly: other }],
    }
  }
  assert.equal(codesOf(two(FOLDER)), ['USR014'])
  assert.equal(codesOf(two(`${FOLDER}/files/eve`)), ['USR014'])
  assert.equal(codesOf(two('/srv/sftp/eve')), [])
})

test('it is a way for files, not a way in: somebody else has to be able to log in', () => {
  const { codes, verdict } = outcomeOf(withBob())
  assert.equal(codes, [])
  assert.equal(
    verdict?.transfers.map(({ user, by, filesIn, root }) => [user, by, filesIn, root]),
    [['bob', 'key', FOLDER, 'no']],
  )
  assert.equal([...new Set(verdict?.ways.map(({ user }) => user))], ['alice'])
  assert.equal(verdict?.shut, [])
  const alone = { ...withBob(), users: [withBob().users[1]] }
  assert.ok(outcomeOf(alone).codes.includes('ACC001'))
})

test('with passwords it is a way by password, and never one at the console', () => {
  const bob = { passwordHash: HASH, authorizedKeys: [] }
  const { verdict } = outcomeOf(withBob(bob, { ssh: { passwordAuthentication: true } }))
  assert.equal(
    verdict?.transfers.map(({ user, by }) => [user, by]),
    [['bob', 'password']],
  )
})

const opened: readonly (readonly [title: string, planted: Planted])[] = [
  ['a command', { '/etc/ssh/sshd_config.d/00-a.conf': 'Match User bob\nForceCommand none\n' }],
  ['no folder', { '/etc/ssh/sshd_config.d/00-a.conf': 'Match User bob\nChrootDirectory none\n' }],
  ['all of the device', { '/etc/ssh/sshd_config.d/00-a.conf': 'Match User bob\nChrootDirectory /\n' }],
  [
    'ports',
    {
      '/etc/ssh/sshd_config.d/00-a.conf': 'Match User bob\nDisableForwarding no\nAllowTcpForwarding yes\n',
    },
  ],
  ['from one network', { '/etc/ssh/sshd_config.d/00-a.conf': 'Match Address 192.0.2.0/24\nForceCommand none\n' }],
]
for (const [title, planted] of opened) {
  test(`the finished device gives more (${title}): said, and refused`, () => {
    // Planted after the plan, which would have refused it.
    const device = deviceWith({}, withBob())
    assert.equal(sftpOnly(device).map(short), [])
    assert.equal(sftpOnly(deviceWith(planted, withBob())).map(short), ['open ssh bob ACC039 '])
  })
}
