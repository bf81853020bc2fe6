import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { pibake, program } from '../support/cli.ts'
import { MAKE, make, prepared, type Row, rowsOf, SPEC, writeInventory } from '../support/fleet.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { digestsBelow, digestsIn } from '../write/bake/support/digests.ts'
import { makeSampleImage } from '../write/bake/support/sample-image.ts'

const test = suite('CLI: fleet')

/** `PIBAKE_FLEET_KILLS=200` for a long run. */
const KILLS = Number(process.env.PIBAKE_FLEET_KILLS ?? 3)

/** A folder that has the host keys of another one already, which are made by chance. */
function withKeysOf(work: string, from: string, to: string): void {
  mkdirSync(join(work, to))
  cpSync(join(work, from, 'secrets'), join(work, to, 'secrets'), { recursive: true })
}

test('the same bytes by one thread and by two, by parts that are joined, and by a run that was killed', () =>
  inWorkdir(async (work) => {
    await prepared(work, 5)
    const first = make(work, 'one', '--jobs', '1')
    assert.is(first.code, 0, first.stderr)
    const wanted = digestsBelow(join(work, 'one'))
    assert.is(Object.keys(wanted).filter((name) => name.startsWith('devices/')).length, 5)
    for (const name of ['fleet.json', 'known_hosts', 'sshfp.zone', 'devices.csv', 'labels.html', 'SHA256SUMS'])
      assert.ok(name in wanted, name)
    const sums = spawnSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: join(work, 'one') })
    assert.is(sums.status, 0)

    withKeysOf(work, 'one', 'two')
    assert.is(make(work, 'two', '--jobs', '2').code, 0)
    assert.equal(digestsBelow(join(work, 'two')), wanted)

    withKeysOf(work, 'one', 'parts')
    for (const part of ['3/3', '1/3']) assert.is(make(work, 'parts', '--shard', part).code, 0)
    const early = pibake(['fleet', 'merge', 'parts'], { cwd: work })
    assert.equal([early.code, early.stderr.includes('shards/2-of-3.json is missing')], [1, true], early.stderr)
    assert.is(make(work, 'parts', '--shard', '2/3').code, 0)
    const merged = pibake(['fleet', 'merge', 'parts', '--json'], { cwd: work })
    assert.is(merged.code, 0, merged.stderr)
    assert.is(JSON.parse(merged.stdout).devices, 5)
    rmSync(join(work, 'parts/shards'), { recursive: true })
    assert.equal(digestsBelow(join(work, 'parts')), wanted)

    const began = performance.now()
    withKeysOf(work, 'one', 'again')
    assert.is(make(work, 'again').code, 0)
    const duration = performance.now() - began
    for (let kill = 0; kill < KILLS; kill += 1) {
      rmSync(join(work, 'again'), { recursive: true })
      withKeysOf(work, 'one', 'again')
      const child = spawn(process.execPath, [program, ...MAKE, '-o', 'again'], { cwd: work, stdio: 'ignore' })
      const ended = once(child, 'exit')
      // The golden ratio's multiples spread over the whole duration, however many there are.
      await sleep(duration * (((kill + 1) * 0.618) % 1))
      child.kill('SIGKILL')
      await ended
      const left = existsSync(join(work, 'again/devices')) ? readdirSync(join(work, 'again/devices')) : []
      const whole = left.filter((name) => !name.startsWith('.'))
      assert.equal(
        digestsIn(join(work, 'again/devices'), whole),
        Object.fromEntries(whole.map((name) => [name, wanted[`devices/${name}`]])),
      )
      assert.is(make(work, 'again').code, 0)
      assert.equal(digestsBelow(join(work, 'again')), wanted, `killed for the ${kill + 1}. time`)
    }
  }))

