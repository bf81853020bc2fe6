import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { programEnvironment, programPath } from '../base/process/find-program.ts'
import { parsePublicKey } from '../device/formats/public-key.ts'
import { readAssignments } from '../device/formats/shell-assignments.ts'

/** A public key of who runs this, and where it was found. */
export interface FoundKey {
  /** One line of a .pub file. */
  readonly key: string
  readonly from: string
}

/** What this machine is set to: what its owner may want on the device, too. */
export interface HostFacts {
  readonly timezone: string | undefined
  readonly locale: string | undefined
  readonly keyboard: string | undefined
  /** ISO 3166 alpha-2. */
  readonly country: string | undefined
}

/** @param env of the process */
export function hostFacts(env: NodeJS.ProcessEnv): HostFacts {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const locale = [env.LC_ALL, env.LANG].find((one) => /^[a-z]{2,3}_[A-Z]{2}\.utf-?8$/i.test(one ?? ''))
  const region = locale?.slice(locale.indexOf('_') + 1, locale.indexOf('.'))
  const layout = readAssignments(textOf('/etc/default/keyboard')).values.get('XKBLAYOUT')?.split(',')[0]
  return {
    timezone: zone === '' || zone === 'UTC' ? undefined : zone,
    locale: locale?.replace(/\..*$/, '.UTF-8'),
    keyboard: layout === '' ? undefined : layout,
    country: countryOf(zone) ?? region,
  }
}

/** Where a time zone is (zone.tab of tzdata). */
function countryOf(zone: string): string | undefined {
  const row = textOf('/usr/share/zoneinfo/zone.tab')
    .split('\n')
    .find((line) => line.split('\t')[2] === zone)
  return row?.slice(0, 2)
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** The public keys in ~/.ssh, Ed25519 first. */
export function keysOfHome(): readonly FoundKey[] {
  const folder = join(homedir(), '.ssh')
  if (!existsSync(folder)) return []
  const found = readdirSync(folder)
    .filter((file) => file.endsWith('.pub'))
    .sort()
    .flatMap((file) => {
      const key = readKey(join(folder, file))
      return key === undefined ? [] : [{ key, from: `~/.ssh/${file}` }]
    })
  const isBest = ({ key }: FoundKey) => key.startsWith('ssh-ed25519 ')
  return [...found.filter(isBest), ...found.filter((one) => !isBest(one))]
}

/** In seconds. A forwarded agent may be far away. */
const AGENT_LIMIT = 3

/** The public keys that ssh-agent holds. */
export function keysOfAgent(env: NodeJS.ProcessEnv): readonly FoundKey[] {
  const { SSH_AUTH_SOCK } = env
  if (SSH_AUTH_SOCK === undefined) return []
  const { stdout } = spawnSync(programPath('ssh-add'), ['-L'], {
    env: { ...programEnvironment(), SSH_AUTH_SOCK },
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    timeout: AGENT_LIMIT * 1000,
  })
  return (stdout ?? '').split('\n').flatMap((line) => {
    const key = keyIn(line)
    return key === undefined ? [] : [{ key, from: 'ssh-agent' }]
  })
}

/** The public key in a file; undefined when the file cannot be read or holds something else. */
export function readKey(file: string): string | undefined {
  return keyIn(textOf(file))
}

function keyIn(text: string): string | undefined {
  const key = parsePublicKey(text)
  return 'reason' in key ? undefined : `${key.type} ${key.blob} ${key.comment}`.trim()
}
