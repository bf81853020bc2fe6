import { type Carried, compileBundle } from '../controls/bundle.ts'
import type { Context, Contribution, Control, Note } from '../controls/control.ts'
import { compileFirstBoot, PLAN_FILE } from '../controls/first-boot.ts'
import { compileHostKeys } from '../controls/host-keys.ts'
import { controls } from '../controls/index.ts'
import { EncodeError } from '../encode/encode.ts'
import type { HostKeys } from '../formats/host-key.ts'
import type { Inventory } from '../inspect/inventory.ts'
import { bytewise } from '../order.ts'
import { keyOf, type Locate, type Problem } from '../spec/report.ts'
import type { Spec } from '../spec/spec.ts'
import { editCmdline } from './cmdline.ts'
import { editConfigTxt } from './config-txt.ts'
import { planDigest } from './digest.ts'
import { type FileOperation, type Operation, type Origin, pathKey } from './operation.ts'
import { missingParents } from './parents.ts'
import type { Plan } from './plan.ts'
import { onePerPath, settlePackages } from './settle.ts'
import { unitOperations } from './units.ts'

export interface Compiled {
  readonly plan: Plan
  readonly problems: readonly Problem[]
}

/**
 * The pure heart: what the spec means for this image.
 *
 * @param options.locate finds a spec key's place in its file
 * @param options.epoch seconds since 1970 for every date that is written
 * @param options.bundle the packages that the image carries; undefined: none, or `unknown` with the reason
 * @param options.hostKeys the device's keys, as far as they are made already; only with `ssh.hostKeys: bake`
 */
export function compile(
  spec: Spec,
  inventory: Inventory,
  options: { locate: Locate; specDigest: string; epoch: number; hostKeys?: HostKeys; bundle?: Carried },
): Compiled {
  const context: Context = {
    spec,
    inventory,
    epoch: options.epoch,
    because: (path, reason) => ({ path, key: keyOf(path), position: options.locate(path), because: reason }),
  }
  const given: Control = { name: 'host-keys', compile: (c) => compileHostKeys(c, options.hostKeys ?? {}) }
  const carried: Control = { name: 'bundle', compile: (c) => compileBundle(c, options.bundle) }
  const parts = [...controls, given, carried].map((control) => contributionOf(control, context))
  const { packages, clashes } = settlePackages(parts.flatMap((part) => part.packages ?? []))
  const last = contributionOf(
    { name: 'first-boot', compile: (c) => compileFirstBoot(c, { packages, carried: options.bundle }) },
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
  )
  const gathered = [...own, ...units.operations, ...bootFiles(inventory, all)]
  const { operations, problems } = onePerPath(inventory, gathered)
  const digest = planDigest(operations)
  operations.push(
    record(
      PLAN_FILE,
      digest,
      context.because([], 'the digest of this plan: the first start is done when it has done it'),
    ),
    record(SPEC_FILE, options.specDigest, context.because([], 'the digest of the spec behind this plan')),
  )
  operations.push(...missingParents(inventory, operations))
  return {
    plan: {
      schema: 1,
      operations: operations.sort((a, b) => bytewise(pathKey(a), pathKey(b))),
      units: units.settled,
      packages,
      notes: [...all.flatMap((part) => part.notes ?? []), ...withoutBoot(inventory, all, context)],
      digest,
    },
    problems: [...all.flatMap((part) => part.problems ?? []), ...clashes, ...units.problems, ...problems],
  }
}

/** On the device: the digest of the spec, for people and for fleets; nothing reads it at the first start. */
const SPEC_FILE = '/etc/pibake/spec'

function record(path: string, digest: string, origin: Origin): FileOperation {
  const content = new TextEncoder().encode(`${digest}\n`)
  return { kind: 'file', partition: 'root', path, content, mode: 0o644, owner: { uid: 0, gid: 0 }, origin }
}

/** A value that no encoder lets through is the spec's fault: it is told as a problem of that control. */
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

function bootFiles(inventory: Inventory, parts: readonly Contribution[]): Operation[] {
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
