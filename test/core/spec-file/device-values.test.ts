import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { specParser } from '../../../src/core/check/parse.ts'
import { type Cell, type Device, fillIn } from '../../../src/core/spec-file/device-values.ts'
import { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { brief, HASH, KEYS, type LooseSpec, smallSpec, TODAY } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('values of a device')

const deviceOf = (values: Readonly<Record<string, Cell['value']>>, isReadByAll = false): Device => {
  const cells = Object.entries(values).map(([name, value], i) => {
    return [name, { value, position: { file: 'kits.csv', line: 2, column: 10 * i + 1 } }] as const
  })
  return { id: String(values.id ?? 'kit-01'), cells: new Map(cells), isReadByAll }
}

/** What a spec is for a device, and what is said of it. */
function parsed(spec: LooseSpec, device: Device | undefined, readByAll = false) {
  const host = {
    read: () => ({ failure: 'no such file' }),
    verify: () => 'not looked at',
    unpack: () => new MemoryTree('deb'),
    ask: () => ({ failure: 'it is not set' }),
    isSpecReadByAll: readByAll,
  }
  const result = specParser(new TextEncoder().encode(JSON.stringify(spec)), 'pibake.yaml', host, TODAY)(device)
  return { ...result, said: result.problems.map((one) => `${one.position.file}:${brief(one)}`) }
}

test('references are filled in texts alone, at any depth, and an escaped one is left', () => {
  const device = deviceOf({ id: 'kit-01', a: 'x', n: 7, yes: true })
  const { value, problems } = fillIn(
    {
      a: ['${device.a}', { b: 'is ${device.id}-${device.a}' }],
      n: '${device.n}',
      yes: '${device.yes}',
      c: '$${device.a}',
      d: '${HOME} $device',
    },
    device,
  )
  assert.equal(problems, [])
  assert.equal(JSON.parse(JSON.stringify(value)), {
    a: ['x', { b: 'is kit-01-x' }],
    n: 7,
    yes: true,
    c: '${device.a}',
    d: '${HOME} $device',
  })
})

test('text without a reference is as it was, and filling it twice is filling it once', () => {
  const text = fc.string({ unit: fc.constantFrom('$', '{', '}', 'device', '.', 'a', 'id', ' ', '\n'), maxLength: 12 })
  const device = deviceOf({ id: 'kit-01', a: 'plain' })
  fc.assert(
    fc.property(text, (written) => {
      const { value, problems } = fillIn(written, device)
      if (!written.includes('${device.')) assert.is(value, written)
      else if (problems.length === 0 && !written.includes('$${')) assert.is(fillIn(value, device).value, value)
    }),
    { numRuns: 2000 },
  )
})

test('a value that is one reference takes the kind that its key wants', () => {
  const spec = { ...smallSpec(), ssh: { port: '${device.port}', passwordAuthentication: '${device.open}' } }
  const { spec: made, said } = parsed(spec, deviceOf({ port: '2222', open: 'true' }))
  assert.equal(said, [])
  assert.is(made?.ssh.port, 2222)
  assert.is(made?.ssh.passwordAuthentication, true)
  for (const port of ['022', '22 ', '0x16', '2e1', '', 'x', true]) {
    const { spec: none, said } = parsed(spec, deviceOf({ port, open: 'true' }))
    assert.is(none, undefined, String(port))
    assert.match(said.join(), /^kits\.csv:2:1 (?:SPC003|FLT003)/)
  }
})

test('what is wrong with a value is said at its cell, with the device and the line of the spec', () => {
  const spec = { ...smallSpec(), device: { hostname: 'kit_${device.n}' } }
  const { problems, said } = parsed(spec, deviceOf({ id: 'kit-01', n: 'x' }))
  assert.equal(said, ['kits.csv:2:11 NET001'])
  assert.match(problems[0]?.message ?? '', /\(kit-01, pibake\.yaml:1:\d+\)$/)
  assert.equal(parsed(spec, deviceOf({ n: 7 })).said, ['kits.csv:2:1 FLT007'])
  assert.match(parsed(spec, deviceOf({ m: 'x' })).said.join(), /^pibake\.yaml:1:\d+ FLT002$/)
  assert.match(parsed(spec, undefined).said.join(), /^pibake\.yaml:1:\d+ FLT001$/)
})

test('a secret in an inventory that everybody may read is warned about', () => {
  const user = { name: 'alice', passwordHash: '${device.hash}', authorizedKeys: [KEYS.alice] }
  const spec = { version: 1, users: [user] }
  assert.equal(parsed(spec, deviceOf({ hash: HASH }), true).said, [])
  assert.equal(parsed(spec, deviceOf({ hash: HASH }, true)).said, ['kits.csv:2:1 SPC008'])
})
