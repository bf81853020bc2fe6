import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { TargetError } from '../../base/errors.ts'
import { latin1, latin1Text } from '../../base/host/bytes.ts'
import { isReadableByAll } from '../../core/plan/readable-by-all.ts'
import type { Source } from '../../device/apt/sources.ts'
import { architecturesOf } from '../../device/inspect/architecture.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { baseConfiguration } from './configuration.ts'
import { type Mirror, mirrored } from './mirrors.ts'

export interface PrivateRootOptions {
  readonly sources: readonly Source[]
  readonly mirrors: readonly Mirror[]
  /** `packages.snapshot`: archives of a day in the past. */
  readonly snapshot: string | undefined
}

/** The image's files that decide what apt chooses; of its apt.conf nothing but the default release is taken. */
const COPIED = ['/var/lib/dpkg/status', '/var/lib/apt/extended_states', '/etc/apt/preferences', '/etc/apt/trusted.gpg']
const COPIED_FROM = ['/etc/apt/preferences.d', '/etc/apt/trusted.gpg.d']

const FOLDERS = [
  'etc/apt/apt.conf.d',
  'etc/apt/preferences.d',
  'etc/apt/trusted.gpg.d',
  'var/lib/apt/lists/partial',
  'var/cache/apt/archives/partial',
]

/** apt fetches and checks as the user _apt where it is started by root. */
const FOLDER_MODE = process.geteuid?.() === 0 ? 0o755 : 0o700
/** Addresses of sources may have a password in them. */
const SECRET = 0o600

/** What not everybody on the device may read is nobody else's here either. */
function modeOf(root: Tree, path: string): number {
  return isReadableByAll(root, root.resolve(path)) ? 0o644 : SECRET
}

/**
 * A directory in which this machine's apt works as if it were the image's: its packages, architectures, sources and
 * keys are the image's, and of this machine's configuration it sees nothing.
 */
export class PrivateRoot {
  readonly place: string

  /** @throws TargetError when the image lacks what apt needs, such as a key that a source names */
  constructor(root: Tree, options: PrivateRootOptions) {
    this.place = mkdtempSync(join(tmpdir(), 'pibake-apt-'))
    try {
      chmodSync(this.place, FOLDER_MODE)
      for (const folder of FOLDERS) this.#makeFolder(join(this.place, folder))
      for (const path of [...COPIED, ...COPIED_FROM.flatMap((folder) => namesIn(root, folder))]) {
        const content = root.read(path)
        if (content !== undefined) this.write(path, pinned(path, content, options), modeOf(root, path))
      }
      this.write('/apt.conf', configuration(this.place, root, options))
      this.write('/etc/apt/sources.list.d/image.sources', this.#sourcesText(root, options), SECRET)
    } catch (error) {
      this.remove()
      throw error
    }
  }

  /** @param mode whatever the umask */
  write(path: string, content: string | Uint8Array, mode = 0o644): string {
    const file = join(this.place, path)
    this.#makeFolder(dirname(file))
    writeFileSync(file, content, { mode: SECRET })
    chmodSync(file, mode)
    return file
  }

  /** Another list of sources for {@link runApt}; what apt has read of the same archives before is used again. */
  writeSources(name: string, root: Tree, options: PrivateRootOptions): string {
    return this.write(`/${name}.sources`, this.#sourcesText(root, options), SECRET)
  }

  remove(): void {
    rmSync(this.place, { recursive: true, force: true })
  }

  /** Whatever the umask: who could write there would choose the packages. */
  #makeFolder(folder: string): void {
    if (folder === this.place || existsSync(folder)) return
    this.#makeFolder(dirname(folder))
    mkdirSync(folder, { mode: FOLDER_MODE })
    chmodSync(folder, FOLDER_MODE)
  }

  #sourcesText(root: Tree, { sources, mirrors, snapshot }: PrivateRootOptions): string {
    const paragraphs = sources.map((source, index) => {
      const fields = {
        Types: 'deb',
        URIs: source.uris.map((uri) => mirrored(uri, mirrors, snapshot)).join(' '),
        Suites: source.suites.join(' '),
        Components: source.components.join(' '),
        Architectures: source.architectures.join(' '),
        'Signed-By': this.#signedBy(root, source, index),
      }
      return Object.entries(fields).map(([name, value]) => (value === '' ? '' : `${name}: ${value}\n`))
    })
    return paragraphs.map((lines) => lines.join('')).join('\n')
  }

