import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { samplePiOs } from '../../src/sample/sample.ts'
import type { MemoryTree } from '../../src/storage/tree/memory.ts'
import { program } from '../support/cli.ts'
import { type KeyServer, keyServer } from '../support/key-server.ts'
import { me, plant } from '../support/plant.ts'
import { HASH, KEYS } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'

const test = suite('CLI: keys of the network, locked once')

interface Place {
  readonly folder: string
  readonly server: KeyServer
  readonly answers: Record<string, string>
  /** Runs a command with SPEC and TARGET; the server answers meanwhile. */
  call(command: string, ...flags: readonly string[]): Promise<{ code: number | null; said: string; stdout: string }>
  spec(keys: string): void
  lock(): string
}

/** A spec, a target and a server of keys. */
const inPlace = (title: string, body: (place: Place) => Promise<void>) =>
  test(title, () =>
    inWorkdir(async (folder) => {
      const answers: Record<string, string> = { '/alice.keys': `${KEYS.alice}\n` }
      const server = await keyServer(answers)
      const image = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
      const planted = (tree: MemoryTree, name: string) => {
        const path = join(folder, name)
        mkdirSync(path)
        plant(
          path,
          [...tree.nodes].map(([at, node]) => [at, { ...node, ...me }]),
        )
        return path
      }
      const target = ['--root', planted(image.root, 'root'), '--boot', planted(image.boot, 'boot')]
      const file = join(folder, 'pibake.yaml')
      try {
        await body({
          folder,
          server,
          answers,
          call: (command, ...flags) => {
            const env = { ...process.env, NO_COLOR: '1', PIBAKE_KEY_MIRROR: server.address }
            return run([command, file, ...(command === 'check' ? [] : target), ...flags], env)
          },
          spec: (keys) =>
            writeFileSync(
              file,
              `version: 1
users:
  - { name: alice, passwordHash: ${HASH}, authorizedKeys: [${keys}] }
packages: { bundle: false }
`,
              { mode: 0o600 },
            ),
          lock: () => readFileSync(join(folder, 'pibake.lock'), 'utf8'),
        })
      } finally {
        await server.close()
      }
    }),
  )

function run(args: readonly string[], env: NodeJS.ProcessEnv): ReturnType<Place['call']> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const text = { stdout: '', stderr: '' }
    child.stdout.on('data', (data) => (text.stdout += data))
    child.stderr.on('data', (data) => (text.stderr += data))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout: text.stdout, said: text.stdout + text.stderr }))
  })
}

inPlace('before lock every command says what is missing; after it nothing is asked again', async (place) => {
  place.spec('{ github: alice }')
  for (const command of ['check', 'plan', 'verify', 'apply']) {
    const { code, said } = await place.call(command)
    assert.is(code, 2, said)
    assert.match(said, /error KEY011 pibake\.lock does not hold the keys of github:alice/)
    assert.match(said, 'hint: pibake lock fetches them once')
  }
  assert.equal(place.server.asked, [])
  const locked = await place.call('lock')
  assert.is(locked.code, 0, locked.said)
  assert.match(locked.said, /github:alice: \+ SHA256:\S{43} \(ssh-ed25519\)/)
  const { keys } = JSON.parse(place.lock())
  assert.equal(
    keys.map((one: { source: string; url: string; keys: { line: string }[] }) => [
      one.source,
      one.url,
      one.keys[0]?.line,
    ]),
    [['github:alice', 'https://github.com/alice.keys', KEYS.alice]],
  )
  await place.server.close()
  for (const command of ['check', 'plan', 'lock']) {
    const { code, said } = await place.call(command, ...(command === 'check' ? [] : ['--frozen']))
    assert.is(code, 0, said)
  }
  const planned = await place.call('plan')
  assert.match(planned.said, keys[0].keys[0].fingerprint)
  assert.equal(place.server.asked, ['/alice.keys'])
})

inPlace('what changes at the source comes in by lock --update alone, and is said', async (place) => {
  place.spec('{ github: alice }')
  assert.is((await place.call('lock')).code, 0)
  const before = place.lock()
  place.answers['/alice.keys'] = `${KEYS.bob}\n`
  assert.is((await place.call('lock')).code, 0)
  assert.is(place.lock(), before)
  const updated = await place.call('lock', '--update')
  assert.is(updated.code, 0, updated.said)
  assert.match(updated.said, /github:alice: \+ SHA256:\S{43}/)
  assert.match(updated.said, /github:alice: - SHA256:\S{43}/)
  assert.match(place.lock(), 'bob@desk')
  assert.not.match(place.lock(), 'alice@laptop')
})

inPlace('--frozen refuses a change of what the spec names, and writes nothing', async (place) => {
  place.spec('{ github: alice }')
  assert.is((await place.call('lock')).code, 0)
  const before = place.lock()
  place.spec('{ launchpad: bob }, { github: alice }')
  const refused = await place.call('lock', '--frozen')
  assert.is(refused.code, 2, refused.said)
  assert.match(refused.said, 'not in the lock: authorizedKeys: launchpad:bob')
  place.spec(`"${KEYS.alice}"`)
  const left = await place.call('lock', '--frozen')
  assert.match(left.said, 'only in the lock: authorizedKeys: github:alice')
  assert.is(left.code, 2)
  assert.is(place.lock(), before)
  assert.is((await place.call('lock')).code, 0)
  assert.not.match(place.lock(), 'github')
})

inPlace('a server that fails leaves the lock as it is, and is worth another try', async (place) => {
  place.spec('{ github: alice }')
  assert.is((await place.call('lock')).code, 0)
  const before = place.lock()
  place.spec('{ github: alice }, { github: nobody }')
  const missing = await place.call('lock')
  assert.is(missing.code, 1, missing.said)
  assert.match(missing.said, /\/nobody\.keys answers with status 404/)
  await place.server.close()
  const away = await place.call('lock')
  assert.is(away.code, 75, away.said)
  assert.is(place.lock(), before)
})

inPlace('with other errors in the spec, and for a stranger’s spec, nobody is asked', async (place) => {
  place.spec('{ github: alice }, { key: nothing }')
  const wrong = await place.call('lock')
  assert.is(wrong.code, 2, wrong.said)
  assert.match(wrong.said, 'KEY001')
  place.spec('{ github: alice }')
  const confined = await place.call('lock', '--confine')
  assert.is(confined.code, 2, confined.said)
  assert.match(confined.said, 'SPC014')
  assert.equal(place.server.asked, [])
})

inPlace('--key-mirror comes before the environment', async (place) => {
  const other = await keyServer({ '/team/alice.keys': `${KEYS.bob}\n` })
  try {
    place.spec('{ github: alice }')
    const { code, said } = await place.call('lock', '--key-mirror', `https://github.com=${other.address}/team`)
    assert.is(code, 0, said)
    assert.match(place.lock(), 'bob@desk')
    assert.equal([other.asked, place.server.asked], [['/team/alice.keys'], []])
  } finally {
    await other.close()
  }
})
