import { EncodeError } from '../../base/encode/encode.ts'
import { bytewise } from '../../base/order.ts'
import type { Origin } from '../../base/report/origin.ts'
import { keyOf, type Locate, type Problem, type SpecPath } from '../../base/report/report.ts'
import type { HostKeys } from '../../device/formats/host-key.ts'
import type { Inventory } from '../../device/inspect/inventory.ts'
import { pathKey, type Tree } from '../../storage/tree/tree.ts'
import type { Carried } from '../carried/bundle.ts'
import { compileBundle } from '../controls/bundle.ts'
import type { Context, Contribution, Control } from '../controls/control.ts'
import { compileFirstBoot, PLAN_FILE } from '../controls/first-boot.ts'
import { compileHostKeys } from '../controls/host-keys.ts'
import { controls } from '../controls/index.ts'
import { planDigest } from '../plan/digest.ts'
import { type FileOperation, file, type Operation } from '../plan/operation.ts'
import { OverlayTree } from '../plan/overlay.ts'
import type { Plan } from '../plan/plan.ts'
import { isOpenFolder } from '../plan/readable-by-all.ts'
import type { Note } from '../plan/request.ts'
import { WithoutText } from '../plan/without-text.ts'
import type { Spec } from '../spec-file/spec.ts'
import { undoneNotes } from '../undone/undone.ts'
import { editCmdline } from './cmdline.ts'
import { editConfigTxt } from './config-txt.ts'
import { onePerPackage, onePerPath } from './conflicts.ts'
import { missingParents } from './parents.ts'
import { unitOperations } from './units.ts'

export interface Compiled {
  readonly plan: Plan
  readonly problems: readonly Problem[]
}

/** What every control wants of this image, before packages and host keys are known. */
export interface CompiledControls {
  readonly context: Context
  readonly specDigest: string
  readonly parts: readonly Contribution[]
}

/** What is chosen or made only when it is known what a plan needs. */
export interface Additions {
  /** The packages that the image carries; undefined: none, or `unknown` with the reason. */
  readonly bundle?: Carried | undefined
  /** The device's keys, as far as they are made already; only with `ssh.hostKeys: bake`. */
  readonly hostKeys?: HostKeys
}

/**
 * The pure heart: what the spec means for this image.
 *
 * @param options.locate finds a spec key's place in its file
 * @param options.epoch seconds since 1970 for every date that is written
 */
export function compileControls(
  spec: Spec,
  inventory: Inventory,
  { locate, specDigest, epoch }: { locate: Locate; specDigest: string; epoch: number },
): CompiledControls {
  const context: Context = {
    spec,
    inventory,
    epoch,
    because: (path, reason) => ({ path, key: keyOf(path), ...sourceOf(path, spec, locate), because: reason }),
  }
  return { context, specDigest, parts: controls.map((control) => contributionOf(control, context)) }
}

/** Makes a plan of what the controls want, of the packages and of the host keys. */
export function finish({ context, specDigest, parts: wanted }: CompiledControls, additions: Additions): Compiled {
  const { bundle, hostKeys = {} } = additions
  const { inventory } = context
  const given: Control = { name: 'host-keys', compile: (c) => compileHostKeys(c, hostKeys) }
  const carried: Control = { name: 'bundle', compile: (c) => compileBundle(c, bundle) }
  const parts = [...wanted, ...[given, carried].map((control) => contributionOf(control, context))]
  const { packages, clashes } = onePerPackage(parts.flatMap((part) => part.packages ?? []))
  const last = contributionOf(
    { name: 'first-boot', compile: (c) => compileFirstBoot(c, { packages, carried: bundle }) },
    context,
  )
  const all = [...parts, last]

  const own = all
    .flatMap((part) => part.operations ?? [])
    .filter((operation) => operation.partition === 'root' || inventory.boot !== undefined)
  const units = unitOperations(
    inventory.root,
    own,
    all.flatMap((part) => part.units ?? []),
    context.because([], 'what is off stays off when a first start applies presets'),
  )
  const gathered = [...own, ...units.operations, ...bootFiles(inventory, all, context)]
  const { operations: onePath, problems } = onePerPath(inventory, gathered)
  const finished = foldersOf(inventory, onePath)
  const operations = onePath.map((operation) => inClosedFolder(operation, finished))
  const digest = planDigest(operations)
  operations.push(
    record(
      PLAN_FILE,
      digest,
      context.because([], 'the digest of this plan: the first start is done when it has done it'),
    ),
    record(SPEC_FILE, specDigest, context.because([], 'the digest of the spec behind this plan')),
  )
  operations.push(...missingParents(inventory, operations))
  operations.sort(byKey)
  const on = (wanted: Operation['partition']) => operations.filter(({ partition }) => partition === wanted)
  const root = new OverlayTree(inventory.root, on('root'))
  const boot = inventory.boot && new OverlayTree(inventory.boot, on('boot'))
  const text = new WithoutText(inventory.root, root, on('root'))
  const said = <T extends { readonly message: string }>(one: T): T => ({ ...one, message: text.of(one.message) })
  return {
    plan: {
      schema: 1,
      operations,
      units: units.settled,
      packages,
      notes: [
        ...all.flatMap((part) => part.notes ?? []),
        ...undoneNotes({ root, boot, release: inventory.release }, on('root')),
        ...withoutBoot(inventory, all, context),
      ].map(said),
      digest,
    },
    problems: [...all.flatMap((part) => part.problems ?? []), ...clashes, ...units.problems, ...problems].map(said),
  }
}

