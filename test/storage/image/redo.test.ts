import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { type Disk, realDisk } from '../../../src/base/disk/disk.ts'
import { ownProcessName } from '../../../src/base/disk/process-name.ts'
import { SpaceError, TargetError, UnfinishedError } from '../../../src/base/errors.ts'
import { lockImage } from '../../../src/storage/image/lock.ts'
import { finishRedo, isUnfinished, writeInPlace } from '../../../src/storage/image/redo.ts'
import { type Fault, faultyDisk } from '../../support/faulty-disk.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { extents, leftovers, oldImage, plantImage, stateOf } from './support/redo-card.ts'

const test = suite('edits in place')

const CHILD = fileURLToPath(new URL('./support/redo-child.js', import.meta.url))
/** `PIBAKE_KILLS=200` for a long run. */
const KILLS = Number(process.env.PIBAKE_KILLS ?? 20)
/** On a busy machine more, until they have met different moments. */
const MOST_KILLS = KILLS + 90

/** An image in a directory of its own. */
const onImage = (use: (path: string, directory: string) => void | Promise<void>) =>
  inWorkdir((work) => use(plantImage(work), work))

/** Fails the first call, the second, … until there are fewer than that; gives how many there are. */
async function failEach(
  fault: Omit<Fault, 'at'>,
  inspect: (path: string, directory: string, thrown: unknown, call: string) => void,
): Promise<number> {
  for (let at = 1; ; at += 1) {
    let fired = false
    await onImage((path, directory) => {
      const faulty = faultyDisk({ ...fault, at })
      let thrown: unknown
      try {
        writeInPlace(path, extents(), faulty.disk)
      } catch (error) {
        thrown = error
      }
      fired = faulty.fired()
      if (fired) inspect(path, directory, thrown, `call ${at}`)
    })
    if (!fired) return at - 1
  }
}

test('the image is the new one, and nothing is left beside it', () =>
  onImage((path, directory) => {
    assert.is(finishRedo(path), 'none')
    assert.equal(writeInPlace(path, extents()), { warnings: [] })
    assert.is(stateOf(path), 'new')
    assert.equal(leftovers(directory), [])
    assert.not(isUnfinished(path))
  }))

for (const code of ['EIO', 'ENOSPC']) {
  test(`whichever call fails once with ${code}: the image is the old one and nothing is left`, async () => {
    let done = 0
    const calls = await failEach({ lasts: 'once', code, among: 'all' }, (path, directory, thrown, call) => {
      if (thrown === undefined) {
        // It was the removal of the log, and the next call finds that all is done.
        done += 1
        assert.is(stateOf(path), 'new', call)
        finishRedo(path)
      } else {
        assert.is(stateOf(path), 'old', call)
        assert.is(thrown instanceof SpaceError, code === 'ENOSPC', `${call}: ${thrown}`)
        assert.ok(String(thrown).includes(path), `${call}: ${thrown}`)
      }
      assert.equal(leftovers(directory), [], call)
    })
    assert.ok(calls > 60 && done >= 2 && done < 5, `${calls} calls, ${done} past the mark`)
  })
}

test('killed before whichever call: the image is old or new, or the next call makes it new', async () => {
  const seen: Record<string, number> = { 'old none': 0, 'old finished': 0, 'torn finished': 0, 'new finished': 0 }
  await failEach({ lasts: 'ever', code: 'EIO', among: 'changes' }, (path, directory, thrown, call) => {
    const killed = stateOf(path)
    const begun = isUnfinished(path)
    if (killed === 'torn') assert.ok(begun, call)
    if (begun && thrown !== undefined) assert.instance(thrown, UnfinishedError)
    const outcome = finishRedo(path)
    assert.is(outcome, begun ? 'finished' : 'none', call)
    assert.is(stateOf(path), begun ? 'new' : killed, call)
    assert.equal(leftovers(directory), [], call)
    seen[`${killed} ${outcome}`] = (seen[`${killed} ${outcome}`] ?? 0) + 1
  })
  assert.ok((seen['old none'] ?? 0) > 5 && (seen['torn finished'] ?? 0) > 20, JSON.stringify(seen))
})

test('killed again before whichever call of the ending: the next one ends it', async () => {
  for (let at = 1, fired = true; fired; at += 1) {
    await onImage((path, directory) => {
      leaveTorn(path)
      const faulty = faultyDisk({ at, lasts: 'ever', code: 'EIO', among: 'all' })
      try {
        finishRedo(path, faulty.disk)
      } catch (error) {
        assert.match(String(error), /EIO/)
      }
      fired = faulty.fired()
      finishRedo(path)
      assert.is(stateOf(path), 'new', `call ${at}`)
      assert.equal(leftovers(directory), [])
    })
  }
})

