import * as assert from 'uvu/assert'
import { BOARDS, MODEL_FILTERS } from '../../../src/device/formats/boards.ts'
import { type FirmwareConfig, readConfigTxt } from '../../../src/device/formats/config-txt.ts'
import { suite } from '../../support/suite.ts'

/** The rules are those of the documentation of config.txt: "Conditional filters", "File format", "Device trees", part 3. */
const test = suite('config.txt, as firmware reads it')

const on = (
  name: string,
  text: string,
  files: Readonly<Record<string, string>> = {},
  holds: readonly string[] = [],
) => {
  const board = BOARDS.find((one) => one.name === name)
  if (board === undefined) throw new Error(`no board ${name}`)
  return readConfigTxt((file) => (file === 'config.txt' ? text : files[file]), board, holds)
}
const value = (config: FirmwareConfig, key: string) => config.settings.get(key)?.value
/** Names of the boards on which `x=1` counts. */
const boardsOf = (text: string) =>
  BOARDS.filter(({ name }) => value(on(name, text), 'x') === '1').map(({ name }) => name)

/** The table of model filters of the documentation. */
const MODELS: Readonly<Record<string, string>> = {
  pi1: '1A,1B,1A+,1B+,CM1',
  pi2: '2B',
  pi3: '3B,CM3,CM3+,3B+,3A+',
  'pi3+': '3B+,3A+',
  pi4: '4B,400,CM4,CM4S',
  pi400: '400',
  cm4: 'CM4',
  cm4s: 'CM4S',
  pi0: 'Zero,Zero W,Zero 2 W',
  pi0w: 'Zero W,Zero 2 W',
  pi02: 'Zero 2 W',
  pi5: '5,500,CM5,CM5 Lite',
  pi500: '500',
  cm5: 'CM5,CM5 Lite',
}

for (const [filter, boards] of Object.entries(MODELS)) {
  test(`[${filter}] is for ${boards}`, () => {
    assert.equal(boardsOf(`[${filter}]\nx=1\n`), boards.split(','))
  })
}

test('every model filter is in that table', () => {
  assert.equal([...MODEL_FILTERS].sort(), Object.keys(MODELS).sort())
})

test('a board type is for one product alone', () => {
  assert.equal(boardsOf('[board-type=0x11]\nx=1\n'), ['4B'])
  assert.equal(boardsOf('[board-type=0x14]\nx=1\n'), ['CM4'])
})

test('filters of one kind replace each other, those of several have all to hold, [all] ends them', () => {
  assert.equal(boardsOf('[pi1]\n[pi2]\nx=1\n'), ['2B'])
  assert.equal(boardsOf('[gpio4=1]\n[pi2]\nx=1\n'), [])
  assert.is(value(on('2B', '[gpio4=1]\n[pi2]\nx=1\n', {}, ['gpio4=1']), 'x'), '1')
  assert.is(value(on('2B', '[EDID=VSC-TD2220]\n[pi2]\n[all]\nx=1\n'), 'x'), '1')
  assert.is(value(on('4B', '[0x12345678]\nx=1\n'), 'x'), undefined)
  assert.is(value(on('4B', '[0x12345678]\nx=1\n', {}, ['0x12345678']), 'x'), '1')
  assert.is(boardsOf('[none]\n[pi4]\nx=1\n').length, 0)
  assert.is(boardsOf('[tryboot]\nx=1\n').length, 0)
  assert.is(boardsOf('[HDMI:0]\nx=1\n').length, BOARDS.length)
})

test('of a key that is set twice the last counts, also where the special board comes first', () => {
  const text = '[cm4]\notg_mode=1\n[pi4]\notg_mode=0\n[all]\n'
  assert.is(value(on('CM4', text), 'otg_mode'), '0')
  assert.is(value(on('CM4', '[pi4]\notg_mode=0\n[cm4]\notg_mode=1\n'), 'otg_mode'), '1')
  assert.is(value(on('4B', '[pi4]\notg_mode=0\n[cm4]\notg_mode=1\n'), 'otg_mode'), '0')
})

test('comments, long lines, and what is no assignment', () => {
  const config = on('4B', `# x=1\n#x=1\n  y=2  \r\nz\n${'a'.repeat(90)}=${'b'.repeat(20)}\n`)
  assert.equal([...config.settings.keys()], ['y', 'a'.repeat(90)])
  assert.is(value(config, 'y'), '2')
  assert.is(value(config, 'a'.repeat(90)), 'b'.repeat(7))
})

test('an included file stands where it is named, under the filters that hold there', () => {
  const files = { 'more.txt': 'x=1\n[pi4]\n' }
  assert.is(value(on('3B', '[pi3]\ninclude more.txt\n', files), 'x'), '1')
  assert.is(value(on('4B', '[pi3]\ninclude more.txt\n', files), 'x'), undefined)
  assert.is(value(on('3B', 'include more.txt\ny=1\n', files), 'y'), undefined)
  assert.equal([...on('4B', 'include more.txt\n', { 'more.txt': 'include more.txt\nx=1\n' }).settings.keys()], ['x'])
})

test('a parameter after an overlay is for that one first, until the next or an empty one', () => {
  const { parameters, overlays } = on(
    '4B',
    'dtparam=audio=on,spi\ndtoverlay=lirc,gpio=4\ndtparam=pin=16\ndtoverlay=\ndtparam=i2c_arm=on\n',
  )
  assert.equal(
    [...parameters].map(([name, { value, of }]) => [name, value, of]),
    [
      ['audio', 'on', undefined],
      ['spi', 'on', undefined],
      ['pin', '16', 'lirc'],
      ['i2c_arm', 'on', undefined],
    ],
  )
  assert.equal(
    overlays.map(({ name, value }) => [name, value]),
    [['lirc', 'gpio=4']],
  )
})