test('a part is what the job engine says, of as many as it says or as the user does', () =>
  inWorkdir(async (work) => {
    await prepared(work, 1)
    const asked = (shard: string, env: Record<string, string>) =>
      pibake([...MAKE.filter((word) => word !== '--quiet'), '-o', 'kits', '--shard', shard], { cwd: work, env })
    const kubernetes = { JOB_COMPLETION_INDEX: '1' }
    const gitlab = { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '2' }
    assert.match(asked('auto/2', kubernetes).stderr, 'part 2 of 2, as Kubernetes says')
    assert.match(asked('auto/2', gitlab).stderr, 'part 1 of 2, as GitLab says')
    const merged = pibake(['fleet', 'merge', 'kits'], { cwd: work })
    assert.is(merged.code, 0, merged.stderr)
    const refusals: readonly [string, Record<string, string>, RegExp][] = [
      ['auto', kubernetes, /auto\/N where the engine does not say how many/],
      ['auto/1', kubernetes, /no job engine says which part this is/],
      ['auto/3', gitlab, /auto\/3: GitLab says that there are 2 parts/],
      ['auto/0', kubernetes, /give it as 1\/4, auto, or auto\/4/],
      ['auto/', kubernetes, /give it as/],
    ]
    for (const [shard, env, message] of refusals) {
      const { code, stderr } = asked(shard, env)
      assert.is(code, 2, shard)
      assert.match(stderr, message)
    }
  }))

test('gc names what is left of devices that went, and removes it when it is told so; all else stays', () =>
  inWorkdir(async (work) => {
    await prepared(work, 2)
    assert.is(make(work, 'kits').code, 0)
    const kits = (name: string) => join(work, 'kits', name)
    for (const name of ['devices/kit-2.notes', 'devices/.kit-2.img', 'records/notes.txt', 'kit-2.json'])
      writeFileSync(kits(name), 'my own\n')
    mkdirSync(kits('devices/kit-2.img'))
    symlinkSync('kit-1.overlay.tar', kits('devices/kit-2.tar'))
    const before = digestsBelow(join(work, 'kits'))
    const gc = (...more: readonly string[]) =>
      pibake(['fleet', 'gc', 'kits', '--inventory', 'kits.csv', ...more], { cwd: work })
    writeInventory(work, rowsOf(1))
    const gone = ['devices/kit-2.overlay.tar', 'records/kit-2.json', 'secrets/kit-2.json']
    const named = gc()
    assert.equal([named.code, named.stdout.split('\n').slice(0, 3)], [0, gone], named.stderr)
    assert.match(named.stdout, 'of 1 device that kits.csv does not have\n')
    assert.match(named.stdout, 'next: pibake fleet gc kits --inventory kits.csv --yes\n')
    assert.equal(digestsBelow(join(work, 'kits')), before)

    const { code, stdout } = gc('--yes', '--json')
    assert.is(code, 0)
    const { schema, removed, files } = JSON.parse(stdout)
    assert.equal([schema, removed, files.map(({ file }: { file: string }) => file)], ['pibake.fleet-gc/1', true, gone])
    const left = Object.entries(before).filter(([name]) => !gone.includes(name))
    assert.equal(digestsBelow(join(work, 'kits')), Object.fromEntries(left))
    assert.match(gc('--yes').stdout, 'of 0 devices that kits.csv does not have, removed')
    assert.is(make(work, 'kits').code, 0)
    assert.equal(readFileSync(kits('SHA256SUMS'), 'utf8').match(/kit-./g), ['kit-1'])
  }))

test('gc removes nothing where the folder is no fleet, or the inventory is not sound', () =>
  inWorkdir(async (work) => {
    await prepared(work, 1)
    assert.is(make(work, 'kits').code, 0)
    const before = digestsBelow(join(work, 'kits'))
    writeFileSync(join(work, 'empty.csv'), 'id,hostname\n')
    writeFileSync(join(work, 'twice.csv'), 'id\na\na\n')
    for (const inventory of ['empty.csv', 'twice.csv', 'missing.csv', 'kits.csv/x'])
      assert.is(pibake(['fleet', 'gc', 'kits', '--inventory', inventory, '--yes'], { cwd: work }).code, 2, inventory)
    assert.is(pibake(['fleet', 'gc', 'kits', '--yes'], { cwd: work }).code, 2)
    assert.is(pibake(['fleet', 'gc', '.', '--inventory', 'kits.csv', '--yes'], { cwd: work }).code, 2)
    assert.equal(digestsBelow(join(work, 'kits')), before)
  }))

