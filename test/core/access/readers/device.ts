import type { Finding } from '../../../../src/core/access/finding.ts'
import { type FinishedDevice, finishedDevice } from '../../../../src/core/access/finished-device.ts'
import { directory, file, type Operation, remove, symlink } from '../../../../src/core/plan/operation.ts'
import { OverlayTree } from '../../../../src/core/plan/overlay.ts'
import { inspect } from '../../../../src/device/inspect/inspect.ts'
import type { Behaviour } from '../../../../src/device/inspect/inventory.ts'
import { samplePiOs } from '../../../../src/sample/sample.ts'
import type { MemoryTree } from '../../../../src/storage/tree/memory.ts'
import type { Tree } from '../../../../src/storage/tree/tree.ts'
import { memoryTree, type Sketch } from '../../../support/memory.ts'
import { origin } from '../../../support/origin.ts'
import { planOf } from '../../../support/plan.ts'
import { type LooseSpec, specOf, TODAY } from '../../../support/spec.ts'

/**
 * What a test puts into the image before the plan: a path with its text, mode and link, or nothing at all; `boot:/…` is on
 * the FAT partition.
 */
export type Planted = Readonly<Record<string, Sketch | null>>

const plans = new Map<string, ReturnType<typeof planOf>>()

/**
 * The finished device of a sample image with something planted in it; `null` takes a path away. Only what an account is
 * made of is planned for anew.
 */
export function deviceWith(planted: Planted, spec: LooseSpec, behaviour: Behaviour = 'trixie-2026'): FinishedDevice {
  const target = samplePiOs({ behaviour, variant: 'lite', architecture: 'arm64' })
  const on = (isBoot: boolean) => Object.entries(planted).filter(([path]) => path.startsWith('boot:') === isBoot)
  plant(target.root, Object.fromEntries(on(false)))
  const isPlanned = Object.keys(planted).some((path) => path.startsWith('/etc/skel') || path.startsWith('/usr/local'))
  const key = JSON.stringify([spec, behaviour, isPlanned ? planted : {}])
  const plan =
    plans.get(key) ?? planOf(spec, { behaviour, tamper: isPlanned ? (root) => plant(root, planted) : () => undefined })
  plans.set(key, plan)
  const device = finishedDevice(specOf(spec), inspect(target, { allowBooted: false }), plan, TODAY)
  const onBoot = Object.fromEntries(on(true).map(([path, sketch]) => [path.slice('boot:'.length), sketch]))
  return { ...device, boot: device.boot && laidOver(device.boot, onBoot) }
}

/** Puts them into a tree, and takes away what is `null`. */
export function plant(root: MemoryTree, planted: Planted): void {
  for (const [path, sketch] of Object.entries(planted)) {
    if (sketch === null) {
      for (const key of [...root.nodes.keys()]) {
        if (key === path || key.startsWith(`${path}/`)) root.nodes.delete(key)
      }
    } else
      for (const [key, node] of memoryTree({ [path]: sketch }).nodes) {
        if (key === path || !root.nodes.has(key)) root.nodes.set(key, node)
      }
  }
}

/** The tree as somebody leaves it who comes after the plan. */
export function laidOver(root: Tree, planted: Planted): Tree {
  const operations = Object.entries(planted).map(([path, sketch]): Operation => {
    if (sketch === null) return remove(path, { origin })
    if (typeof sketch === 'string') return file(path, new TextEncoder().encode(sketch), { origin })
    if ('link' in sketch) return symlink(path, sketch.link, { origin })
    if ('directory' in sketch) return directory(path, { mode: sketch.directory, origin })
    return file(path, new TextEncoder().encode(sketch.text), { origin, mode: sketch.mode ?? 0o644 })
  })
  const folders = Object.keys(planted).flatMap((path) =>
    path
      .split('/')
      .slice(1, -1)
      .map((_, i, parts) => `/${parts.slice(0, i + 1).join('/')}`),
  )
  const missing = [...new Set(folders)].filter((path) => root.lstat(root.resolve(path)) === undefined).sort()
  return new OverlayTree(root, [...missing.map((path) => directory(path, { origin })), ...operations])
}

/** `shut ssh alice ACC017 /etc/nologin`: a finding without its words. */
export function short({ answer, way, user, code, at }: Finding): string {
  const place = at === undefined ? '' : at.line === undefined ? at.file : `${at.file}:${at.line}`
  return [answer, way, user ?? '*', code, place].join(' ')
}