test(`a real process, killed at ${KILLS} moments, leaves an image that is old or new, or made new`, () =>
  inWorkdir(async (work) => {
    const start = async (path: string) => {
      const child = spawn(process.execPath, [CHILD, path], { stdio: ['ignore', 'pipe', 'inherit'] })
      const exit = once(child, 'exit')
      await once(child.stdout, 'data')
      return { child, exit }
    }
    let duration = 0
    const outcomes: Record<string, number> = {}
    for (let kill = 0; kill <= KILLS || (Object.keys(outcomes).length < 2 && kill < MOST_KILLS); kill += 1) {
      const directory = join(work, `${kill}`)
      mkdirSync(directory)
      const path = plantImage(directory)
      const { child, exit } = await start(path)
      const began = performance.now()
      // The first one is let be. The golden ratio's multiples spread over its duration, however many there are.
      if (kill === 0) {
        await exit
        duration = performance.now() - began
      } else {
        await sleep(duration * ((kill * 0.618) % 1))
        child.kill('SIGKILL')
      }
      await exit
      const killed = stateOf(path)
      const release = lockImage(path)
      const outcome = finishRedo(path)
      assert.is(stateOf(path), outcome === 'finished' ? 'new' : killed)
      if (stateOf(path) === 'old') writeInPlace(path, extents())
      assert.is(stateOf(path), 'new')
      release()
      assert.equal(leftovers(directory), [])
      outcomes[`${killed} ${outcome}`] = (outcomes[`${killed} ${outcome}`] ?? 0) + 1
      rmSync(directory, { recursive: true })
    }
    assert.ok(Object.keys(outcomes).length > 1, JSON.stringify(outcomes))
    if (KILLS > 20) console.log(JSON.stringify(outcomes))
  }))

test('a log that is not whole is dropped, wherever it was cut or changed', () =>
  onImage((path, directory) => {
    leaveTorn(path, 0)
    const log = readFileSync(`${path}.pibake-redo`)
    for (const length of [0, 10, 31, 32, 64, 1000, log.length - 1]) {
      writeFileSync(`${path}.pibake-redo`, log.subarray(0, length))
      assert.is(finishRedo(path), 'dropped', `${length}`)
    }
    for (let at = 0; at < log.length; at += 4999) {
      const changed = Buffer.from(log)
      changed[at] = (changed[at] ?? 0) ^ 1
      writeFileSync(`${path}.pibake-redo`, changed)
      assert.is(finishRedo(path), 'dropped', `byte ${at}`)
    }
    assert.is(stateOf(path), 'old')
    assert.equal(leftovers(directory), [])
  }))

test('a whole log that contradicts itself is refused, and the image stays', () =>
  onImage((path) => {
    leaveTorn(path, 0)
    const log = readFileSync(`${path}.pibake-redo`)
    const changes: ((fields: Buffer) => unknown)[] = [
      (fields) => fields.writeUInt32LE(0xffff_ffff, 40),
      (fields) => fields.writeUInt32LE(0xffff_ffff, 20),
      (fields) => fields.writeUInt32LE(0, 20),
      (fields) => fields.writeBigUInt64LE(1n << 60n, 32),
      (fields) => fields.writeBigUInt64LE(1n, 24),
    ]
    for (const change of changes) {
      const changed = Buffer.from(log)
      change(changed)
      createHash('sha256')
        .update(changed.subarray(0, -32))
        .digest()
        .copy(changed, changed.length - 32)
      writeFileSync(`${path}.pibake-redo`, changed)
      assert.throws(
        () => finishRedo(path),
        (error: unknown) => error instanceof TargetError && /contradicts itself/.test(error.message),
      )
    }
    writeFileSync(`${path}.pibake-redo`, log)
    assert.is(finishRedo(path), 'finished')
  }))

test('a log of another image, or of one that was changed since, is refused and kept', () =>
  onImage((path, directory) => {
    leaveTorn(path)
    const torn = readFileSync(path)
    const refuses = () => {
      const before = readFileSync(path)
      assert.throws(
        () => finishRedo(path),
        (error: Error) => error instanceof TargetError && /changed or replaced since/.test(error.message),
      )
      assert.is(Buffer.compare(readFileSync(path), before), 0)
      assert.equal(leftovers(directory), ['card.img.pibake-redo'])
    }
    appendFileSync(path, 'x')
    refuses()
    truncateSync(path, torn.length)
    const changed = Buffer.from(torn)
    changed[20 * 40960 + 700] = 77
    writeFileSync(path, changed)
    refuses()
    writeFileSync(path, oldImage().fill(1))
    refuses()
    assert.throws(() => writeInPlace(path, extents()), /an earlier edit was interrupted/)
    writeFileSync(path, torn)
    assert.is(finishRedo(path), 'finished')
    assert.is(stateOf(path), 'new')
  }))

test('an image that others could read is its owner’s alone, who is told; after a fault it is as it was', () =>
  onImage((path) => {
    chmodSync(path, 0o644)
    const full = faultyDisk({ at: 1, lasts: 'once', code: 'ENOSPC', among: 'changes' })
    assert.throws(() => writeInPlace(path, extents(), full.disk))
    assert.is(statSync(path).mode & 0o777, 0o644)
    assert.match(writeInPlace(path, extents()).warnings.join(), /can be read by its owner alone now/)
    assert.is(statSync(path).mode & 0o777, 0o600)
  }))

