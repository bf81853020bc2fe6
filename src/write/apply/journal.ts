import { TargetError } from '../../base/errors.ts'
import type { DirectoryWriter, Meta } from '../../storage/tree/directory-writer.ts'
import type { Partition } from '../../storage/tree/tree.ts'
import { assertPlain } from '../../storage/tree/walk.ts'
import type { Journal, Step } from './journal-schema.ts'
import { JOURNAL, STAGING } from './staging.ts'

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
