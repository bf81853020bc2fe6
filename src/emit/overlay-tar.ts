import { basename, dirname, join } from 'node:path'
import type { Header, Pack } from 'tar-stream'
import { bytewise } from '../order.ts'
import type { Operation } from '../plan/operation.ts'
import type { Change } from '../plan/state.ts'
import { writeBeside } from './write-beside.ts'

type EntryHeader = Partial<Header> & Pick<Header, 'name'>

/** tar-stream takes mode 0 for "no mode given" and writes 0644; with the file type's bit, which it masks, 0 stays 0. */
const S_IFREG = 0o100000
/** What tar-stream gets into ustar's fields; beyond, a PAX record outranks the field. */
const MAX_ID = 0o777777
const MAX_TIME = 0x7fffffff

/**
 * Writes what the changes leave behind to a tar: paths of the root partition as they are, the boot partition's below
 * `boot/firmware/` where it is mounted, a removed path as the whiteout `.wh.NAME` of OCI image layers. The same changes
 * give the same bytes. The tar may hold password hashes: it belongs to the caller alone (0600).
 *
 * @param file written beside and renamed, so that it is whole or not there
 * @param options.epoch seconds since 1970, every entry's time
 */
export async function writeOverlay(
  file: string,
  changes: readonly Change[],
  options: { readonly epoch: number },
): Promise<void> {
  const content = await overlayTar(
    changes.map(({ operation }) => operation),
    options,
  )
  writeBeside(file, content, { mode: 0o600 })
}

/** The tar's bytes. */
export async function overlayTar(operations: readonly Operation[], options: { epoch: number }): Promise<Buffer> {
  // 13 packages that no other command needs.
  const { pack: newPack } = await import('tar-stream')
  const pack = newPack()
  const entries = operations.map((operation) => entryOf(operation, options.epoch))
  for (const [header, content] of entries.sort(([a], [b]) => bytewise(a.name, b.name))) add(pack, header, content)
  pack.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of pack) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function add(pack: Pack, header: EntryHeader, content: Uint8Array): void {
  if (header.type === 'file') pack.entry(header, Buffer.from(content))
  else pack.entry(header)
}

function entryOf(operation: Operation, epoch: number): [EntryHeader, Uint8Array] {
  const name = `${operation.partition === 'boot' ? 'boot/firmware' : ''}${operation.path}`.replace(/^\//, '')
  const nothing = new Uint8Array()
  switch (operation.kind) {
    case 'file':
      return [headerOf(name, 'file', operation.mode | S_IFREG, operation.owner, epoch), operation.content]
    case 'directory':
      return [headerOf(`${name}/`, 'directory', operation.mode | S_IFREG, operation.owner, epoch), nothing]
    case 'symlink':
      return [{ ...headerOf(name, 'symlink', 0o777, ROOT, epoch), linkname: operation.target }, nothing]
    case 'remove':
      return [headerOf(join(dirname(name), `.wh.${basename(name)}`), 'file', 0o600, ROOT, epoch), nothing]
  }
}

const ROOT = { uid: 0, gid: 0 }

function headerOf(
  name: string,
  type: 'file' | 'directory' | 'symlink',
  mode: number,
  owner: { uid: number; gid: number },
  epoch: number,
): EntryHeader {
  const pax: Record<string, string> = {}
  if (owner.uid > MAX_ID) pax.uid = String(owner.uid)
  if (owner.gid > MAX_ID) pax.gid = String(owner.gid)
  if (epoch > MAX_TIME) pax.mtime = String(epoch)
  const mtime = new Date(Math.min(epoch, MAX_TIME) * 1000)
  const header: EntryHeader = {
    name,
    type,
    mode,
    uid: Math.min(owner.uid, MAX_ID),
    gid: Math.min(owner.gid, MAX_ID),
    mtime,
  }
  return Object.keys(pax).length > 0 ? { ...header, pax } : header
}
