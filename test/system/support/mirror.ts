import { readFileSync } from 'node:fs'
import { run } from './run.ts'

interface IndexTarget {
  readonly uri: string
  readonly suite: string
  readonly component: string
}

/**
 * One-line apt sources for a Debian release, from wherever this machine itself gets Debian: the mirror of its main
 * archive and, where it has one, of its security archive (`apt-get indextargets`, which reads both source formats).
 *
 * @throws Error when this machine's apt has no Debian archive configured
 */
export function debianSources(release: string, machineCodename: string): string {
  const targets = indexTargets().filter((target) => target.component === 'main')
  const archive = targets.find((target) => target.suite === machineCodename)
  const security = targets.find((target) => target.suite === `${machineCodename}-security`)
  if (archive === undefined) throw new Error(`apt on this machine has no source for ${machineCodename} main`)
  const lines = [`deb ${archive.uri} ${release} main`, `deb ${archive.uri} ${release}-updates main`]
  if (security !== undefined) lines.push(`deb ${security.uri} ${release}-security main`)
  return `${lines.join('\n')}\n`
}

/** The line of Debian unstable, from the same mirror: for packages of data that a release has in a form too old. */
export function unstableSource(machineCodename: string): string {
  return debianSources('unstable', machineCodename).split('\n')[0] ?? ''
}

function indexTargets(): IndexTarget[] {
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT)'
  const lines = run(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages']).split('\n')
  return lines.flatMap((line) => {
    const [uri, suite, component] = line.split(' ')
    return uri === undefined || suite === undefined || component === undefined ? [] : [{ uri, suite, component }]
  })
}

/** The release of Debian that this machine runs. */
export function machineCodename(): string {
  const codename = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
  if (codename === undefined) throw new Error('/etc/os-release names no release of Debian')
  return codename
}
