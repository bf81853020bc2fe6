import * as assert from 'uvu/assert'
import { directory, file, type Operation, remove, symlink } from '../../../src/core/plan/operation.ts'
import type { UnitRequest } from '../../../src/core/plan/request.ts'
import type { Change, State } from '../../../src/core/plan/state.ts'
import { foldChanges } from '../../../src/core/presentation/fold.ts'
import { origin } from '../../support/origin.ts'
import { suite } from '../../support/suite.ts'

const test = suite('changes in few words')

const text = new TextEncoder().encode('x\n')
const there: State = { kind: 'file', mode: 0o644, uid: 0, gid: 0, digest: 'sha256:0' }
const made = (operation: Operation): Change => ({ operation, before: { kind: 'absent' } })
const changed = (path: string): Change => ({ operation: file(path, text, { origin }), before: there })
const newFile = (path: string) => made(file(path, text, { origin }))
const newFolder = (path: string) => made(directory(path, { origin }))
const folded = (changes: readonly Change[], units: readonly UnitRequest[] = []) =>
  foldChanges(changes, units).map((item) => `${item.mark} ${item.text}`)

test('files side by side share their folder', () => {
  assert.equal(folded([changed('/etc/passwd'), changed('/etc/shadow'), newFile('/etc/motd'), newFile('/opt/x')]), [
    '~ /etc/{passwd,shadow}',
    '+ /etc/motd',
    '+ /opt/x',
  ])
})

test('a new folder stands for what is new in it; with one file, for that file; empty, for itself', () => {
  assert.equal(folded([newFolder('/etc/ufw'), newFile('/etc/ufw/a'), newFile('/etc/ufw/b')]), ['+ /etc/ufw (3)'])
  assert.equal(folded([newFolder('/a'), newFolder('/a/b'), newFile('/a/b/c')]), ['+ /a/b/c'])
  assert.equal(folded([newFolder('/var/log/journal')]), ['+ /var/log/journal/'])
  assert.equal(folded([newFolder('/a'), newFile('/ab')]), ['+ /a/', '+ /ab'], 'a name that begins alike is not below')
})

test('every path that is removed is named', () => {
  const paths = ['/etc/a', '/etc/b', '/etc/c']
  const removed = paths.map((path): Change => ({ operation: remove(path, { origin }), before: there }))
  assert.equal(
    folded(removed),
    paths.map((path) => `- ${path}`),
  )
})

test('links that switch a unit are its name and state, once', () => {
  const links = ['a.target.wants', 'b.target.wants'].map((folder) =>
    made(symlink(`/etc/systemd/system/${folder}/x.service`, '/usr/lib/systemd/system/x.service', { origin })),
  )
  const masked = made(symlink('/etc/systemd/system/y.socket', '/dev/null', { origin }))
  const other = made(symlink('/etc/systemd/system/z.service', '/usr/lib/systemd/system/z.service', { origin }))
  assert.equal(
    folded(
      [...links, masked, other],
      [
        { unit: 'x.service', state: 'enabled', origin },
        { unit: 'y.socket', state: 'masked', origin },
      ],
    ),
    ['+ /etc/systemd/system/z.service', '+ x.service enabled', '- y.socket masked'],
  )
})

test('the boot partition is named, and a name that would move the cursor is made visible', () => {
  const boot = { ...file('/cmdline.txt', text, { origin }), partition: 'boot' } as const
  assert.equal(folded([{ operation: boot, before: there }]), ['~ boot:/cmdline.txt'])
  assert.equal(folded([newFile('/etc/\u001b[2J')]), ['+ /etc/\\u{1b}[2J'])
})
