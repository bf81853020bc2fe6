import * as assert from 'uvu/assert'
import { accounts } from '../../../src/core/controls/accounts.ts'
import type { SampleOptions } from '../../../src/sample/options.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import type { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { problemsOf, runControl, secondRunDiffers } from '../../support/control.ts'
import { textOf, write } from '../../support/edit.ts'
import { everySample } from '../../support/samples.ts'
import { HASH, KEYS, specOf } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('accounts')

const LITE: SampleOptions = { behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' }
const FILES = ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'] as const

const specText = (more = '', user = '') =>
  `version: 1\nusers:\n  - name: alice\n    passwordHash: "${HASH}"\n    authorizedKeys: ["${KEYS.alice}"]\n${user}${more}`
const specWith = (more = '', user = '') => specOf(specText(more, user))

const line = (tree: MemoryTree, file: string, name: string) =>
  textOf(tree, `/etc/${file}`)
    .split('\n')
    .find((text) => text.startsWith(`${name}:`))
const groupsOf = (tree: MemoryTree, name: string, file = 'group') =>
  textOf(tree, `/etc/${file}`)
    .split('\n')
    .filter((text) => text.split(':')[3]?.split(',').includes(name))
    .map((text) => text.split(':')[0])

for (const { title, options } of everySample()) {
  test(`${title}: the owner comes, pi goes, nothing else changes`, () => {
    const image = samplePiOs(options)
    const result = runControl(accounts, specWith(), image)
    const { root } = result.target
    assert.equal(problemsOf(result), [])
    assert.is(line(root, 'passwd', 'alice'), 'alice:x:1000:1000::/home/alice:/bin/bash')
    assert.is(line(root, 'shadow', 'alice'), `alice:${HASH}::0:99999:7:::`)
    assert.is(line(root, 'group', 'alice'), 'alice:x:1000:')
    assert.is(line(root, 'gshadow', 'alice'), 'alice:!::')
    assert.is(line(root, 'subuid', 'alice'), 'alice:100000:65536')
    assert.equal(groupsOf(root, 'alice').sort(), groupsOf(image.root, 'pi').sort())
    assert.equal(groupsOf(root, 'alice', 'gshadow').sort(), groupsOf(image.root, 'pi', 'gshadow').sort())
    for (const file of FILES) {
      const strange = (text: string) =>
        text
          .replace(/^(pi|alice|rpi-first-boot-wizard):.*\n/gm, '')
          .replace(/\b(pi|alice|rpi-first-boot-wizard)\b,?/g, '')
      const tidy = (text: string) => strange(text).replace(/,$/gm, '')
      assert.is(tidy(textOf(root, `/etc/${file}`)), tidy(textOf(image.root, `/etc/${file}`)), file)
      assert.not.match(textOf(root, `/etc/${file}`), /\bpi\b|wizard/)
      assert.is(root.lstat(`/etc/${file}-`), undefined)
    }
    assert.equal(root.lstat('/etc/shadow'), {
      ...image.root.lstat('/etc/shadow'),
      size: textOf(root, '/etc/shadow').length,
    })
    assert.ok(root.lstat('/home/pi'))
    assert.is(root.lstat('/home/rpi-first-boot-wizard'), undefined)
    assert.equal(secondRunDiffers(accounts, specWith(), result), [])
  })
}

test('the home is made from skel, closed, with the keys as StrictModes wants them', () => {
  const { root } = runControl(accounts, specWith(), samplePiOs(LITE)).target
  const own = { uid: 1000, gid: 1000 }
  assert.equal(root.lstat('/home/alice'), { kind: 'directory', mode: 0o700, ...own })
  assert.equal(root.list('/home/alice'), ['.bash_logout', '.bashrc', '.profile', '.ssh'])
  assert.equal(root.read('/home/alice/.profile'), root.read('/etc/skel/.profile'))
  assert.equal(root.lstat('/home/alice/.ssh'), { kind: 'directory', mode: 0o700, ...own })
  const keys = root.lstat('/home/alice/.ssh/authorized_keys')
  assert.equal(keys, { kind: 'file', mode: 0o600, ...own, size: KEYS.alice.length + 1 })
  assert.is(textOf(root, '/home/alice/.ssh/authorized_keys'), `${KEYS.alice}\n`)
})

test('the password is secret in every operation that holds it', () => {
  const { operations } = runControl(accounts, specWith(), samplePiOs(LITE))
  const holding = [...operations.values()].filter(
    (o) => o.kind === 'file' && new TextDecoder().decode(o.content).includes(HASH),
  )
  assert.equal(
    holding.map((o) => [o.path, o.kind === 'file' && o.secret]),
    [['/etc/shadow', true]],
  )
})

test('key-only, must change, and the last day of an account', () => {
  const keyOnly = specOf(`version: 1\nusers:\n  - { name: alice, authorizedKeys: ["${KEYS.alice}"], sudo: nopasswd }\n`)
  assert.is(
    line(runControl(accounts, keyOnly, samplePiOs(LITE)).target.root, 'shadow', 'alice'),
    'alice:*::0:99999:7:::',
  )
  const user = '    expires: 2027-01-01\n    mustChangePassword: true\n'
  const root = runControl(accounts, specWith('', user), samplePiOs(LITE)).target.root
  // 2027-01-02 is day 20820 since 1970.
  assert.is(line(root, 'shadow', 'alice'), `alice:${HASH}:0:0:99999:7::20820:`)
})

test('removeHome takes the home, the mail, the crontab and the lingering of pi too', () => {
  const image = samplePiOs(LITE)
  for (const path of ['/var/mail/pi', '/var/spool/cron/crontabs/pi', '/var/lib/systemd/linger/pi'])
    write(image.root, path, 'x')
  const kept = runControl(accounts, specWith(), image).target.root
  assert.ok(kept.lstat('/home/pi/.profile'))
  for (const path of ['/var/mail/pi', '/var/spool/cron/crontabs/pi', '/var/lib/systemd/linger/pi'])
    assert.is(kept.lstat(path), undefined, path)
  const gone = runControl(accounts, specWith('removeHome: true\n'), image).target.root
  assert.is(gone.lstat('/home/pi'), undefined)
})

test('a home that holds another home, or is none, is never removed', () => {
  for (const home of ['/home', '/', '/home/alice', '/home/pi/..']) {
    const image = samplePiOs(LITE)
    write(image.root, '/etc/passwd', textOf(image.root, '/etc/passwd').replace(':/home/pi:', `:${home}:`))
    const { operations } = runControl(accounts, specWith('removeHome: true\n'), image)
    assert.is([...operations.values()].filter((o) => o.kind === 'remove' && o.path === home).length, 0, home)
  }
})

test('a group of pi that others use stays', () => {
  const image = samplePiOs(LITE)
  write(image.root, '/etc/group', textOf(image.root, '/etc/group').replace('pi:x:1000:', 'pi:x:1000:www-data'))
  assert.is(line(runControl(accounts, specWith(), image).target.root, 'group', 'pi'), 'pi:x:1000:www-data')
})

test('a locked pi has no password, no shell and is expired; its memberships and home stay', () => {
  const spec = specWith('defaultUser: lock\n')
  for (const { options } of everySample()) {
    const result = runControl(accounts, spec, samplePiOs(options))
    const { root } = result.target
    assert.match(line(root, 'passwd', 'pi') ?? '', /:\/usr\/sbin\/nologin$/)
    assert.match(line(root, 'shadow', 'pi') ?? '', /^pi:!:\d+:0:99999:7::1:$/)
    assert.ok(groupsOf(root, 'pi').includes('gpio'))
    assert.match(line(root, 'passwd', 'alice') ?? '', /^alice:x:1001:1001:/)
    assert.equal(secondRunDiffers(accounts, spec, result), [])
  }
})

test('a password that pi had is locked, and can be told from none', () => {
  const image = samplePiOs(LITE)
  write(image.root, '/etc/shadow', textOf(image.root, '/etc/shadow').replace(/^pi:!:/m, `pi:${HASH}:`))
  const { root } = runControl(accounts, specWith('defaultUser: lock\n'), image).target
  assert.ok(line(root, 'shadow', 'pi')?.startsWith(`pi:!${HASH}:`))
})

test('a kept pi is not touched', () => {
  const image = samplePiOs(LITE)
  const { root } = runControl(accounts, specWith('defaultUser: keep\n'), image).target
  assert.is(line(root, 'passwd', 'pi'), line(image.root, 'passwd', 'pi'))
  assert.is(line(root, 'shadow', 'pi'), line(image.root, 'shadow', 'pi'))
})

test('pi itself can be the owner: in place, with a shell, whatever defaultUser says', () => {
  for (const mode of ['remove', 'lock', 'keep']) {
    const spec = specOf(specText(`defaultUser: ${mode}\n`).replace('name: alice', 'name: pi'))
    const result = runControl(accounts, spec, samplePiOs(LITE))
    assert.equal(problemsOf(result), [])
    const { root } = result.target
    assert.is(line(root, 'passwd', 'pi'), 'pi:x:1000:1000:,,,:/home/pi:/bin/bash')
    assert.is(line(root, 'shadow', 'pi'), `pi:${HASH}::0:99999:7:::`)
    assert.ok(root.lstat('/home/pi/.ssh/authorized_keys'))
    assert.equal(secondRunDiffers(accounts, spec, result), [])
  }
})

test('files of skel that the image has changed in the home stay', () => {
  const image = samplePiOs(LITE)
  write(image.root, '/home/pi/.bashrc', 'mine')
  const spec = specOf(specText().replace('name: alice', 'name: pi'))
  assert.is(textOf(runControl(accounts, spec, image).target.root, '/home/pi/.bashrc'), 'mine')
})

test('keys that the image had for an owner do not open the account any more', () => {
  const image = samplePiOs(LITE)
  write(image.root, '/home/pi/.ssh/authorized_keys', KEYS.bob)
  write(image.root, '/home/pi/.ssh/authorized_keys2', KEYS.bob)
  const spec = specOf(`version: 1\nusers:\n  - { name: pi, passwordHash: "${HASH}" }\nssh: { enabled: false }\n`)
  const { root } = runControl(accounts, spec, image).target
  assert.is(root.lstat('/home/pi/.ssh/authorized_keys'), undefined)
  assert.is(root.lstat('/home/pi/.ssh/authorized_keys2'), undefined)
})

test('several owners get numbers in the order of the spec, and keep them', () => {
  const spec = specWith(`  - { name: bob, authorizedKeys: ["${KEYS.bob}"], sudo: none }\n`)
  const first = runControl(accounts, spec, samplePiOs(LITE))
  assert.match(line(first.target.root, 'passwd', 'bob') ?? '', /^bob:x:1001:1001:/)
  assert.is(line(first.target.root, 'subuid', 'bob'), 'bob:165536:65536')
  const swapped = { ...spec, users: [...spec.users].reverse() }
  const second = runControl(accounts, swapped, first.target)
  assert.match(line(second.target.root, 'passwd', 'bob') ?? '', /^bob:x:1001:1001:/)
})

test('without sudo there is no group sudo', () => {
  const { root } = runControl(accounts, specWith('', '    sudo: none\n'), samplePiOs(LITE)).target
  assert.not(groupsOf(root, 'alice').includes('sudo'))
  assert.ok(groupsOf(root, 'alice').includes('gpio'))
  const pi = specOf(specText('', '    sudo: none\n').replace('name: alice', 'name: pi'))
  assert.not(groupsOf(runControl(accounts, pi, samplePiOs(LITE)).target.root, 'pi').includes('sudo'))
})

test('a list of groups is exact', () => {
  const spec = specOf(specText('', '    groups: [gpio, video]\n').replace('name: alice', 'name: pi'))
  assert.equal(groupsOf(runControl(accounts, spec, samplePiOs(LITE)).target.root, 'pi').sort(), ['gpio', 'video'])
})

test('groups that the image lacks: a note for the default, an error with a suggestion for a list', () => {
  const image = samplePiOs(LITE)
  write(image.root, '/etc/group', textOf(image.root, '/etc/group').replace(/^i2c:.*\n/m, ''))
  const notes = runControl(accounts, specWith(), image).contribution.notes ?? []
  assert.ok(notes.some(({ message }) => message === 'alice is not put into i2c: the image has no such group'))
  const wrong = runControl(accounts, specWith('', '    groups: [gpoi, sudo]\n'), samplePiOs(LITE))
  assert.equal(problemsOf(wrong), ['USR024 users[0].groups[0]'])
  assert.is(wrong.contribution.problems?.[0]?.hint, "did you mean 'gpio'?")
})

test('what cannot be is told with its place', () => {
  const image = samplePiOs(LITE)
  write(image.root, '/etc/passwd', `${textOf(image.root, '/etc/passwd')}kiosk:x:600:600::/home/kiosk:/bin/sh\n`)
  write(image.root, '/etc/shadow', `${textOf(image.root, '/etc/shadow')}kiosk:!:::::::\n`)
  write(image.root, '/etc/group', `${textOf(image.root, '/etc/group')}docker:x:700:\n`)
  const named = (name: string, user = '') => specOf(specText('', user).replace('name: alice', `name: ${name}`))
  assert.equal(problemsOf(runControl(accounts, named('kiosk'), image)), ['USR020 users[0].name'])
  assert.equal(problemsOf(runControl(accounts, named('docker'), image)), ['USR021 users[0].name'])
  assert.equal(problemsOf(runControl(accounts, named('alice', '    shell: /usr/bin/zsh\n'), image)), [
    'USR023 users[0].shell',
  ])
  const left = samplePiOs(LITE)
  left.root.nodes.set('/home/alice', { kind: 'directory', mode: 0o700, uid: 1234, gid: 1234 })
  assert.equal(problemsOf(runControl(accounts, specWith(), left)), ['USR026 users[0].name'])
})

test('an account of the image that nobody named is told', () => {
  const image = samplePiOs(LITE)
  write(image.root, '/etc/passwd', `${textOf(image.root, '/etc/passwd')}kiosk:x:1005:100::/home/kiosk:/bin/sh\n`)
  write(image.root, '/etc/shadow', `${textOf(image.root, '/etc/shadow')}kiosk:!:::::::\n`)
  const notes = runControl(accounts, specWith(), image).contribution.notes ?? []
  assert.ok(notes.some(({ severity, message }) => severity === 'warning' && message.includes("'kiosk' (uid 1005)")))
})

test('foreign lines stay byte by byte: comments, NIS entries, a GECOS in Latin-1', () => {
  const image = samplePiOs(LITE)
  const extra = Buffer.from('# kept\njo:x:1500:1500:J\xf6rg:/home/jo:/bin/sh\n+::::::\n', 'latin1')
  const before = Buffer.concat([image.root.read('/etc/passwd') as Uint8Array, extra])
  image.root.nodes.set('/etc/passwd', { kind: 'file', content: before, mode: 0o644, uid: 0, gid: 0 })
  write(image.root, '/etc/shadow', `${textOf(image.root, '/etc/shadow')}jo:!:::::::\n`)
  const after = Buffer.from(runControl(accounts, specWith(), image).target.root.read('/etc/passwd') as Uint8Array)
  assert.ok(after.includes(extra))
})
