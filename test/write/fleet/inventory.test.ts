import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { readCsv } from '../../../src/write/fleet/csv-table.ts'
import { type Inventory, readInventory } from '../../../src/write/fleet/inventory.ts'
import { suite } from '../../support/suite.ts'

const test = suite('inventory')

const bytesOf = (text: string) => new TextEncoder().encode(text)
const read = (file: string, text: string | Uint8Array) =>
  readInventory({ file, bytes: typeof text === 'string' ? bytesOf(text) : text, readByAll: false })
const valuesOf = ({ devices }: Inventory) =>
  devices.map(({ cells }) => Object.fromEntries([...cells].map(([name, { value }]) => [name, value])))
/** `3:7 FLT005` */
const saidOf = ({ problems }: Inventory) =>
  problems.map(({ position, code }) => `${position?.line}:${position?.column} ${code}`)

test('CSV, YAML and JSON say the same', () => {
  const wanted = [
    { id: 'kit-01', hostname: 'kit-01', port: '22' },
    { id: 'kit-02', hostname: 'kit-02', port: '2222' },
  ]
  const csv = 'id,hostname,port\nkit-01,kit-01,22\nkit-02,kit-02,2222\n'
  for (const text of [
    csv,
    csv.replaceAll('\n', '\r\n'),
    csv.replaceAll(',', ';'),
    csv.replaceAll(',', '\t'),
    `\ufeff${csv}`,
    csv.trim(),
  ])
    assert.equal(valuesOf(read('kits.csv', text)), wanted, JSON.stringify(text))
  assert.equal(valuesOf(read('kits.json', JSON.stringify(wanted, null, '\t'))), wanted)
  const yaml = '- { id: kit-01, hostname: kit-01, port: "22" }\n- id: kit-02\n  hostname: kit-02\n  port: "2222"\n'
  assert.equal(valuesOf(read('kits.yaml', yaml)), wanted)
})

test('every problem has its line and column', () => {
  const cases: readonly (readonly [file: string, text: string, said: readonly string[]])[] = [
    ['kits.csv', 'id,hostname\nkit-01,a\nkit-01,b\n', ['3:1 FLT006']],
    ['kits.csv', 'hostname,id\na,kit-01\nb,KIT-01\nc,..\nd,\n', ['4:3 FLT005', '5:3 FLT005', '3:3 FLT006']],
    ['kits.csv', 'id,a b,id\nkit-01,1,2\n', ['1:4 FLT008', '1:8 FLT008']],
    ['kits.csv', 'name\nkit-01\n', ['1:1 FLT005']],
    ['kits.csv', 'id,a\nkit-01,x\nkit-02\n', ['3:1 FLT004']],
    ['kits.csv', 'id,a\nkit-01,"x\n', ['2:1 FLT004']],
    ['kits.csv', 'id,a\n', ['1:1 FLT004']],
    ['kits.csv', '', ['1:1 FLT004']],
    ['kits.txt', 'id\nkit-01\n', ['1:1 FLT004']],
    ['kits.yaml', 'id: kit-01\n', ['1:1 FLT004']],
    ['kits.yaml', '- kit-01\n- id: 7\n- { id: a, keys: [1] }\n', ['1:3 FLT004', '3:18 FLT004', '2:7 FLT005']],
    ['kits.json', '[{"id": "a"},\n {"id": "a"}]', ['2:9 FLT006']],
    ['kits.yaml', '- id: [a\n', ['2:1 YML002']],
  ]
  for (const [file, text, said] of cases) assert.equal(saidOf(read(file, text)), said, `${file}: ${text}`)
  assert.equal(saidOf(read('kits.csv', new Uint8Array([0x69, 0x64, 0x0a, 0xff]))), ['1:1 FLT004'])
})

test('more columns than any device has values are one problem, found at once', () => {
  const names = Array.from({ length: 90_000 }, (_, i) => `c${i}`)
  const csv = `id,${names}\nkit-01,${names}\n`
  const yaml = names
    .slice(0, 2000)
    .map((name, i) => `- { id: kit-${i}, ${name}: x }\n`)
    .join('')
  assert.equal(saidOf(read('kits.csv', csv)), ['1:1 FLT004'])
  assert.equal(saidOf(read('kits.yaml', yaml)), ['1:1 FLT004'])
  assert.match(`${read('kits.csv', csv).problems[0]?.message}`, '90001 columns, and 1000 are the most')
})

test('a value that one device lacks is an empty cell', () => {
  const { devices, problems } = read('kits.yaml', '- { id: a, x: 1 }\n- { id: b, y: ~ }\n')
  assert.equal(problems, [])
  assert.equal(valuesOf({ devices, problems }), [
    { id: 'a', x: 1, y: '' },
    { id: 'b', y: '', x: '' },
  ])
})

/** A field as a spreadsheet writes it. */
const quoted = (value: string, always: boolean) =>
  always || /[",;\t\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value

test('whatever is in the fields of a CSV file, they come back, and each is where it is said to be', () => {
  const field = fc.string({
    unit: fc.constantFrom('a', 'b', 'ö', '😀', ' ', '"', ',', ';', '\n', '\r\n', '\t'),
    maxLength: 8,
  })
  const table = fc
    .integer({ min: 1, max: 5 })
    .chain((width) =>
      fc.array(fc.array(fc.tuple(field, fc.boolean()), { minLength: width, maxLength: width }), { maxLength: 6 }),
    )
  const property = fc.property(
    table,
    fc.constantFrom('\n', '\r\n'),
    fc.constantFrom(',', ';'),
    fc.boolean(),
    (rows, end, by, mark) => {
      const names = Array.from({ length: rows[0]?.length ?? 1 }, (_, i) => `c${i}`)
      const [first = []] = rows
      // With one column alone nothing says what the delimiter is, and an empty line is no row.
      fc.pre(first.length !== 1 || rows.every(([cell]) => cell?.[0] !== '' && !cell?.[0].includes(';')))
      const lines = rows.map((row) => row.map(([value, always]) => quoted(value, always)).join(by))
      const text = [names.join(by), ...lines].join(end)
      const [head, ...read] = readCsv(bytesOf(`${mark ? '\ufeff' : ''}${text}`), 'x.csv')
      assert.equal(
        head?.map(({ value }) => value),
        names,
      )
      assert.equal(
        read.map((row) => row.map(({ value }) => value)),
        rows.map((row) => row.map(([value]) => value)),
      )
      const inLines = text.split(/\r\n|\n/)
      for (const { value, position } of read.flat()) {
        const rest = (inLines[position.line - 1] ?? '').slice(position.column - 1)
        const [start = ''] = String(value).split(/\r\n|\n/)
        assert.ok(
          rest.startsWith(start) || rest.startsWith(`"${start.replaceAll('"', '""')}`),
          JSON.stringify({ text, value, position }),
        )
      }
    },
  )
  fc.assert(property, { numRuns: 300 })
})
