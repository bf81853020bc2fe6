import type { Partition } from '../plan/operation.ts'
import type { DirectoryWriter, Meta } from '../tree/directory-writer.ts'
import { TargetError } from '../tree/tree.ts'
import { assertPlain } from '../tree/walk.ts'
import { JOURNAL, STAGING } from './staging.ts'
import type { DirectoryTime } from './times.ts'

/** One renaming of the transaction, with what undoing it needs. Paths are real. */
export interface Step {
  readonly partition: Partition
  readonly path: string
  /** `put` what is staged; `take` away what is there; `meta`: owner and mode of a directory that stays. */
  readonly action: 'put' | 'take' | 'meta'
  /** `put`: whether something is there already. */
  readonly replaces: boolean
  /** `meta` only. */
  readonly from?: Meta
  readonly to?: Meta
}

/** Everything that finishing or undoing the steps needs. */
export interface Journal {
  readonly schema: 1
  /** Seconds since 1970: the time that everything changed gets. */
  readonly epoch: number
  readonly steps: readonly Step[]
  /** The times of the directories that are worked in, as they were. */
  readonly times: readonly DirectoryTime[]
}

/** While it exists, the steps are to be undone. */
const OPEN = `${STAGING}/${JOURNAL.open}`
/** The journal's name once every step is done and on the disk: what remains is to clear up. */
const COMMITTED = `${STAGING}/${JOURNAL.committed}`
const DRAFT = `${STAGING}/${JOURNAL.draft}`

/** Brings the journal to the disk, whole or not at all. */
export function writeJournal(root: DirectoryWriter, journal: Journal): void {
  const content = new TextEncoder().encode(JSON.stringify(journal))
  root.createFile(DRAFT, content, { mode: 0o600, owner: { uid: -1, gid: -1 } }, { epoch: 0 })
  root.rename(DRAFT, OPEN)
  root.sync(STAGING)
  root.sync('/')
}

/** The one moment at which the target turns from old to new. */
export function markCommitted(root: DirectoryWriter): void {
  root.rename(OPEN, COMMITTED)
  root.sync(STAGING)
}

/** Takes the mark back when it could not be brought to the disk. */
export function unmarkCommitted(root: DirectoryWriter): void {
  if (root.stat(COMMITTED) !== undefined) root.rename(COMMITTED, OPEN)
}

/** The steps are undone: nothing is left but to clear up. */
export function dropJournal(root: DirectoryWriter): void {
  root.remove(OPEN)
  root.sync(STAGING)
}

/** Where an earlier apply stopped; `undefined`: no journal, so nothing but the staging directory was touched. */
export function readJournal(root: DirectoryWriter): (Journal & { readonly committed: boolean }) | undefined {
  const committed = root.stat(COMMITTED) !== undefined
  const content = root.tree.read(committed ? COMMITTED : OPEN)
  if (content === undefined) return undefined
  const journal = parse(new TextDecoder().decode(content))
  if (journal === undefined) {
    throw new TargetError(`${root.tree.label}: ${STAGING} holds a journal that this version of pibake cannot read`, {
      hint: 'finish with the version that began, or use a fresh copy of the image',
    })
  }
  return { ...journal, committed }
}

/** The journal is on a medium that anybody may have written to: nothing in it is believed. */
function parse(text: string): Journal | undefined {
  try {
    const journal: Journal = JSON.parse(text)
    const sound = journal.schema === 1 && isTime(journal.epoch) && journal.steps.every(isStep)
    return sound && journal.times.every((time) => isPlace(time) && isTime(time.mtime)) ? journal : undefined
  } catch {
    return undefined
  }
}

function isStep(step: Step): boolean {
  const isMeta = (meta: Meta | undefined) =>
    meta === undefined || [meta.mode, meta.owner.uid, meta.owner.gid].every(Number.isInteger)
  const isAction = ['put', 'take', 'meta'].includes(step.action) && typeof step.replaces === 'boolean'
  return isPlace(step) && isAction && isMeta(step.from) && isMeta(step.to)
}

function isPlace({ partition, path }: { partition: Partition; path: string }): boolean {
  assertPlain(path)
  return ['boot', 'root'].includes(partition)
}

function isTime(seconds: number): boolean {
  return Number.isFinite(seconds)
}
