import { spawnSync } from 'node:child_process'
import { programEnvironment, programPath } from '../../base/process/find-program.ts'

/**
 * The capabilities of the files below an open directory, by path. Node has no system call for extended attributes: getcap(8) of
 * libcap, which nearly every Linux has, begins in the descriptor itself and follows no link.
 *
 * @returns none where the program is not there
 */
export function capabilitiesBelow(directory: number): ReadonlyMap<string, readonly string[]> {
  const { stdout } = spawnSync(programPath('getcap'), ['-r', '.'], {
    cwd: `/proc/${process.pid}/fd/${directory}`,
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    env: { ...programEnvironment(), LC_ALL: 'C' },
    maxBuffer: 64 << 20,
  })
  const lines = (stdout ?? '').split('\n')
  return new Map(
    lines.flatMap((line): [string, string[]][] => {
      // `PATH cap_a,cap_b=ep`; before 2.41 `PATH = cap_a,cap_b+ep`.
      const [, path, clauses] = /^\.\/(.*?)(?: =)? ((?:cap_\w+,?)+[=+].*)$/.exec(line) ?? []
      if (path === undefined || clauses === undefined) return []
      return [[`/${path}`, clauses.split(' ').flatMap(permittedIn)]]
    }),
  )
}

/** `cap_a,cap_b=ep`: of a clause that permits, the names. */
function permittedIn(clause: string): readonly string[] {
  const [, names = '', flags = ''] = /^([\w,]+)[=+]([eip]*)$/.exec(clause) ?? []
  return flags.includes('p') ? names.split(',').map((name) => name.replace(/^cap_/, '')) : []
}
