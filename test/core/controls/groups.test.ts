import * as assert from 'uvu/assert'
import { rootAccounts } from '../../../src/core/access/readers/root-accounts.ts'
import { accounts } from '../../../src/core/controls/accounts.ts'
import { accountsAfter } from '../../../src/core/controls/owners.ts'
import { inspect } from '../../../src/device/inspect/inspect.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import type { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { contextOf, problemsOf, runControl, secondRunDiffers } from '../../support/control.ts'
import { textOf, write } from '../../support/edit.ts'
import { outcomeOf, planOf } from '../../support/plan.ts'
import { everySample } from '../../support/samples.ts'
import { brief, HASH, KEYS, type LooseSpec, parse, smallSpec, specOf } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'
import { deviceWith, short } from '../access/readers/device.ts'

/** Groups of the spec, numbers of its own, and groups that only a package makes. */
const test = suite('groups and numbers')

const LITE = { behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' } as const

const line = (tree: MemoryTree, file: string, name: string) =>
  textOf(tree, `/etc/${file}`)
    .split('\n')
    .find((text) => text.startsWith(`${name}:`))
/** The smallest spec, with more for its user and beside it. */
const withUser = (user: object, more: object = {}): LooseSpec => ({
  ...smallSpec(),
  ...more,
  users: [{ ...smallSpec().users[0], ...user }],
})
const codesOf = (spec: LooseSpec) => parse(spec).problems.map(brief)

for (const { title, options } of everySample()) {
  test(`${title}: groups get numbers, users join them, and keep both when pibake runs again`, () => {
    const spec = specOf(
      withUser(
        { groups: ['media', 'gpio', 'pihole'] },
        {
          groups: [
            { name: 'media' },
            { name: 'pihole', system: true },
            { name: 'share', gid: 1500 },
            { name: 'gpio', system: true },
          ],
        },
      ),
    )
    const image = samplePiOs(options)
    const result = runControl(accounts, spec, image)
    const { root } = result.target
    assert.equal(problemsOf(result), [])
    assert.is(line(root, 'passwd', 'alice'), 'alice:x:1000:1000::/home/alice:/bin/bash')
    assert.is(line(root, 'group', 'media'), 'media:x:1001:alice')
    assert.is(line(root, 'gshadow', 'media'), 'media:!::alice')
    assert.is(line(root, 'group', 'share'), 'share:x:1500:')
    const [, , gid, members] = line(root, 'group', 'pihole')?.split(':') ?? []
    assert.is(members, 'alice')
    const taken = textOf(image.root, '/etc/group')
      .split('\n')
      .map((text) => text.split(':')[2])
    assert.ok(Number(gid) >= 100 && Number(gid) <= 999 && !taken.includes(gid), gid)
    assert.is(line(root, 'group', 'gpio')?.split(':')[2], line(image.root, 'group', 'gpio')?.split(':')[2])
    assert.equal(secondRunDiffers(accounts, spec, result), [])
  })

  test(`${title}: a user has the number of the spec, and others pass it over`, () => {
    const spec = specOf({
      version: 1,
      users: [
        { name: 'bob', authorizedKeys: [KEYS.bob] },
        { name: 'alice', uid: 1000, authorizedKeys: [KEYS.alice], passwordHash: HASH },
      ],
    })
    const result = runControl(accounts, spec, samplePiOs(options))
    const { root } = result.target
    assert.equal(problemsOf(result), [])
    assert.is(line(root, 'passwd', 'alice'), 'alice:x:1000:1000::/home/alice:/bin/bash')
    assert.is(line(root, 'group', 'alice'), 'alice:x:1000:')
    assert.is(line(root, 'passwd', 'bob'), 'bob:x:1001:1001::/home/bob:/bin/bash')
    assert.is(root.lstat('/home/alice/.ssh')?.uid, 1000)
    assert.is(line(root, 'subuid', 'alice'), 'alice:165536:65536')
    assert.equal(secondRunDiffers(accounts, spec, result), [])
  })
}

test('numbers that are taken, or are others in the image, are refused with who has them', () => {
  const image = samplePiOs(LITE)
  write(image.root, '/etc/passwd', `${textOf(image.root, '/etc/passwd')}kim:x:1234:1234::/home/kim:/bin/bash\n`)
  write(image.root, '/etc/shadow', `${textOf(image.root, '/etc/shadow')}kim:!:20000::::::\n`)
  write(image.root, '/etc/group', `${textOf(image.root, '/etc/group')}kim:x:1234:\nshare:x:1300:\n`)
  const gpio = Number(line(image.root, 'group', 'gpio')?.split(':')[2])
  const problems = (spec: LooseSpec) =>
    (runControl(accounts, specOf(spec), image).contribution.problems ?? []).map(
      ({ code, message }) => `${code} ${message}`,
    )
  const files = 'and its files belong to that number'
  const cases: readonly (readonly [LooseSpec, string])[] = [
    [withUser({ uid: 1234 }), "USR027 the number 1234 is not free: the account 'kim' has it"],
    [withUser({ uid: 1300 }), "USR027 the number 1300 is not free: the group 'share' has it"],
    [withUser({ name: 'kim', uid: 1235 }), `USR028 the image has 'kim' with the uid 1234, ${files}`],
    [
      withUser({}, { groups: [{ name: 'x', gid: 1300 }] }),
      "USR027 the number 1300 is not free: the group 'share' has it",
    ],
    [
      withUser({}, { groups: [{ name: 'x', gid: gpio, system: true }] }),
      `USR027 the number ${gpio} is not free: the group 'gpio' has it`,
    ],
    [
      withUser({}, { groups: [{ name: 'share', gid: 1301 }] }),
      `USR028 the image has 'share' with the gid 1300, ${files}`,
    ],
    [
      withUser({}, { groups: [{ name: 'share', system: true }] }),
      "USR028 the group 'share' of the image has the gid 1300, so it is not a group of the system",
    ],
    [
      withUser({}, { groups: [{ name: 'gpio' }] }),
      `USR028 the group 'gpio' of the image has the gid ${gpio}, so it is a group of the system`,
    ],
  ]
  for (const [spec, message] of cases) assert.equal(problems(spec), [message])
  assert.equal(problems(withUser({ name: 'kim', uid: 1234 })), [])
  assert.equal(problems(withUser({}, { groups: [{ name: 'share', gid: 1300 }] })), [])
})

test('a system without a free number for a group of the system is refused', () => {
  const image = samplePiOs(LITE)
  const all = Array.from({ length: 900 }, (_, i) => `taken${i}:x:${100 + i}:\n`).join('')
  write(image.root, '/etc/group', textOf(image.root, '/etc/group') + all)
  const spec = specOf(withUser({}, { groups: [{ name: 'x', system: true }] }))
  assert.equal(problemsOf(runControl(accounts, spec, image)), ['USR027 groups[0].name'])
})

test('numbers out of range, twice, and names twice are refused before any image is looked at', () => {
  for (const uid of [0, 1, 999, 60_001, 65_534, 1000.5]) assert.match(codesOf(withUser({ uid })).join(), /USR011/)
  for (const gid of [0, 99, 60_001])
    assert.match(codesOf(withUser({}, { groups: [{ name: 'x', gid }] })).join(), /USR011/)
  for (const group of [
    { name: 'x', gid: 999 },
    { name: 'x', gid: 1000, system: true },
  ])
    assert.match(codesOf(withUser({}, { groups: [group] })).join(), /USR011/)
  for (const group of [
    { name: 'x', gid: 1000 },
    { name: 'x', gid: 999, system: true },
  ])
    assert.equal(codesOf(withUser({}, { groups: [group] })), [])
  const twice = withUser({ uid: 1500 }, { groups: [{ name: 'x', gid: 1500 }] })
  assert.match(codesOf(twice).join(), /USR012/)
  assert.match(codesOf(withUser({}, { groups: [{ name: 'x' }, { name: 'x' }] })).join(), /USR013/)
  assert.match(codesOf(withUser({}, { groups: [{ name: 'alice' }] })).join(), /USR013/)
  assert.match(codesOf(withUser({}, { groups: [{ name: 'Media Files' }] })).join(), /USR008/)
})

const STEP = '/usr/lib/pibake/steps/66-groups.sh'

const textIn = (spec: LooseSpec, path: string) => {
  const operation = planOf(spec).operations.find((one) => one.path === path)
  return operation?.kind === 'file' ? new TextDecoder().decode(operation.content) : operation?.kind
}

test('a group that a package of the spec makes is joined at the first start, and said', () => {
  const spec = withUser({ groups: ['gpio', 'docker'] }, { packages: { install: ['docker.io'] } })
  assert.is(textIn(spec, '/etc/pibake/first-boot/groups'), 'alice:docker\n')
  assert.match(String(textIn(spec, STEP)), 'gpasswd')
  const notes = planOf(spec).notes.map(({ severity, message }) => `${severity}: ${message}`)
  for (const note of [
    'info: alice joins the group docker at the first start, when docker.io has made it',
    'warning: alice can become root by the group docker, which starts containers in which it is root of the device',
  ])
    assert.ok(notes.includes(note), notes.join('\n'))
})

test('without the key the step is not there, and what an earlier spec wrote goes', () => {
  const paths = ['/etc/pibake/first-boot/groups', STEP]
  const tamper = (root: MemoryTree) => {
    for (const path of paths) {
      root.nodes.set(path.slice(0, path.lastIndexOf('/')), { kind: 'directory', mode: 0o755, uid: 0, gid: 0 })
      write(root, path, 'x')
    }
  }
  const kinds = (options?: Parameters<typeof planOf>[1]) =>
    planOf(smallSpec(), options).operations.flatMap(({ kind, path }) => (paths.includes(path) ? [kind] : []))
  assert.equal(kinds(), [])
  assert.equal(kinds({ tamper }), ['remove', 'remove'])
})

test('without the package, or of an unknown name, the group is refused with what makes it', () => {
  const problems = (groups: string[]) => {
    const { contribution } = runControl(accounts, specOf(withUser({ groups })), samplePiOs(LITE))
    return (contribution.problems ?? []).map(({ code, hint }) => `${code} ${hint}`)
  }
  assert.equal(problems(['docker']), ['USR024 the package docker.io makes it: packages.install: [docker.io]'])
  assert.equal(problems(['pihole']), [
    'USR024 name it in groups, which makes it: groups: [{ name: pihole, system: true }]',
  ])
})

test('where the image has the group already, or the spec makes it, it is joined at once', () => {
  const image = samplePiOs(LITE)
  write(image.root, '/etc/group', `${textOf(image.root, '/etc/group')}docker:x:991:\n`)
  const spec = withUser({ groups: ['docker'] }, { packages: { install: ['docker.io'] } })
  const result = runControl(accounts, specOf(spec), image)
  assert.is(line(result.target.root, 'group', 'docker'), 'docker:x:991:alice')
  const declared = { ...spec, groups: [{ name: 'docker', gid: 950, system: true }] }
  assert.is(textIn(declared, '/etc/pibake/first-boot/groups'), undefined)
  const context = contextOf(specOf(declared), inspect(samplePiOs(LITE), { allowBooted: false }))
  const docker = accountsAfter(context).group.find(({ name }) => name === 'docker')
  assert.equal([docker?.gid, docker?.members], [950, ['alice']])
})

test('who joins docker at the first start is root: the proof sees it, and refuses it for sudo: none', () => {
  const users = (sudo: string) => [
    smallSpec().users[0],
    { name: 'bob', authorizedKeys: [KEYS.bob], passwordHash: HASH, sudo, groups: ['docker'] },
  ]
  const spec = (sudo: string) => ({ version: 1, users: users(sudo), packages: { install: ['docker.io'] } })
  assert.equal(rootAccounts(deviceWith({}, spec('none'))).map(short), ['open root bob ACC036 /etc/group'])
  assert.equal(outcomeOf(spec('none')).codes, ['ACC036'])
  const { codes, verdict } = outcomeOf(spec('password'))
  assert.equal(codes, [])
  const groups = verdict?.ways
    .filter(({ user }) => user === 'bob')
    .map(({ rootGroups }) => rootGroups.map(({ name }) => name))
  assert.equal(groups?.[0], ['docker'])
})

test('files may belong to a group of the spec', () => {
  const file = { path: '/srv/x', content: 'x', mode: '0640', owner: 'root', group: 'media' }
  const spec = withUser({}, { groups: [{ name: 'media', gid: 1200 }], files: [file] })
  const operation = planOf(spec).operations.find(({ path }) => path === '/srv/x')
  assert.is(operation?.kind === 'file' && operation.owner.gid, 1200)
})
