import { numberedLines } from '../../../device/pam/source-lines.ts'
import type { Finding, Reader } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { unasked, wayToRoot } from './root-finding.ts'
import { Holes } from './writable.ts'

/** Libraries that the dynamic loader puts into every program, those of root too (ld.so(8)). */
export const preloaded: Reader = (device) => {
  const holes = new Holes(device)
  return [...preloads(device, holes), ...libraryPaths(device, holes), ...variables(device)]
}

const SETTLE = 'take the line out'

function preloads(device: FinishedDevice, holes: Holes): readonly Finding[] {
  return numberedLines(device.root, '/etc/ld.so.preload').flatMap(({ text, at }) =>
    text
      .replace(/#.*/, '')
      .split(/[\s:]+/)
      .filter((word) => word !== '')
      .flatMap((library): readonly Finding[] => {
        const hole = holes.on(library)
        if (hole !== undefined) {
          return unasked(device, hole.users).map((user) =>
            wayToRoot(
              user,
              at,
              `every program loads ${library}, and ${user ?? 'everybody'} can write ${hole.place}`,
              SETTLE,
            ),
          )
        }
        return [unproved(at, `every program loads ${library}, sshd, login and sudo too`)]
      }),
  )
}

/** Directories of /etc/ld.so.conf.d, searched before the system's own. */
function libraryPaths(device: FinishedDevice, holes: Holes): readonly Finding[] {
  const { root } = device
  const directory = '/etc/ld.so.conf.d'
  const files = root.list(directory).filter((name) => name.endsWith('.conf'))
  return ['/etc/ld.so.conf', ...files.map((name) => `${directory}/${name}`)].flatMap((file) =>
    numberedLines(root, file).flatMap(({ text, at }) => {
      const path = text.replace(/#.*/, '').trim()
      const hole = path.startsWith('/') ? holes.on(path) : undefined
      return hole === undefined
        ? []
        : unasked(device, hole.users).map((user) =>
            wayToRoot(
              user,
              at,
              `programs look for libraries in ${path}, and ${user ?? 'everybody'} can write there`,
              SETTLE,
            ),
          )
    }),
  )
}

/** pam_env gives these to every session, root's too. */
function variables({ root }: FinishedDevice): readonly Finding[] {
  return ['/etc/environment', '/etc/security/pam_env.conf', '/etc/default/locale'].flatMap((file) =>
    numberedLines(root, file).flatMap(({ text, at }) =>
      /^\s*(?:export\s+)?LD_(?:PRELOAD|LIBRARY_PATH|AUDIT)\b/.test(text)
        ? [unproved(at, 'every session loads libraries by this variable, root’s too')]
        : [],
    ),
  )
}

function unproved(at: Finding['at'], because: string): Finding {
  return { answer: 'unproved', way: 'root', user: undefined, code: 'ACC053', at, because, settle: SETTLE }
}
