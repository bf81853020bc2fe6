import { appendFileSync, chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { audit } from '../../src/core/audit/audit.ts'
import { inspect } from '../../src/device/inspect/inspect.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import { TODAY } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { stockImage } from './support/dress.ts'
import { attempt, run } from './support/run.ts'

const test = suite('files of an image, held against dpkg -V and find')

/** Files of packages that somebody has changed, in ways that matter and in ways that do not. */
function change(root: string): void {
  appendFileSync(join(root, 'usr/bin/id'), 'x')
  writeFileSync(join(root, 'usr/share/common-licenses/GPL-3'), '')
  appendFileSync(join(root, 'usr/lib/systemd/system/ssh.service'), '# x\n')
  rmSync(join(root, 'usr/bin/tac'))
  symlinkSync('cat', join(root, 'usr/bin/tac'))
  rmSync(join(root, 'usr/bin/nice'))
  chmodSync(join(root, 'usr/bin/nl'), 0o700)
  appendFileSync(join(root, 'etc/login.defs'), '# x\n')
}

/** Modes that others may write by, and bits that make somebody else of who starts a program. */
function open(root: string): void {
  const modes: readonly (readonly [string, number])[] = [
    ['etc/kit.conf', 0o666],
    ['etc/kit-2.conf', 0o664],
    ['opt/kit/bin/tool', 0o777],
    ['srv/kit/data', 0o602],
    ['usr/local/bin/kit', 0o757],
    ['usr/local/bin/suid', 0o4755],
    ['opt/kit/sgid', 0o2755],
  ]
  for (const [path, mode] of modes) {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), '\x7fELF')
    chmodSync(join(root, path), mode)
  }
  for (const [path, mode] of [
    ['srv/drop', 0o777],
    ['srv/sticky', 0o1777],
    ['opt/group', 0o775],
  ] as const) {
    mkdirSync(join(root, path))
    chmodSync(join(root, path), mode)
  }
}

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as const) {
  test(behaviour, () => {
    const image = stockImage(behaviour)
    const { root } = image
    const tree = new DirectoryTree(root)
    try {
      change(root)
      open(root)
      const target = { root: tree, boot: undefined }
      const inventory = inspect(target, { allowBooted: true, isLookedAt: true })
      const { findings } = audit(inventory, { today: TODAY, isDeep: true })
      const subjects = (rule: string) => findings.filter((one) => one.rule === rule).map(({ subject }) => subject)
      // dpkg -V lists what it cannot read the digest of as well, with `missing`; modes it does not check.
      const verified = attempt(['dpkg', `--root=${root}`, '--verify']).stdout.split('\n')
      const changed = verified.flatMap((line) => /^..5...... {3}(\/.*)$/.exec(line)?.[1] ?? [])
      assert.ok(changed.length >= 3, verified.join('\n'))
      // Its lists still spell `/bin/su`, which is a link's place in both releases.
      const merged = changed.map((path) => path.replace(/^\/(?=(?:s?bin|lib)\/)/, '/usr/'))
      assert.equal(subjects('changed-file').sort(), merged.sort())
      const said = [...subjects('world-writable'), ...subjects('root-way')]
      const writable = [
        '(',
        '-type',
        'f',
        '-perm',
        '-0002',
        ')',
        '-o',
        '(',
        '-type',
        'd',
        '-perm',
        '-0002',
        '!',
        '-perm',
        '-1000',
        ')',
      ]
      for (const path of found(root, writable)) assert.ok(said.includes(path), path)
      for (const path of subjects('world-writable')) assert.ok(found(root, writable).includes(path), path)
    } finally {
      tree.close()
      image.remove()
    }
  })
}

function found(root: string, question: readonly string[]): string[] {
  const stdout = run(['find', root, '-xdev', ...question])
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.slice(root.length))
}
