import { existsSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import type { Command } from 'commander'
import { mediaSize } from '../base/encode/media-size.ts'
import { visible } from '../base/encode/visible.ts'
import { findProgram } from '../base/process/find-program.ts'
import { calledPrograms } from '../base/process/programs.ts'
import { DebCache } from '../write/packages/cache.ts'
import { cardLines, removableDevices } from './choose-cards.ts'
import { common, type Run } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { examples } from './help.ts'
import { type Io, printJson } from './io.ts'
import { nextLines } from './next.ts'
import { printLines } from './print.ts'

/** package.json, `engines`. */
const NODE = { major: 20, minor: 19 }
/** A stock image with desktop, unpacked, is larger than 8 GB; one of the Lite kind has 3. */
const ROOMY = 4e9
const PROXIES = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy', 'HTTPS_PROXY', 'NO_PROXY']

/** `pibake doctor`: what this machine can do, and what is missing. */
export function addDoctor(program: Command, run: Run): void {
  common(program.command('doctor').usage('[options]'))
    .summary('say what this machine can do, what is missing, and how to get it')
    .description(
      'Looks at what pibake needs of this machine: Node.js, the programs it calls, space, and the cards that are there. Writes nothing.',
    )
    .addHelpText('after', examples(['pibake doctor', 'what is there and what is missing']))
    .addHelpText('after', '\nExit codes: 0 nothing is missing, 1 something is.')
    .action(run((io) => doctor(io)))
}

function doctor(io: Io): ExitCode {
  const facts = factsOf(io)
  if (io.json) printJson(io, { schema: 'pibake.doctor/1', ...facts })
  else printLines(io, [...lines(io, facts).map(visible), ...nextLines(io, steps(facts))])
  return facts.complete ? EXIT.ok : EXIT.failed
}

type Facts = ReturnType<typeof factsOf>

function factsOf({ env }: Io) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const node = {
    version: process.versions.node,
    enough: major > NODE.major || (major === NODE.major && minor >= NODE.minor),
  }
  const programs = calledPrograms().map(({ isOptional = false, ...program }) => ({
    ...program,
    path: findProgram(program.name) ?? null,
    needed: !isOptional,
  }))
  const missing = programs.filter(({ path, needed }) => path === null && needed)
  return {
    complete: node.enough && process.platform === 'linux' && missing.length === 0,
    platform: process.platform,
    node,
    root: process.getuid?.() === 0,
    programs,
    install: missing.length === 0 ? null : installCommand(missing),
    space: [spaceOf('temporary files', tmpdir()), spaceOf('packages', new DebCache(env, () => undefined).folder)],
    proxies: PROXIES.filter((name) => (env[name] ?? '') !== ''),
    devices: removableDevices().map(({ path, model, size, serial = null, mounts }) => ({
      path,
      model,
      size,
      serial,
      mounts: mounts.map(({ point }) => point),
    })),
  }
}

function installCommand(programs: readonly { readonly package: string }[]): string {
  return `sudo apt install ${[...new Set(programs.map((program) => program.package))].join(' ')}`
}

/** Of a folder that may not be there yet: of the nearest one that is. */
function spaceOf(what: string, folder: string) {
  let there = folder
  while (!existsSync(there)) there = dirname(there)
  const { bavail, bsize } = statfsSync(there)
  return { what, folder, free: bavail * bsize }
}

function lines(io: Io, { platform, node, root, programs, space, proxies }: Facts): string[] {
  const row = (isGood: boolean | undefined, name: string, text: string) => {
    const mark = isGood === undefined ? 'note' : isGood ? 'ok' : 'MISSING'
    return `  ${mark.padEnd(7)}  ${name.padEnd(16)} ${text}`
  }
  return [
    row(
      platform === 'linux',
      'system',
      platform === 'linux' ? 'Linux' : `${platform}: cards and mounted partitions need Linux`,
    ),
    row(
      node.enough,
      'Node.js',
      `${node.version}${node.enough ? '' : `; pibake needs ${NODE.major}.${NODE.minor} or newer`}`,
    ),
    row(
      root ? true : undefined,
      'root',
      root ? 'yes' : 'no: cards and mounted partitions need sudo, image files do not',
    ),
    ...programs.map(({ name, path, needed, for: what, package: from }) => {
      const text = path === null ? `for ${what}; Debian: ${from}` : `${path}, for ${what}`
      return row(path !== null ? true : needed ? false : undefined, name, text)
    }),
    ...space.map(({ what, folder, free }) => {
      const small = free < ROOMY ? '; a larger image may not fit there' : ''
      return row(free < ROOMY ? undefined : true, 'space', `${mediaSize(free)} free for ${what} in ${folder}${small}`)
    }),
    ...(proxies.length === 0 ? [] : [row(true, 'proxies', `set: ${proxies.join(', ')}`)]),
    '',
    ...cardLines(removableDevices()),
    ...(io.quiet ? [] : ['']),
  ]
}

function steps({ install, node }: Facts): (readonly [string, string])[] {
  if (!node.enough) return [['next', `install Node.js ${NODE.major}.${NODE.minor} or newer`]]
  return [['next', install ?? 'pibake init']]
}
