import { inOrder, type Placed } from '../base/report/print.ts'
import type { Locate, Problem } from '../base/report/report.ts'
import { DistinctDevices } from '../core/check/distinct-devices.ts'
import type { Device } from '../core/spec-file/device-values.ts'
import type { Spec } from '../core/spec-file/spec.ts'
import { type Inventory, readInventory } from '../write/fleet/inventory.ts'
import { fullDigest } from './fleet-job.ts'
import { type LoadedSpec, readReferenced, specLoader } from './load-spec.ts'
import type { SpecOptions } from './spec-options.ts'

/** A device whose spec is sound. */
export interface CheckedDevice {
  readonly device: Device
  /** See {@link fullDigest}. */
  readonly digest: string
  /** The same for devices that, as far as the spec says, need the same packages. */
  readonly packages: string
}

export interface CheckedFleet {
  /** In the order of the inventory. */
  readonly devices: readonly CheckedDevice[]
  /** Of the inventory, of the spec, and of each device. */
  readonly problems: readonly Placed[]
  readonly locate: Locate
  readonly excerpt: LoadedSpec['excerpt']
  readonly load: ReturnType<typeof specLoader>
}

/** The devices of an inventory; one that cannot be read has a problem, and none. */
export function inventoryOf(file: string): Inventory {
  const read = readReferenced(file, undefined)
  if (!('failure' in read)) return readInventory({ file, ...read })
  const message = `the inventory cannot be read: ${read.failure}`
  const problem = { severity: 'error', code: 'FLT004', path: [], message, position: locateIn(file)() } as const
  return { devices: [], problems: [problem] }
}

/** Where a problem lies that says nothing of it: at the beginning of the inventory. */
export function locateIn(file: string) {
  return () => ({ file, line: 1, column: 1 })
}

/** Reads an inventory and checks the spec of each of its devices, without a base. Nothing is written. */
export function checkFleet(
  specFile: string,
  inventoryFile: string,
  options: SpecOptions & { readonly mayAsk: boolean },
  today: string,
): CheckedFleet {
  const load = specLoader(specFile, options, today)
  const inventory = inventoryOf(inventoryFile)
  const problems: Problem[] = [...inventory.problems]
  const distinct = new DistinctDevices()
  let seen: LoadedSpec | undefined
  const devices = inventory.devices.flatMap((device): CheckedDevice[] => {
    const loaded = load(device)
    seen ??= loaded
    problems.push(...loaded.problems)
    const { spec } = loaded
    if (spec === undefined) return []
    problems.push(...distinct.add(device.id, spec, loaded.inInventory))
    return [{ device, digest: fullDigest(spec, loaded.digest), packages: packageKey(spec) }]
  })
  const { locate = locateIn(inventoryFile), excerpt = () => undefined } = seen ?? {}
  return { devices, problems: inOrder(problems, locate), locate, excerpt, load }
}

function packageKey({ packages, updates, firewall, fail2ban, alerts, hardening }: Spec): string {
  const { install, remove, snapshot, bundle, debs, sources } = packages
  const own = debs.map(({ sha256 }) => sha256)
  const parts = [install, remove, snapshot, bundle, own, sources.map(({ uris }) => uris), updates, hardening]
  return JSON.stringify([...parts, firewall.enabled, fail2ban.enabled, alerts])
}
