import type { Tree } from '../../storage/tree/tree.ts'
import { plainPath } from '../formats/plain-path.ts'
import type { Argument } from './kernel-command-line.ts'
import type { Setting } from './settings.ts'
import type { Unit } from './units.ts'

export type Judgement = 'met' | 'unmet' | 'unknown'

/** What conditions are judged against. */
export interface Surroundings {
  readonly root: Tree
  /** Seen at /boot/firmware. */
  readonly boot: Tree | undefined
  readonly arguments: readonly Argument[]
}

/** Whether a unit's conditions (`Condition…=`) and assertions (`Assert…=`) let it start, and the line that decides. */
export function conditionsOf(
  unit: Unit,
  around: Surroundings,
): { readonly judgement: Judgement; readonly at: Setting | undefined } {
  const all = ['Condition', 'Assert'].map((kind) => {
    const set = unit.settings.filter(({ section, key }) => section === 'Unit' && key.startsWith(kind))
    // An empty one takes back those of all kinds (systemd.unit(5)).
    return set
      .slice(set.findLastIndex(({ value }) => value === '') + 1)
      .map((at) => ({ at, judgement: judge(at, around) }))
  })
  const judged = all.flatMap((conditions) => [
    ...conditions.filter(({ at }) => !isTrigger(at)),
    ...oneOf(conditions.filter(({ at }) => isTrigger(at))),
  ])
  const decides =
    judged.find(({ judgement }) => judgement === 'unmet') ?? judged.find(({ judgement }) => judgement === 'unknown')
  return decides ?? { judgement: 'met', at: undefined }
}

type Judged = { readonly at: Setting; readonly judgement: Judgement }

const isTrigger = ({ value }: Setting) => value.startsWith('|')

/** Of those with `|` one is enough. */
function oneOf(conditions: readonly Judged[]): readonly Judged[] {
  const best = (['met', 'unknown', 'unmet'] as const)
    .map((wanted) => conditions.find(({ judgement }) => judgement === wanted))
    .find((found) => found !== undefined)
  return best === undefined ? [] : [best]
}

function judge({ key, value }: Setting, around: Surroundings): Judgement {
  const [, not, what = ''] = /^\|?\s*(!?)\s*(.*)$/.exec(value) ?? []
  const test = TESTS[key.replace(/^(Condition|Assert)/, '')]
  const holds = test?.(what, around)
  if (holds === undefined) return 'unknown'
  return holds === (not === '') ? 'met' : 'unmet'
}

type Test = (value: string, around: Surroundings) => boolean | undefined

const TESTS: Readonly<Record<string, Test>> = {
  PathExists: (path, around) => onDisk(path, around, (tree, real) => tree.lstat(real) !== undefined),
  PathIsDirectory: (path, around) => onDisk(path, around, (tree, real) => tree.lstat(real)?.kind === 'directory'),
  PathIsSymbolicLink: (path, around) => onDisk(path, around, (tree, _, own) => tree.lstat(own)?.kind === 'symlink'),
  DirectoryNotEmpty: (path, around) => onDisk(path, around, (tree, real) => tree.list(real).length > 0),
  FileNotEmpty: (path, around) =>
    onDisk(path, around, (tree, real) => {
      const entry = tree.lstat(real)
      return entry?.kind === 'file' && entry.size > 0
    }),
  FileIsExecutable: (path, around) =>
    onDisk(path, around, (tree, real) => {
      const entry = tree.lstat(real)
      return entry?.kind === 'file' && (entry.mode & 0o111) !== 0
    }),
  KernelCommandLine: (word, around) => {
    if (around.boot === undefined) return undefined
    return around.arguments.some(({ text }) => (word.includes('=') ? text === word : text.split('=', 1)[0] === word))
  },
  // A Raspberry Pi is no virtual machine, has a mains plug in the eyes of systemd, and starts by its device tree.
  Virtualization: (kind) =>
    ({ no: true, false: true, yes: false, true: false, vm: false, container: false })[kind.toLowerCase()],
  Capability: () => true,
  User: (user) => ({ root: true, '0': true, '@system': true })[user],
}

/** What is below these is made while the device runs. */
const RUNTIME = /^\/(run|proc|sys|dev|tmp|var\/run|var\/lock)(\/|$)/

function onDisk(
  written: string,
  { root, boot }: Surroundings,
  test: (tree: Tree, real: string, own: string) => boolean,
): boolean | undefined {
  const path = plainPath(written)
  if (path === undefined || !written.startsWith('/') || RUNTIME.test(path) || /%[A-Za-z]/.test(path)) return undefined
  const firmware = /^\/boot\/firmware(\/.*)?$/.exec(path)
  if (firmware === null) return test(root, root.resolve(path), path)
  const below = firmware[1] ?? '/'
  return boot && test(boot, boot.resolve(below), below)
}
