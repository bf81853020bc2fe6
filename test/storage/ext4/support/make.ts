import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The tools of e2fsprogs are in directories that only root looks into. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`, E2FSPROGS_FAKE_TIME: '1600000000' }

/** File systems that have to work: what Debian 12 and 13 make, as pi-gen asks and otherwise, and older shapes. */
export const variants: Readonly<Record<string, readonly string[]>> = {
  'Debian 12, as pi-gen asks': ['-O', '^64bit,^huge_file'],
  'Debian 12': [],
  'Debian 13, as pi-gen asks': ['-O', '^64bit,^huge_file,metadata_csum_seed,orphan_file'],
  'Debian 13': ['-O', 'metadata_csum_seed,orphan_file'],
  'blocks of 1 KiB': ['-b', '1024'],
  'blocks of 2 KiB': ['-b', '2048', '-g', '8192'],
  'inodes of 128 bytes': ['-I', '128'],
  'no checksums': ['-O', '^metadata_csum'],
  'no journal': ['-O', '^has_journal'],
  'no flex_bg, no resize_inode': ['-b', '1024', '-g', '1024', '-O', '^flex_bg,^resize_inode'],
  large_dir: ['-O', 'large_dir'],
  'no dir_index, no dir_nlink': ['-O', '^dir_index,^dir_nlink'],
  'tables written when needed': ['-b', '1024', '-g', '2048', '-E', 'lazy_itable_init=1'],
}

type Leaf = string | Uint8Array | { readonly link: string }

export interface Making {
  /** Arguments of mke2fs. */
  readonly args?: readonly string[]
  /** In MiB. */
  readonly size?: number
  /** Paths without a slash at the start; parents are made. A name that ends with a slash is an empty directory. */
  readonly tree?: Readonly<Record<string, Leaf>>
  /** Commands of debugfs, which are carried out afterwards. */
  readonly debugfs?: readonly string[]
  /** Whether large directories get their index, which neither mke2fs nor debugfs makes. */
  readonly isIndexed?: boolean
}

/** Makes an ext4 file system in a file, with blocks of 4 KiB as large ones have. No root is needed. Work files are put beside it. */
export function makeExt4(file: string, making: Making = {}): void {
  const tree = `${file}.tree`
  mkdirSync(tree)
  for (const [path, leaf] of Object.entries(making.tree ?? {})) plant(join(tree, path), path, leaf)
  const pinned = ['-U', '2b2c5c2e-5a0c-4a52-9b3a-0b6f3f0c5d11']
  const args = ['-q', '-F', '-t', 'ext4', '-L', 'rootfs', '-b', '4096', ...pinned, ...(making.args ?? []), '-d', tree]
  execFileSync('mke2fs', [...args, file, `${making.size ?? 16}M`], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  if (making.debugfs !== undefined) debugfs(file, making.debugfs, { isWriting: true })
  if (making.isIndexed === true) spawnSync('e2fsck', ['-fyD', file], { env })
}

function plant(place: string, path: string, leaf: Leaf): void {
  mkdirSync(path.endsWith('/') ? place : dirname(place), { recursive: true })
  if (path.endsWith('/')) return
  if (typeof leaf === 'string' || leaf instanceof Uint8Array) writeFileSync(place, leaf)
  else symlinkSync(leaf.link, place)
}

/** What debugfs prints for its commands; it is silent about errors but for what it prints on stderr. */
export function debugfs(file: string, commands: readonly string[], options: { isWriting?: boolean } = {}): string {
  return debugfsReplies(file, commands, options).join('')
}

/** {@link debugfs}, the answer to each command by itself. */
export function debugfsReplies(
  file: string,
  commands: readonly string[],
  options: { isWriting?: boolean } = {},
): string[] {
  const flags = options.isWriting === true ? ['-w', '-f', '-'] : ['-f', '-']
  const input = `${commands.join('\n')}\n`
  const { stdout, stderr } = spawnSync('debugfs', [...flags, file], {
    env,
    input,
    encoding: 'latin1',
    maxBuffer: 64 << 20,
  })
  const complaints = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('debugfs 1.'))
  if (complaints.length > 0) throw new Error(`debugfs: ${complaints.join('\n')}`)
  // Before each answer it repeats the command.
  return stdout.split(/^debugfs: .*\n/m).slice(1)
}

/** What e2fsck complains about; empty when it is content. */
export function complaintsOf(file: string): string {
  const { status, stdout, stderr } = spawnSync('e2fsck', ['-fn', file], { env, encoding: 'latin1' })
  return status === 0 ? '' : `e2fsck ${status}: ${stdout}${stderr}`
}

/** Lets e2fsck repair, at a time of its own (seconds). */
export function e2fsck(args: readonly string[], time: number): void {
  const { status, stdout, stderr } = spawnSync('e2fsck', args, {
    env: { ...env, E2FSCK_TIME: `${time}` },
    encoding: 'latin1',
  })
  // 1: it corrected something.
  if (status !== 0 && status !== 1) throw new Error(`e2fsck ${status}: ${stdout}${stderr}`)
}

/** Runs another tool of e2fsprogs. */
export function run(tool: string, args: readonly string[]): string {
  return execFileSync(tool, args, { env, encoding: 'latin1', stdio: ['ignore', 'pipe', 'pipe'] })
}
