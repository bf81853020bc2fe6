import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import { recover } from '../../src/write/apply/recover.ts'
import { suite } from '../support/suite.ts'
import { type Image, stockImage } from './support/dress.ts'
import { Owner } from './support/owner.ts'
import { pibake, program } from './support/pibake.ts'
import { difference, snapshot } from './support/snapshot.ts'

const test = suite('apply killed on a real root')
/** When apply is killed: so many milliseconds after this file has appeared. */
const KILLS = [
  { after: '.pibake-apply', delay: 0 },
  ...[0, 5, 15, 40].map((delay) => ({ after: '.pibake-apply/journal.json', delay })),
]
const written = ['root/etc', 'root/home', 'root/usr/lib', 'boot']
const owner = new Owner()
process.once('exit', () => owner.remove())

const snap = (image: Image) => snapshot(dirname(image.root), written, { times: true })

/**
 * Starts apply, waits for the file in the root partition, and kills it so much later. On a busy machine the file may come and go
 * unseen: apply has then come to its end.
 */
async function killedApply(image: Image, { after, delay }: (typeof KILLS)[number]): Promise<void> {
  const args = [program, 'apply', owner.spec, '--boot', image.boot, '--root', image.root]
  const child = spawn(process.execPath, args, { stdio: 'ignore' })
  const exit = once(child, 'exit')
  while (!existsSync(join(image.root, after))) {
    if (child.exitCode === 0) return
    if (child.exitCode !== null) throw new Error(`apply ended with ${child.exitCode} and made no ${after}`)
    await sleep(1)
  }
  await sleep(delay)
  child.kill('SIGKILL')
  await exit
}

test('the card is as it was or as planned, and apply goes on from there', async () => {
  const image = stockImage('trixie-2026')
  try {
    const before = snap(image)
    const outcomes: string[] = []
    for (const kill of KILLS) {
      await killedApply(image, kill)
      const target = { root: new DirectoryTree(image.root), boot: new DirectoryTree(image.boot, { fat: true }) }
      const recovery = recover(target)
      target.root.close()
      target.boot.close()
      outcomes.push(recovery)
      const differences = difference(before, snap(image))
      if (recovery === 'taken back') assert.equal(differences, [], JSON.stringify(kill))
      // Past the mark, or at its end: then it is as planned, which verify says below.
      if (differences.length > 0) break
    }
    assert.ok(outcomes.includes('taken back'), outcomes.join(', '))
    const again = pibake(['apply', owner.spec, '--boot', image.boot, '--root', image.root])
    assert.is(again.status, 0, again.stderr)
    const verified = pibake(['verify', owner.spec, '--boot', image.boot, '--root', image.root])
    assert.is(verified.status, 0, verified.stdout)
    assert.not(existsSync(join(image.root, '.pibake-apply')))
  } finally {
    image.remove()
  }
})