/** The root partition as far as it decides who may enter a folder: the plan's folders and links, and no file. */
function foldersOf(inventory: Inventory, operations: readonly Operation[]): Tree {
  const folders = operations.filter(({ kind, partition }) => kind !== 'file' && partition === 'root')
  const all = [...folders, ...missingParents(inventory, folders)]
  return new OverlayTree(inventory.root, all.sort(byKey))
}

function byKey(a: Operation, b: Operation): number {
  return bytewise(pathKey(a), pathKey(b))
}

/** A file of the spec in a folder that others may not enter once it is made, such as a home, is a secret whatever its mode. */
function inClosedFolder(operation: Operation, finished: Tree): Operation {
  const isExtra = operation.kind === 'file' && operation.origin.path[0] === 'files'
  return isExtra && !isOpenFolder(finished, operation.path) ? { ...operation, secret: true } : operation
}

/** Where a key's value is from. That of `passwordHash` or `psk` may be in a file, which a key of its own names. */
function sourceOf(path: SpecPath, { profile }: Spec, locate: Locate): Pick<Origin, 'position' | 'default'> {
  const inFile = typeof path.at(-1) === 'string' ? locate([...path.slice(0, -1), `${path.at(-1)}File`]) : undefined
  const position = locate(path) ?? inFile ?? null
  return { position, default: position === null ? profile : null }
}

/** On the device: the digest of the spec, for people and for fleets; nothing reads it at the first start. */
const SPEC_FILE = '/etc/pibake/spec'

function record(path: string, digest: string, origin: Origin): FileOperation {
  const content = new TextEncoder().encode(`${digest}\n`)
  return file(path, content, { origin })
}

/** A value that no encoder lets through is the spec's fault: it is reported as a problem. */
function contributionOf(control: Control, context: Context): Contribution {
  try {
    return control.compile(context)
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error
    return {
      problems: [{ severity: 'error', code: 'SPC099', path: [], message: `${control.name}: ${error.message}` }],
    }
  }
}

function bootFiles(inventory: Inventory, parts: readonly Contribution[], context: Context): Operation[] {
  const boot = inventory.boot
  if (boot === undefined) return []
  const text = (path: string) => new TextDecoder().decode(boot.read(path) ?? new Uint8Array())
  return [
    editCmdline(
      text('/cmdline.txt'),
      parts.flatMap((part) => part.cmdline ?? []),
    ),
    editConfigTxt(
      text('/config.txt'),
      parts.flatMap((part) => part.configTxt ?? []),
      context.because(['hardware'], 'no line of config.txt is asked for any more'),
    ),
  ].filter((operation) => operation !== undefined)
}

/** What a missing FAT partition leaves undone, loudly. */
function withoutBoot(inventory: Inventory, parts: readonly Contribution[], context: Context): Note[] {
  if (inventory.boot !== undefined) return []
  const skipped = [
    ...parts.flatMap((part) => (part.operations ?? []).filter((o) => o.partition === 'boot').map((o) => o.path)),
    ...(parts.some((part) => (part.cmdline ?? []).length > 0) ? ['/cmdline.txt'] : []),
    ...(parts.some((part) => (part.configTxt ?? []).length > 0) ? ['/config.txt'] : []),
  ]
  return [...new Set(skipped)].map((path) => ({
    severity: 'warning',
    message: `SKIPPED boot:${path}: no boot partition was given (--boot)`,
    origin: context.because([], 'only the root partition is at hand'),
  }))
}
