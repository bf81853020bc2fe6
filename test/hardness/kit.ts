import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Release } from '../../src/device/inspect/inventory.ts'
import { fetchedFile, installed, refresh, unpackedFromUnstable } from '../listeners/support/install.ts'
import { runIn } from '../system/support/chroot.ts'
import { discard } from '../system/support/roots.ts'
import { run } from '../system/support/run.ts'

/** The judges of one release. */
export interface Kit {
  /** A folder that a device sees at {@link INSIDE}: those who look from inside, with their libraries; nothing of it is installed there. */
  readonly inside: string
  /**
   * The package linux-base, which every image with a kernel has: OpenSCAP takes a system without it for one without a kernel, to which
   * most rules do not apply.
   */
  readonly linuxBase: string
  /** A root of Debian with those who look from the network. */
  readonly outside: string
  /** Program → version. */
  readonly versions: Readonly<Record<string, string>>
  remove(): void
}

/** Where a device sees the folder. In memory, and so on a file system that no judge of the card searches. */
export const INSIDE = '/run/hardness'

/** Lynis is a script that runs from any folder; OpenSCAP brings its own dynamic linker. */
const GATHER = `
mkdir -p /kit/lib /kit/lynis/plugins
cp -L $(ldd /usr/bin/oscap | grep -o '/[^ ]*') /kit/lib/
cp /usr/bin/oscap /kit/
cp -r /usr/share/openscap /kit/share
cp -r /usr/share/lynis/. /usr/sbin/lynis /etc/lynis/default.prf /kit/lynis/
if test -d /etc/lynis/plugins; then cp -rL /etc/lynis/plugins/. /kit/lynis/plugins/; fi
`

/** Bookworm's ssh-audit is older than the policies: one of both looks from outside at all. */
const OUTSIDE: Release = 'trixie'

export function makeKit(release: Release): Kit {
  for (const one of new Set([release, OUTSIDE])) refresh(one)
  const inner = installed(release, ['lynis', 'openscap-scanner', 'linux-base'])
  const outside = installed(OUTSIDE, ['nmap', 'ssh-audit'])
  const inside = mkdtempSync(join(tmpdir(), 'pibake-kit-'))
  const content = mkdtempSync(join(tmpdir(), 'pibake-content-'))
  const remove = () => {
    for (const root of [inner, outside]) discard(root)
    for (const folder of [inside, content]) rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', remove)
  runIn(inner, ['sh', '-euc', GATHER])
  run(['cp', '-a', `${inner}/kit/.`, inside])
  run(['chmod', '0755', inside])
  unpackedFromUnstable('ssg-debian', content)
  mkdirSync(join(inside, 'content'))
  const file = contentFile(release)
  cpSync(join(content, 'usr/share/xml/scap/ssg/content', file), join(inside, 'content', file))
  const version = (root: string, name: string) => /^Version: (.*)$/m.exec(statusOf(root, name))?.[1] ?? 'unknown'
  const versions = {
    lynis: version(inner, 'lynis'),
    openscap: version(inner, 'openscap-scanner'),
    'ssg-debian': run(['dpkg-deb', '--field', join(content, 'package.deb'), 'Version']).trim(),
    'ssh-audit': version(outside, 'ssh-audit'),
    nmap: version(outside, 'nmap'),
  }
  return { inside, linuxBase: fetchedFile(release, 'linux-base'), outside, versions, remove }
}

/** The data stream of a release in scap-security-guide. */
export function contentFile(release: Release): string {
  return `ssg-debian${release === 'bookworm' ? 12 : 13}-ds.xml`
}

/** A package's paragraph in dpkg's status file. */
function statusOf(root: string, name: string): string {
  const paragraphs = readFileSync(join(root, 'var/lib/dpkg/status'), 'utf8').split('\n\n')
  return paragraphs.find((paragraph) => paragraph.startsWith(`Package: ${name}\n`)) ?? ''
}
