import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { pibake } from '../support/cli.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { BASES, makeBases, ROUTES, SPEC } from '../write/bake/support/bases.ts'
import { digestsIn } from '../write/bake/support/digests.ts'
import { run } from './support/run.ts'

// As root: a small file system of its own is full at other moments than a test could name.
const test = suite('bake to a full disk')

const KIB = 1024
/** The output that is made with the most temporary files. */
const MOST_FILES = 'x.img.zst'

/** Bakes to a tmpfs with the option. @returns the exit code, and what is left there */
function bakeTo(work: string, option: string, [base, name]: readonly [string, string]) {
  const disk = join(work, 'disk')
  mkdirSync(disk, { recursive: true })
  run(['mount', '-t', 'tmpfs', '-o', option, 'tmpfs', disk])
  try {
    const { code, stderr } = pibake(['bake', join(work, SPEC), join(work, base), '-o', join(disk, name)])
    return { code, stderr, left: readdirSync(disk) }
  } finally {
    run(['umount', disk])
  }
}

for (const [base, name] of [...ROUTES, ['base.img.xz', 'x.img'] as const]) {
  test(`${base} to ${name}: exit code 75 and nothing left, however much room there is, until it is enough`, () =>
    inWorkdir(async (work) => {
      await makeBases(work)
      const bases = digestsIn(work, BASES)
      const makeFull = (option: string): boolean => {
        const { code, stderr, left } = bakeTo(work, option, [base, name])
        if (code === 0) return false
        assert.is(code, 75, `${option}: ${stderr}`)
        assert.equal(left, [], option)
        return true
      }
      let size = 24 * KIB
      while (makeFull(`size=${Math.floor(size / KIB)}k`)) size *= 3
      assert.ok(size > 100 * KIB, `${size}`)
      if (name === MOST_FILES) {
        // The directory itself is one.
        let files = 1
        while (makeFull(`nr_inodes=${files}`)) files += 1
        assert.ok(files > 5, `${files}`)
      }
      assert.equal(digestsIn(work, BASES), bases)
    }))
}
