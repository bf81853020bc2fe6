import { rmSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { fuzz } from './support/fuzz.ts'
import { makeExt4, variants } from './support/make.ts'

const test = suite('ext4: random edits')

/** How many sequences of operations in all; each one on another of the variants. */
const sequences = Number(process.env.PIBAKE_EXT4_FUZZ ?? Object.keys(variants).length)
const first = Number(process.env.PIBAKE_EXT4_FUZZ_SEED ?? 0)
const OPERATIONS = 250

const many = Array.from({ length: 400 }, (_, i) => [`etc/many/some file with a number ${i}`, `${i}`] as const)
const tree = {
  ...Object.fromEntries(many),
  'etc/hostname': 'pi\n',
  'usr/share/doc/': '',
  'etc/x': { link: 'hostname' },
}

test(`${sequences} sequences leave what a model says, and e2fsck content`, () =>
  inWorkdir((work) => {
    const names = Object.entries(variants)
    let operations = 0
    let full = 0
    for (let seed = first; seed < first + sequences; seed++) {
      const [name, args] = names[seed % names.length] as (typeof names)[number]
      const file = join(work, `image-${seed}`)
      // Every other one is small, so that it is full now and then, or has no inode left.
      const size = seed % 2 === 0 ? { size: 24 } : { size: 9, args: [...args, '-N', '512'] }
      makeExt4(file, { args, tree, isIndexed: true, ...size })
      try {
        const result = fuzz(file, seed, OPERATIONS)
        operations += result.operations
        full += result.full
      } catch (error) {
        throw new Error(`seed ${seed} (${name}): ${error instanceof Error ? error.stack : error}`)
      }
      rmSync(file)
      rmSync(`${file}.tree`, { recursive: true })
      if (seed % 100 === 99) console.log(`seed ${seed}: ${operations} operations, ${full} times full`)
    }
    assert.ok(operations > sequences * OPERATIONS * 0.8, `${operations} operations`)
    console.log(`${sequences} sequences, ${operations} operations, ${full} times full`)
  }))