test('the log is for its owner alone, and lies beside the file that a link leads to', () =>
  onImage((path, directory) => {
    mkdirSync(join(directory, 'links'))
    const link = join(directory, 'links', 'latest.img')
    symlinkSync(path, link)
    leaveTorn(link)
    assert.is(statSync(`${path}.pibake-redo`).mode & 0o777, 0o600)
    assert.is(finishRedo(link), 'finished')
    assert.is(stateOf(path), 'new')
  }))

const STRANGER = 54_321

/** The machine's own, but for whose files with a name that ends so are. */
const ownedBy = (uid: number, ending: string): Disk => ({
  ...realDisk,
  lstatSync: ((path: string) => {
    const stats = realDisk.lstatSync(path)
    return path.includes(ending) ? Object.assign(stats, { uid }) : stats
  }) as Disk['lstatSync'],
  fstatSync: ((file: number) => {
    const stats = realDisk.fstatSync(file)
    const isMeant = realDisk.readlinkSync(`/proc/self/fd/${file}`).includes(ending)
    return isMeant ? Object.assign(stats, { uid }) : stats
  }) as Disk['fstatSync'],
})

const foreign: [title: string, plant: (log: string) => unknown, reason: RegExp][] = [
  ['another user’s', () => ownedBy(STRANGER, '.pibake-redo'), /it belongs to another user/],
  ['one that all may write', (log) => chmodSync(log, 0o666), /other users may write it/],
  ['one with two names', (log) => linkSync(log, `${log}.kept`), /it has another name too/],
  [
    'a link to one',
    (log) => {
      renameSync(log, `${log}.kept`)
      symlinkSync(`${log}.kept`, log)
    },
    /it is a link/,
  ],
  [
    'a directory',
    (log) => {
      rmSync(log)
      mkdirSync(log)
    },
    /it is not a plain file/,
  ],
]
for (const [title, plant, reason] of foreign) {
  test(`a log that somebody else may have laid is refused, and the image stays: ${title}`, () =>
    onImage((path) => {
      leaveTorn(path, 0)
      const disk = (plant(`${path}.pibake-redo`) as Disk | undefined) ?? realDisk
      assert.throws(
        () => finishRedo(path, disk),
        (error: Error) =>
          error instanceof TargetError && reason.test(error.message) && /remove it/.test(error.hint ?? ''),
      )
      assert.is(stateOf(path), 'old')
    }))
}

test('a log of the image’s owner is believed, for he may write the image too', () =>
  onImage((path) => {
    leaveTorn(path)
    assert.is(finishRedo(path, ownedBy(STRANGER, 'card.img')), 'finished')
    assert.is(stateOf(path), 'new')
  }))

test('a lock of who may not write the image keeps nobody out', () =>
  onImage((path) => {
    // A process of another machine may be alive.
    const alive = ownProcessName(realDisk).replace(/^(\d+-\d+)-\w+/, '$1-elsewhere')
    writeFileSync(`${path}.pibake-lock.${alive}`, '')
    assert.throws(() => lockImage(path), /another pibake is at work on it/)
    lockImage(path, ownedBy(STRANGER, '.pibake-lock.'))()
    chmodSync(path, 0o666)
    assert.throws(() => lockImage(path, ownedBy(STRANGER, '.pibake-lock.')), /another pibake is at work on it/)
  }))

test('calls that write less than they are given are called again', () =>
  onImage((path) => {
    const slow: Disk = {
      ...realDisk,
      readSync: ((file: number, bytes: Uint8Array, at: number, length: number, position: number) =>
        realDisk.readSync(file, bytes, at, Math.min(length, 1000), position)) as Disk['readSync'],
      writeSync: ((file: number, bytes: Uint8Array, at: number, length: number, position: number) =>
        realDisk.writeSync(file, bytes, at, Math.min(length, 777), position)) as Disk['writeSync'],
    }
    writeInPlace(path, extents(), slow)
    assert.is(stateOf(path), 'new')
  }))

test('a sparse image gets its room before anything is changed', () =>
  inWorkdir((work) => {
    const path = join(work, 'card.img')
    closeSync(openSync(path, 'w'))
    truncateSync(path, oldImage().length)
    writeInPlace(path, [{ offset: 8192, bytes: new Uint8Array(8192).fill(1) }])
    assert.is(statSync(path).size, oldImage().length)
    assert.ok(statSync(path).blocks * 512 < 100_000, 'and stays sparse')
  }))

/** As a process leaves it that was killed when half the extents were written, or `writes` of them. */
function leaveTorn(path: string, writes = 12): void {
  let logged = false
  let left = writes
  const disk: Disk = {
    ...realDisk,
    renameSync: (from, to) => {
      realDisk.renameSync(from, to)
      logged = true
    },
    writeSync: ((...args: Parameters<Disk['writeSync']>) => {
      if (logged && left-- <= 0) throw Object.assign(new Error('EIO: killed'), { code: 'EIO' })
      return realDisk.writeSync(...args)
    }) as Disk['writeSync'],
  }
  assert.throws(
    () => writeInPlace(path, extents(), disk),
    (error: Error) => error instanceof UnfinishedError,
  )
}
