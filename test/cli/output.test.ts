import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { samplePiOs } from '../../src/sample/sample.ts'
import type { MemoryTree } from '../../src/storage/tree/memory.ts'
import { pibake, program } from '../support/cli.ts'
import { me, plant } from '../support/plant.ts'
import { HASH, KEYS } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'

const test = suite('CLI: output that nobody reads')

/** Commands that print much, and one whose messages are on stderr. */
const commands: readonly (readonly string[])[] = [
  ['plan', 'SPEC', 'TARGET'],
  ['plan', 'SPEC', 'TARGET', '--json'],
  ['explain', 'SPEC', 'TARGET', '/etc/passwd'],
  ['explain', 'SSH004'],
  ['verify', 'SPEC', 'TARGET'],
  ['audit', 'TARGET'],
  ['check', 'SPEC', '--json'],
  ['check', 'missing.yaml'],
  ['schema'],
  ['completion', 'bash'],
  ['--help'],
  ['nonsense'],
]

test('a reader that has gone changes no exit code, and there is no trace: on stdout and on stderr', () =>
  inWorkdir((folder) => {
    const words = targetIn(folder)
    for (const command of commands) {
      const args = command.flatMap((word) => words[word] ?? [word])
      const { code } = pibake(args, { cwd: folder })
      for (const closed of ['stdout', 'stderr'] as const) {
        const ran = withClosed(closed, args, folder)
        assert.is(ran.code, code, `${args.join(' ')}: ${ran.other}`)
        assert.not.match(ran.other, /EPIPE|node:|\n {4}at /, args.join(' '))
      }
    }
  }))

test('a disk that is full is named, with exit code 1', () => {
  const { status, stderr } = spawnSync('sh', ['-c', '"$@" >/dev/full', 'sh', process.execPath, program, 'schema'], {
    encoding: 'utf8',
  })
  assert.is(status, 1)
  assert.match(stderr, /^pibake: cannot write to stdout: ENOSPC[^\n]*\n$/)
})

/** A small target on disk, and what the words of {@link commands} mean. */
function targetIn(folder: string): Record<string, string[]> {
  const image = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  const planted = (tree: MemoryTree | undefined, name: string) => {
    const path = join(folder, name)
    mkdirSync(path)
    plant(
      path,
      [...(tree?.nodes ?? [])].map(([at, node]) => [at, { ...node, ...me }]),
    )
    return path
  }
  const spec = join(folder, 'pibake.yaml')
  writeFileSync(
    spec,
    `version: 1\nusers: [{ name: alice, passwordHash: ${HASH}, authorizedKeys: ['${KEYS.alice}'] }]\npackages: { bundle: false }\n`,
  )
  return {
    SPEC: [spec],
    TARGET: ['--root', planted(image.root, 'root'), '--boot', planted(image.boot, 'boot')],
  }
}

/** Runs with one stream a pipe whose reader is gone before the first byte, and the other in a file. */
function withClosed(closed: 'stdout' | 'stderr', args: readonly string[], folder: string) {
  const [gone, kept] = closed === 'stdout' ? [1, 2] : [2, 1]
  const script = `rm -f pipe; mkfifo pipe; exec 3<>pipe; exec 4>pipe; exec 3<&-; "$@" ${gone}>&4 ${kept}>kept`
  const { status } = spawnSync('sh', ['-c', script, 'sh', process.execPath, program, ...args], { cwd: folder })
  return { code: status, other: readFileSync(join(folder, 'kept'), 'utf8') }
}
