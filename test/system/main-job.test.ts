import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { samplePiOs } from '../../src/sample/sample.ts'
import type { MemoryTree } from '../../src/storage/tree/memory.ts'
import { pibake } from '../support/cli.ts'
import { plant } from '../support/plant.ts'
import { snapshot } from '../support/snapshot.ts'
import { HASH, smallSpec } from '../support/spec.ts'
import { suite } from '../support/suite.ts'

const test = suite('the main job, by its command line')

let work = ''
let boot = ''
let root = ''
let spec = ''
const target = () => ['--boot', boot, '--root', root]

function lay(where: string, tree: MemoryTree): void {
  mkdirSync(where)
  plant(where, [...tree.nodes])
}

test.before(() => {
  work = mkdtempSync(join(tmpdir(), 'pibake-cli-'))
  chmodSync(work, 0o755)
  boot = join(work, 'boot')
  root = join(work, 'root')
  spec = join(work, 'pibake.yaml')
  const sample = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  lay(boot, sample.boot)
  lay(root, sample.root)
  writeFileSync(spec, JSON.stringify({ ...smallSpec(), device: { hostname: 'kit-07' } }))
})

test.after(() => rmSync(work, { recursive: true, force: true }))

test('plan shows every path and touches nothing', () => {
  const before = snapshot(work, { times: true })
  const { code, stdout, stderr } = pibake(['plan', spec, ...target()])
  assert.is(code, 0, stderr)
  assert.match(stdout, '+ /etc/ssh/sshd_config.d/00-pibake.conf')
  assert.match(stdout, 'ssh alice@kit-07.local')
  assert.equal(snapshot(work, { times: true }), before)
})

test('plan --json is one document, and no secret is in any output', () => {
  const { code, stdout, stderr } = pibake(['plan', spec, ...target(), '--json'])
  assert.is(code, 0, stderr)
  const document = JSON.parse(stdout) as { schema: string; changes: unknown[] }
  assert.is(document.schema, 'pibake.plan/1')
  assert.ok(document.changes.length > 20)
  const screens = [[], ['--all', '--diff'], ['--verbose']].map(
    (flags) => pibake(['plan', spec, ...target(), ...flags]).stdout,
  )
  for (const text of [stdout, stderr, ...screens]) assert.not.match(text, HASH)
})

test('without root, apply says what to do instead; --overlay works and leaves the target alone', () => {
  const before = snapshot(root, { times: true })
  const refused = pibake(['apply', spec, ...target()], { uid: 65534 })
  assert.is(refused.code, 3, refused.stderr)
  assert.match(refused.stderr, '--overlay')
  const tar = join(work, 'overlay.tar')
  const written = pibake(['apply', spec, ...target(), '--overlay', tar])
  assert.is(written.code, 0, written.stderr)
  const bytes = readFileSync(tar)
  pibake(['apply', spec, ...target(), '--overlay', tar])
  assert.ok(readFileSync(tar).equals(bytes), 'two overlays differ')
  assert.equal(snapshot(root, { times: true }), before)
})

test('apply changes the target, verify finds no drift, a second apply changes nothing', () => {
  assert.is(pibake(['verify', spec, ...target()]).code, 4)
  const first = pibake(['apply', spec, ...target()])
  assert.is(first.code, 0, first.stderr)
  assert.match(first.stdout, 'ssh alice@kit-07.local')
  assert.match(readFileSync(join(root, 'etc/passwd'), 'utf8'), /^alice:/m)
  assert.not.match(readFileSync(join(root, 'etc/passwd'), 'utf8'), /^pi:/m)
  const verified = pibake(['verify', spec, ...target()])
  assert.is(verified.code, 0, verified.stdout)
  const before = [...snapshot(root, { times: true }), ...snapshot(boot, { times: true })]
  const second = pibake(['apply', spec, ...target()])
  assert.is(second.code, 0, second.stderr)
  assert.match(second.stdout, 'Nothing to change')
  assert.equal([...snapshot(root, { times: true }), ...snapshot(boot, { times: true })], before)
})

test('explain names the spec key behind a line', () => {
  const { code, stdout, stderr } = pibake(['explain', spec, '/etc/ssh/sshd_config.d/00-pibake.conf', ...target()])
  assert.is(code, 0, stderr)
  assert.match(stdout, /PasswordAuthentication no\s+.*ssh\.passwordAuthentication/)
  assert.is(pibake(['explain', spec, '/etc/nothing', ...target()]).code, 1)
})

test('verify names what has drifted', () => {
  const path = join(root, 'etc/ssh/sshd_config.d/00-pibake.conf')
  const good = readFileSync(path)
  writeFileSync(path, 'PasswordAuthentication yes\n')
  chmodSync(path, 0o666)
  const { code, stdout } = pibake(['verify', spec, ...target()])
  assert.is(code, 4)
  assert.match(stdout, /root:\/etc\/ssh\/sshd_config\.d\/00-pibake\.conf {2}content, mode/)
  writeFileSync(path, good)
  chmodSync(path, 0o644)
  assert.is(pibake(['verify', spec, ...target()]).code, 0)
})

test('exit codes: invalid 2, not Raspberry Pi OS 3, lock-out 5 unless accepted', () => {
  const bad = join(work, 'bad.yaml')
  writeFileSync(bad, 'version: 1\nusers: [{ name: Alice }]\nfrob: 1\n')
  const invalid = pibake(['plan', bad, ...target()])
  assert.is(invalid.code, 2)
  assert.match(invalid.stderr, /bad\.yaml:2:\d+ error USR001/)
  assert.match(invalid.stderr, /bad\.yaml:3:1 error SPC002/)
  assert.is(pibake(['plan', spec, '--root', work]).code, 3)
  const shut = join(work, 'shut.yaml')
  writeFileSync(shut, JSON.stringify({ ...smallSpec(), firewall: { rules: ['allow 80/tcp'] } }))
  const refused = pibake(['apply', shut, ...target()])
  assert.is(refused.code, 5, refused.stderr)
  assert.match(refused.stderr, 'ACC006')
  assert.is(pibake(['plan', shut, ...target(), '--accept-lockout']).code, 0)
  assert.is(pibake(['frobnicate']).code, 2)
})

test('without --boot, what belongs there is skipped, loudly', () => {
  const { code, stdout, stderr } = pibake(['plan', spec, '--root', root])
  assert.is(code, 0, stderr)
  assert.match(stdout, 'SKIPPED boot:/cmdline.txt')
})

test('with --json a refusal is one document too', () => {
  const shut = join(work, 'shut.yaml')
  for (const [args, exit, schema] of [
    [['plan', join(work, 'bad.yaml'), ...target()], 2, 'pibake.refusal/1'],
    [['apply', shut, ...target()], 5, 'pibake.refusal/1'],
    [['plan', spec, '--root', work], 3, 'pibake.failure/1'],
  ] as const) {
    const { code, stdout } = pibake([...args, '--json'])
    assert.is(code, exit)
    const document = JSON.parse(stdout) as { schema: string; exit: number }
    assert.equal([document.schema, document.exit], [schema, exit])
  }
})

test('a device that announces no name is not promised one', () => {
  const quiet = join(work, 'quiet.yaml')
  writeFileSync(quiet, JSON.stringify({ ...smallSpec(), services: { disable: ['avahi-daemon'] } }))
  const { code, stdout, stderr } = pibake(['plan', quiet, ...target()])
  assert.is(code, 0, stderr)
  assert.match(stdout, 'ssh alice@ADDRESS')
  assert.not.match(stdout, '.local')
})
