import { chmodSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { Interrupted, TargetError } from '../../../src/base/errors.ts'
import type { Operation } from '../../../src/core/plan/operation.ts'
import type { Change } from '../../../src/core/plan/state.ts'
import type { DirectoryTree } from '../../../src/storage/tree/directory.ts'
import type { Target } from '../../../src/storage/tree/tree.ts'
import { commit } from '../../../src/write/apply/commit.ts'
import { bootOf, changesOn, plantCard, rootOf, withTarget } from '../../support/bake-fixture.ts'
import { operationOf } from '../../support/operations.ts'
import { directory, file, symlink } from '../../support/plant.ts'
import { snapshot } from '../../support/snapshot.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('commit refuses')
const EPOCH = 1_700_000_000

/** Commits on a fresh card, which `disturb` changed in between; gives the error. The card must not change. */
async function refusal(
  operations: readonly Operation[],
  options: {
    disturb?: (card: string) => void
    changes?: (target: Target<DirectoryTree>) => readonly Change[]
    signal?: AbortSignal
  } = {},
): Promise<Error> {
  return inWorkdir(async (card) => {
    plantCard(card)
    let before: readonly string[] = []
    let thrown: unknown
    await withTarget(card, async (target) => {
      const changes = options.changes?.(target) ?? changesOn(target, operations)
      options.disturb?.(card)
      before = snapshot(card, { times: true })
      const signal = options.signal && { signal: options.signal }
      await commit(target, changes, { epoch: EPOCH, ...signal }).catch((error) => {
        thrown = error
      })
    })
    assert.equal(snapshot(card, { times: true }), before, 'nothing may change')
    assert.instance(thrown, Error)
    return thrown as Error
  })
}

async function refuses(pattern: RegExp, ...args: Parameters<typeof refusal>): Promise<void> {
  const error = await refusal(...args)
  assert.instance(error, TargetError)
  assert.match(error.message, pattern)
}

test('a target that changed since the plan was made', async () => {
  const operations = [operationOf('/etc/hostname', file('kit-07\n')), operationOf('/etc/ssh/new', file('x'))]
  const disturbances: Record<string, (root: string) => void> = {
    content: (root) => writeFileSync(join(root, 'etc/hostname'), 'somebody-else\n'),
    mode: (root) => chmodSync(join(root, 'etc/hostname'), 0o600),
    gone: (root) => rmSync(join(root, 'etc/hostname')),
    kind: (root) => {
      rmSync(join(root, 'etc/hostname'))
      mkdirSync(join(root, 'etc/hostname'))
    },
  }
  for (const disturb of Object.values(disturbances)) {
    await refuses(/root:\/etc\/hostname is not as it was/, operations, { disturb: (card) => disturb(rootOf(card)) })
  }
  await refuses(/root:\/etc\/ssh\/new is not as it was/, operations, {
    disturb: (card) => writeFileSync(join(rootOf(card), 'etc/ssh/new'), ''),
  })
})

test('what stands in the way', async () => {
  await refuses(/root:\/etc\/ssh is a directory where a file is to be/, [operationOf('/etc/ssh', file('x'))])
  await refuses(/root:\/etc\/hostname is a file where a directory is to be/, [
    operationOf('/etc/hostname', directory()),
  ])
  await refuses(/root:\/lib is a symlink where a directory is to be/, [operationOf('/lib', directory())])
  await refuses(/root:\/home is a directory where a symlink is to be/, [operationOf('/home', symlink('etc'))])
})

test('a missing directory', async () => {
  await refuses(/root:\/srv\/www\/x: its directory is missing/, [operationOf('/srv/www/x', file('x'))])
  await refuses(/root:\/etc\/hostname\/x: its directory is missing/, [operationOf('/etc/hostname/x', file('x'))])
})

test('one place by two names, and a file in a directory that goes', async () => {
  const twice = [operationOf('/lib/x', file('1')), operationOf('/usr/lib/x', file('2'))]
  await refuses(/root:\/usr\/lib\/x and root:\/lib\/x are the same file/, twice)
  const onFat = [operationOf('/New.txt', file('1'), 'boot'), operationOf('/new.TXT', file('2'), 'boot')]
  await refuses(/boot:\/new.TXT and boot:\/New.txt are the same file/, onFat)
  const inGone = [operationOf('/home/pi', undefined), operationOf('/home/pi/x', file('1'))]
  await refuses(/root:\/home\/pi\/x is to be written into a directory that is removed/, inGone)
})

test('a file with a second name, wherever that is', async () => {
  const disturb = (card: string) => linkSync(join(rootOf(card), 'etc/hostname'), join(card, 'outside'))
  await refuses(/\/etc\/hostname is a hard link/, [operationOf('/etc/hostname', file('x'))], { disturb })
  await refuses(/\/etc\/hostname is a hard link/, [operationOf('/etc/hostname', undefined)], { disturb })
})

test('a boot partition that is not at hand', async () => {
  const operations = [operationOf('/cmdline.txt', file('x'), 'boot')]
  await inWorkdir(async (card) => {
    plantCard(card)
    await withTarget(card, async ({ root, boot }) => {
      const changes = changesOn({ root, boot }, operations)
      const error = await commit({ root, boot: undefined }, changes, { epoch: EPOCH }).catch((e) => e)
      assert.instance(error, TargetError)
      assert.match(error.message, /boot partition/)
    })
    assert.equal(snapshot(bootOf(card)).length, 4)
  })
})

test('an abort, at whichever moment it comes', async () => {
  const operations = [operationOf('/etc/hostname', file('x')), operationOf('/etc/ssh/a', file('y'))]
  let turns = 0
  for (let finished = false; !finished; turns += 1) {
    const controller = new AbortController()
    await inWorkdir(async (card) => {
      plantCard(card)
      const before = snapshot(card)
      await withTarget(card, async (target) => {
        const run = commit(target, changesOn(target, operations), { epoch: EPOCH, signal: controller.signal })
        let ended = false
        const settled = run.then(
          () => undefined,
          (error) => error,
        )
        settled.then(() => {
          ended = true
        })
        for (let i = 0; i < turns && !ended; i += 1) await new Promise((resolve) => setImmediate(resolve))
        controller.abort()
        const error = await settled
        finished = error === undefined
        if (!finished) {
          assert.instance(error, Interrupted)
          assert.equal(snapshot(card), before)
        }
      })
    })
  }
  assert.ok(turns > 3, `${turns} moments`)
})

test('a second one at the same time', () =>
  inWorkdir(async (card) => {
    plantCard(card)
    await withTarget(card, async (target) => {
      const changes = changesOn(target)
      const first = commit(target, changes, { epoch: EPOCH })
      const second = await commit(target, changes, { epoch: EPOCH }).catch((e) => e)
      assert.instance(second, TargetError)
      assert.match(second.message, /another pibake is at work/)
      assert.equal((await first).warnings, [])
      assert.equal(changesOn(target), [])
    })
  }))

test('owners that only root can give', async () => {
  // The check asks who we are: being nobody for a moment is what it takes to see its answer.
  const real = process.geteuid
  Object.defineProperty(process, 'geteuid', { value: () => 65534, configurable: true })
  try {
    const error = await refusal([operationOf('/etc/hostname', { ...file('x'), uid: 0, gid: 0 })])
    assert.instance(error, TargetError)
    assert.match(error.message, /only root can give root:\/etc\/hostname its owner/)
    assert.match((error as TargetError).hint ?? '', /--image .*--overlay/s)
  } finally {
    Object.defineProperty(process, 'geteuid', { value: real, configurable: true })
  }
})