  #signedBy(root: Tree, { signedBy, uris }: Source, index: number): string {
    if (signedBy.key !== undefined) return this.write(`/keys/${index}.asc`, signedBy.key)
    const files = signedBy.files.map((path, i) => {
      const key = root.read(path)
      if (key === undefined) {
        throw new TargetError(`${root.label}: ${path} is not there, and the source ${uris.join(' ')} is signed with it`)
      }
      const kind = extname(path) === '.asc' ? '.asc' : '.gpg'
      return this.write(`/keys/${index}-${i}${kind}`, key, modeOf(root, path))
    })
    return [...files, ...signedBy.fingerprints].join(', ')
  }
}

/** Pins by host follow the mirrors: apt compares the host that it fetches from, which is empty for `file:`. */
function pinned(path: string, content: Uint8Array, { sources, mirrors, snapshot }: PrivateRootOptions): Uint8Array {
  if (!path.startsWith('/etc/apt/preferences') || mirrors.length === 0) return content
  const hosts = new Map(
    sources.flatMap(({ uris }) => uris.map((uri) => [hostOf(uri), hostOf(mirrored(uri, mirrors, snapshot))] as const)),
  )
  const text = latin1Text(content).replace(/^(Pin:\s*origin\s+)"([^"\n]*)"/gim, (whole, pin: string, host: string) => {
    const other = hosts.get(host)
    return other === undefined ? whole : `${pin}"${other}"`
  })
  return latin1(text)
}

/** As apt compares it in a pin; empty: of this machine's files. */
export function hostOf(uri: string): string {
  return /^https?:\/\/(?:[^/@]*@)?(\[[^\]]*\]|[^/:]*)/.exec(uri)?.[1]?.toLowerCase() ?? ''
}

function namesIn(root: Tree, folder: string): string[] {
  return root
    .list(folder)
    .filter((name) => /^[\w+.-]+$/.test(name) && root.lstat(`${folder}/${name}`)?.kind !== 'directory')
    .map((name) => `${folder}/${name}`)
}

function configuration(place: string, root: Tree, { snapshot }: PrivateRootOptions): string {
  const { native, foreign } = architecturesOf(root)
  const release = defaultRelease(root)
  const lines = [
    `Dir::State::status "${place}/var/lib/dpkg/status";`,
    `APT::Architecture "${native}";`,
    `APT::Architectures { ${[native, ...foreign].map((name) => `"${name}";`).join(' ')} };`,
    'APT::Install-Recommends "false";',
    'APT::Update::Error-Mode "any";',
    'APT::Get::Assume-Yes "true";',
    'Acquire::Languages "none";',
    'Acquire::ForceHash "sha256";',
    // An archive of a past day is signed with a date until which it was valid.
    ...(snapshot === undefined ? [] : ['Acquire::Check-Valid-Until "false";']),
    ...(release === undefined ? [] : [`APT::Default-Release "${release}";`]),
  ]
  return baseConfiguration(place) + lines.map((line) => `${line}\n`).join('')
}

/** apt.conf may run commands, so it is not apt that reads the image's. */
function defaultRelease(root: Tree): string | undefined {
  const files = ['/etc/apt/apt.conf', ...namesIn(root, '/etc/apt/apt.conf.d')]
  const found = files.flatMap((path) => {
    const text = new TextDecoder().decode(root.read(path) ?? new Uint8Array())
    const value = /^(?!\s*(?:\/\/|#)).*\bDefault-Release\s+"([\w./~+-]+)"/im.exec(text)?.[1]
    return value === undefined ? [] : [value]
  })
  return found.at(-1)
}
