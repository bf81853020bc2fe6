/** A process of its own that commits on the card given as its argument; to be killed. Says `ready` first. */
import { commit } from '../../src/write/apply/commit.ts'
import { changesOn, withTarget } from './bake-fixture.ts'

const card = process.argv[2]
if (card === undefined) throw new Error('usage: commit-child CARD')
await withTarget(card, async (target) => {
  const changes = changesOn(target)
  process.stdout.write('ready\n')
  await commit(target, changes, { epoch: 1_700_000_000 })
})