test('one bad device is reported and stops no other; put right, it alone is made', () =>
  inWorkdir(async (work) => {
    await prepared(work, 3)
    const rows = rowsOf(3)
    writeInventory(
      work,
      rows.map((row) => (row.id === 'kit-2' ? { ...row, note: 'ssh' } : row)),
    )
    const bad = make(work, 'out', '--json')
    assert.is(bad.code, 1)
    const events = bad.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.equal(
      events
        .slice(0, -1)
        .map(({ event, id }) => `${id} ${event}`)
        .sort(),
      ['kit-1 made', 'kit-2 failed', 'kit-3 made'],
    )
    assert.equal(
      (({ event, exit, made, failed, missing }) => ({ event, exit, made, failed, missing }))(events.at(-1)),
      { event: 'end', exit: 1, made: 2, failed: 1, missing: 1 },
    )
    assert.match(bad.stderr, /kits\.csv:3:\d+ error FIL\d{3} .*\(kit-2, pibake\.yaml:7:\d+\)/)
    const record = JSON.parse(readFileSync(join(work, 'out/fleet.json'), 'utf8'))
    assert.equal(record.missing, ['kit-2'])
    const before = digestsBelow(join(work, 'out/devices'))

    writeInventory(work, rows)
    const good = make(work, 'out', '--json')
    assert.is(good.code, 0, good.stderr)
    assert.equal(
      good.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
        .slice(0, -1)
        .map(({ event, id }) => `${id} ${event}`)
        .sort(),
      ['kit-1 kept', 'kit-2 made', 'kit-3 kept'],
    )
    const after = digestsBelow(join(work, 'out/devices'))
    assert.equal({ ...after, ...before }, after, 'what was there is untouched')
  }))

test('a bad inventory is refused before anything is written: two of a name, two of an address', () =>
  inWorkdir(async (work) => {
    await prepared(work, 3)
    const [a, b, c] = rowsOf(3) as [Row, Row, Row]
    writeInventory(work, [a, { ...b, hostname: 'KIT-1' }, { ...c, address: a.address }])
    const { code, stderr } = make(work, 'out')
    assert.is(code, 2)
    assert.match(stderr, 'kits.csv:3:7 error FLT006 device.hostname is that of kit-1 too')
    assert.match(stderr, 'kits.csv:4:13 error FLT006 network.wired[0].ipv4.addresses[0] is that of kit-1 too')
    assert.not(existsSync(join(work, 'out')))
    writeFileSync(
      join(work, 'pibake.yaml'),
      SPEC.replace('device: { hostname: "${device.hostname}" }', 'device: { hostname: kit }'),
    )
    writeInventory(work, [a, b])
    assert.match(make(work, 'out').stderr, 'pibake.yaml:2:21 error FLT006 every device would be called kit')
  }))

test('what is asked for alone: a check, the plan of one device, one device', () =>
  inWorkdir(async (work) => {
    await prepared(work, 2)
    const check = pibake(MAKE.slice(0, 4), { cwd: work })
    assert.equal([check.code, /^2 devices, 1 warning in kits.csv/m.test(check.stdout)], [0, true], check.stdout)
    const plan = pibake([...MAKE, '--only', 'kit-2', '--json'], { cwd: work })
    assert.is(plan.code, 0, plan.stderr)
    const { schema, device, changes } = JSON.parse(plan.stdout)
    assert.equal([schema, device], ['pibake.plan/1', 'kit-2'])
    assert.match(JSON.stringify(changes), '+kit-2')
    assert.is(pibake([...MAKE, '--only', 'kit-9'], { cwd: work }).code, 2)
    assert.is(make(work, 'out', '--only', 'kit-2').code, 0)
    assert.equal(readdirSync(join(work, 'out/devices')), ['kit-2.overlay.tar'])
    assert.equal(JSON.parse(readFileSync(join(work, 'out/fleet.json'), 'utf8')).missing, ['kit-1'])
    for (const name of ['secrets/kit-2.json', 'records/kit-2.json', 'devices/kit-2.overlay.tar'])
      assert.is(statSync(join(work, 'out', name)).mode & 0o777, 0o600, name)
  }))

