import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { writeBeside } from '../emit/write-beside.ts'
import type { HostKeys } from '../formats/host-key.ts'
import { hostnameOf } from '../inspect/hostname.ts'
import type { Spec } from '../spec/spec.ts'
import type { Tree } from '../tree/tree.ts'
import { addressOf } from './print-access.ts'

/** A known_hosts file that a run writes: where, and for whom. */
export interface KnownHosts {
  readonly file: string
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
  return { file: named, address: addressOf(spec, root), port: spec.ssh.port }
}

/**
 * Puts the keys into a known_hosts file (sshd(8)) in place of those that stood there for the same names; all other lines
 * stay, and so do owner and mode. The file is replaced as a whole; without keys nothing is written.
 */
export function saveKnownHosts({ file, address, port }: KnownHosts, keys: HostKeys): void {
  if (Object.keys(keys).length === 0) return
  const names = port === 22 ? address : `${address},[${address}]:${port}`
  const target = existsSync(file) ? realpathSync(file) : file
  const old = existsSync(target) ? { text: readFileSync(target, 'latin1'), ...metaOf(target) } : undefined
  const others = (old?.text ?? '').split('\n').filter((line) => line !== '' && line.split(/[ \t]/, 1)[0] !== names)
  const own = Object.values(keys).map(({ publicKey: { type, blob } }) => `${names} ${type} ${blob}`)
  const text = [...others, ...own].map((line) => `${line}\n`).join('')
  if (text === old?.text) return
  writeBeside(target, Buffer.from(text, 'latin1'), { mode: old?.mode ?? 0o644, owner: old })
}

function metaOf(file: string) {
  const { uid, gid, mode } = statSync(file)
  return { uid, gid, mode: mode & 0o777 }
}
