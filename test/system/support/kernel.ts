import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { debianSources, machineCodename } from './mirror.ts'
import { type Architecture, native } from './recipe.ts'
import { run } from './run.ts'

/** Debian's kernel for virtual machines, unpacked. */
export interface Kernel {
  readonly image: string
  /** `uname -r`. */
  readonly version: string
  /** Directory that holds `lib/modules/VERSION`, with its indexes made. */
  readonly unpacked: string
}

/** The kernel of a release, from wherever this machine's apt gets Debian; unpacked and kept, never installed. */
export function debianKernel(release: string = machineCodename(), architecture = native): Kernel {
  const meta = `linux-image-cloud-${architecture}`
  const unpacked = fetched(release, architecture, (apt) => {
    const depends = run(['apt-cache', ...apt, 'depends', '--important', meta])
    return /Depends: (linux-image-\S+)/.exec(depends)?.[1]
  })
  const boot = join(unpacked, 'boot')
  const image = readdirSync(boot).find((name) => name.startsWith('vmlinuz-'))
  if (image === undefined) throw new Error('the kernel package holds no vmlinuz')
  const version = image.replace('vmlinuz-', '')
  // From Trixie on packages hold usr/lib, and the machine has a link.
  if (!existsSync(join(unpacked, 'lib'))) symlinkSync('usr/lib', join(unpacked, 'lib'))
  if (!existsSync(join(unpacked, 'lib/modules', version, 'modules.dep')))
    run(['depmod', '--basedir', unpacked, version])
  return { image: join(boot, image), version, unpacked }
}

/** A busybox that needs no library, for a kernel of that architecture. */
export function staticBusybox(release: string, architecture: Architecture): string {
  if (architecture === native) return '/bin/busybox'
  const unpacked = fetched(release, architecture, 'busybox-static')
  // Where /bin is a link to usr/bin, as in every release from Trixie on, packages hold the latter.
  return ['bin/busybox', 'usr/bin/busybox'].map((path) => join(unpacked, path)).find(existsSync) as string
}

/** A package of a release for this machine's architecture, unpacked and kept, never installed. @returns its directory */
export function debianPackage(release: string, name: string): string {
  return fetched(release, native, name)
}

/** A package of a release, unpacked into the cache. @param wanted its name, or what tells it by an apt with these options */
function fetched(
  release: string,
  architecture: Architecture,
  wanted: string | ((apt: readonly string[]) => string | undefined),
): string {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pibake-test')
  const placeOf = (name: string) => join(cache, `${release}-${architecture}-${name}`)
  if (typeof wanted === 'string' && existsSync(placeOf(wanted))) return placeOf(wanted)
  const work = mkdtempSync(join(tmpdir(), 'pibake-apt-'))
  try {
    const apt = aptOptions(work, release, architecture)
    run(['apt-get', ...apt, '--quiet=2', 'update'], { timeout: 600 })
    const name = typeof wanted === 'string' ? wanted : wanted(apt)
    if (name === undefined) throw new Error(`apt knows no kernel of ${release} for ${architecture}`)
    const place = placeOf(name)
    if (existsSync(place)) return place
    mkdirSync(cache, { recursive: true })
    const partial = mkdtempSync(`${place}.partial-`)
    try {
      run(['apt-get', ...apt, 'download', '--quiet=2', name], { cwd: partial, timeout: 600 })
      run(['sh', '-euc', 'dpkg-deb --extract ./*.deb . && rm ./*.deb'], { cwd: partial })
      renameSync(partial, place)
    } finally {
      rmSync(partial, { recursive: true, force: true })
    }
    return place
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** An apt of its own, which knows one release and one architecture and nothing of what this machine has installed. */
function aptOptions(place: string, release: string, architecture: Architecture): string[] {
  for (const folder of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(place, folder), { recursive: true })
  for (const [name, text] of [
    ['sources.list', debianSources(release, machineCodename())],
    ['status', ''],
  ] as const) {
    writeFileSync(join(place, name), text)
  }
  const settings = {
    'Dir::Etc::SourceList': join(place, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': join(place, 'lists'),
    'Dir::State::status': join(place, 'status'),
    'Dir::Cache': join(place, 'cache'),
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
  }
  return Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`])
}

/** The files of modules and of all they need, those first; none for what is built in. */
export function moduleFiles({ unpacked, version }: Kernel, names: readonly string[]): string[] {
  const files = names.flatMap((name) => {
    const shown = run(['modprobe', '--dirname', unpacked, '--set-version', version, '--show-depends', name])
    return [...shown.matchAll(/^insmod (\S+)/gm)].map(([, file]) => file as string)
  })
  return [...new Set(files)]
}

/**
 * Packs an initramfs: busybox, `init`, and modules in `/modules` with, for each list of them, a file that names them in
 * the order of loading.
 *
 * @param busybox a busybox of the kernel's architecture that needs no library
 * @param work where it is put together; returned is a file in there
 */
export function packInitramfs(
  work: string,
  init: string,
  busybox: string,
  lists: Readonly<Record<string, readonly string[]>>,
): string {
  const tree = join(work, 'initramfs')
  rmSync(tree, { recursive: true, force: true })
  for (const folder of ['bin', 'modules']) mkdirSync(join(tree, folder), { recursive: true })
  cpSync(busybox, join(tree, 'bin/busybox'), { dereference: true })
  cpSync(init, join(tree, 'init'))
  for (const [list, files] of Object.entries(lists)) {
    for (const file of files) cpSync(file, join(tree, 'modules', basename(file)))
    writeFileSync(join(tree, 'modules', list), files.map((file) => `${basename(file)}\n`).join(''))
  }
  const file = join(work, 'initramfs.cpio')
  run(['sh', '-euc', 'chmod 755 init; find . | cpio --create --format=newc --quiet >"$1"', 'sh', file], { cwd: tree })
  return file
}