test('Ctrl-C ends with 130 and leaves whole devices alone', () =>
  inWorkdir(async (work) => {
    await prepared(work, 6)
    const child = spawn(process.execPath, [program, ...MAKE, '-o', 'out', '--json', '--jobs', '1'], { cwd: work })
    await once(child.stdout, 'data')
    child.kill('SIGINT')
    assert.equal(await once(child, 'exit'), [130, null])
    const devices = readdirSync(join(work, 'out/devices'))
    assert.ok(devices.length > 0 && devices.length < 6, `${devices.length} devices`)
    assert.equal(
      devices.filter((name) => name.startsWith('.')),
      [],
    )
    assert.not(existsSync(join(work, 'out/fleet.json')), 'there is no record of a run that did not end')
    assert.is(make(work, 'out').code, 0)
    assert.is(readdirSync(join(work, 'out/devices')).length, 6)
  }))

test('ssh-keygen prints the same SSHFP records and finds the device in known_hosts', () =>
  inWorkdir(async (work) => {
    await prepared(work, 1)
    assert.is(make(work, 'out').code, 0)
    const { hostKeys } = JSON.parse(readFileSync(join(work, 'out/secrets/kit-1.json'), 'utf8'))
    for (const name of ['ed25519', 'rsa']) {
      writeFileSync(join(work, name), hostKeys[name], { mode: 0o600 })
      const { stdout } = spawnSync('ssh-keygen', ['-r', 'kit-1', '-f', join(work, name)], { encoding: 'utf8' })
      const sha256 = stdout.split('\n').find((line) => / SSHFP \d 2 /.test(line))
      assert.ok(readFileSync(join(work, 'out/sshfp.zone'), 'utf8').includes(`${sha256}\n`), `${name}: ${stdout}`)
    }
    for (const host of ['kit-1.local', '192.0.2.11']) {
      const found = spawnSync('ssh-keygen', ['-F', host, '-f', join(work, 'out/known_hosts')], { encoding: 'utf8' })
      assert.is(found.status, 0, host)
    }
  }))

test('an image of the fleet is that of a bake with the same values', () =>
  inWorkdir(async (work) => {
    await prepared(work, 2)
    writeFileSync(join(work, 'pibake.yaml'), SPEC.replace('ssh: { hostKeys: bake }\n', ''), { mode: 0o600 })
    makeSampleImage(join(work, 'base.img'))
    const words = ['fleet', 'pibake.yaml', '--inventory', 'kits.csv', '--base', 'base.img', '-o', 'out', '--quiet']
    assert.is(pibake(words, { cwd: work }).code, 0)
    const [, row] = rowsOf(2) as [Row, Row]
    const filled = readFileSync(join(work, 'pibake.yaml'), 'utf8').replace(
      /\$\{device\.(\w+)\}/g,
      (_, name) => row[name as keyof Row],
    )
    writeFileSync(join(work, 'one.yaml'), filled, { mode: 0o600 })
    const bake = pibake(['bake', 'one.yaml', 'base.img', '-o', 'one.img', '--no-checksums'], { cwd: work })
    assert.is(bake.code, 0, bake.stderr)
    const compared = spawnSync('cmp', [join(work, 'one.img'), join(work, 'out/devices/kit-2.img')], {
      encoding: 'utf8',
    })
    assert.is(compared.status, 0, compared.stdout)
  }))
