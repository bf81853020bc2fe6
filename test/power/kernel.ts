import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { packageRoot } from '../../src/assets.ts'
import { run } from '../device/support/run.ts'

/** A kernel with an initramfs that runs `init.sh`. */
export interface Kernel {
  readonly image: string
  readonly initramfs: string
  /** Version of the kernel package, for the report. */
  readonly version: string
}

/** Loaded before the moment that is saved, and after it: modules by name; modprobe adds what they need, in order. */
const modules = {
  early: ['vfat', 'nls_cp437', 'nls_ascii', 'nf_tables', 'nft_ct', 'nft_limit', 'nft_reject_inet'],
  disk: ['virtio_pci', 'virtio_blk'],
} as const

/** Debian's kernel for virtual machines, from wherever this machine's apt gets Debian; unpacked, never installed. */
export function kernel(work: string): Kernel {
  const unpacked = cached()
  const boot = join(unpacked, 'boot')
  const image = readdirSync(boot).find((name) => name.startsWith('vmlinuz-'))
  if (image === undefined) throw new Error('the kernel package holds no vmlinuz')
  const version = image.replace('vmlinuz-', '')
  return { image: join(boot, image), initramfs: initramfs(unpacked, version, work), version }
}

function cached(): string {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pibake-test')
  const depends = run(['apt-cache', 'depends', '--important', 'linux-image-cloud-amd64'])
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1]
  if (name === undefined) throw new Error('apt knows no linux-image-cloud-amd64')
  const place = join(cache, name)
  if (existsSync(place)) return place
  mkdirSync(cache, { recursive: true })
  const partial = mkdtempSync(`${place}.partial-`)
  try {
    run(['apt-get', 'download', '--quiet=2', name], { cwd: partial, timeout: 600 })
    run(['sh', '-euc', 'dpkg-deb --extract ./*.deb . && rm ./*.deb'], { cwd: partial })
    run(['depmod', '--basedir', partial, name.replace('linux-image-', '')])
    renameSync(partial, place)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
  return place
}

function initramfs(unpacked: string, version: string, work: string): string {
  const tree = join(work, 'initramfs')
  for (const folder of ['bin', 'modules']) mkdirSync(join(tree, folder), { recursive: true })
  cpSync('/bin/busybox', join(tree, 'bin/busybox'), { dereference: true })
  cpSync(join(packageRoot, 'test/power/init.sh'), join(tree, 'init'))
  const seen = new Set<string>()
  for (const [list, names] of Object.entries(modules)) {
    const files = names.flatMap((name) => needed(unpacked, version, name)).filter((file) => !seen.has(file))
    for (const file of new Set(files)) {
      seen.add(file)
      cpSync(file, join(tree, 'modules', basename(file)))
    }
    writeFileSync(join(tree, 'modules', list), [...new Set(files)].map((file) => `${basename(file)}\n`).join(''))
  }
  const file = join(work, 'initramfs.cpio')
  run(['sh', '-euc', 'chmod 755 init; find . | cpio --create --format=newc --quiet >"$1"', 'sh', file], { cwd: tree })
  return file
}

/** The files of a module and of all it needs, those first; none for what is built in. */
function needed(unpacked: string, version: string, name: string): string[] {
  const shown = run(['modprobe', '--dirname', unpacked, '--set-version', version, '--show-depends', name])
  return [...shown.matchAll(/^insmod (\S+)/gm)].map(([, file]) => file as string)
}
