import { existsSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openBelieved } from '../base/disk/believed.ts'
import { realDisk } from '../base/disk/disk.ts'
import { writeAtomically } from '../base/disk/write-atomically.ts'
import { hostnameOf } from '../core/controls/hostname.ts'
import { addressOf } from '../core/presentation/print-access.ts'
import type { Spec } from '../core/spec-file/spec.ts'
import type { HostKeys } from '../device/formats/host-key.ts'
import type { Tree } from '../storage/tree/tree.ts'

/** A known_hosts file that a run writes: where, and for whom. */
export interface KnownHosts {
  readonly file: string
  /** The user named the file: then a link is followed. */
  readonly isNamed: boolean
  /** How the device is reached, e.g. `kit-07.local`. */
  readonly address: string
  readonly port: number
}

/**
 * `NAME.known_hosts` in a folder, for the device that `spec` describes.
 *
 * @param root its root partition, which may name it
 * @param file another file than that one
 */
export function knownHostsIn(folder: string, spec: Spec, root: Tree, file?: string): KnownHosts {
  const named = file ?? join(folder, `${hostnameOf(spec, root)}.known_hosts`)
  return { file: named, isNamed: file !== undefined, address: addressOf(spec, root), port: spec.ssh.port }
}

/**
 * Puts the keys into a known_hosts file (sshd(8)) in place of those that stood there for the same names; all other lines
 * stay, and so do owner and mode. The file is replaced as a whole; without keys nothing is written.
 *
 * @throws TargetError when it is a file that nobody named, and not the user's own
 */
export function saveKnownHosts({ file, isNamed, address, port }: KnownHosts, keys: HostKeys): void {
  if (Object.keys(keys).length === 0) return
  const names = port === 22 ? address : `${address},[${address}]:${port}`
  const target = isNamed && existsSync(file) ? realpathSync(file) : file
  const old = isNamed ? named(target) : found(target)
  const others = (old?.text ?? '').split('\n').filter((line) => line !== '' && line.split(/[ \t]/, 1)[0] !== names)
  const own = Object.values(keys).map(({ publicKey: { type, blob } }) => `${names} ${type} ${blob}`)
  const text = [...others, ...own].map((line) => `${line}\n`).join('')
  if (text === old?.text) return
  writeAtomically(target, Buffer.from(text, 'latin1'), { mode: old?.mode ?? 0o644, owner: old })
}

function named(file: string) {
  return existsSync(file) ? { text: readFileSync(file, 'latin1'), ...metaOf(statSync(file)) } : undefined
}

/** Of a file that nobody named, what was judged is what is read. */
function found(file: string) {
  const believed = openBelieved(file, statSync(dirname(file)), realDisk)
  return believed && { text: Buffer.from(believed.bytes).toString('latin1'), ...metaOf(believed.stats) }
}

function metaOf({ uid, gid, mode }: Stats) {
  return { uid, gid, mode: mode & 0o777 }
}
