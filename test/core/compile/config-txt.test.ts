import * as assert from 'uvu/assert'
import { EncodeError } from '../../../src/base/encode/encode.ts'
import { editConfigTxt } from '../../../src/core/compile/config-txt.ts'
import { textOf } from '../../support/memory.ts'
import { origin } from '../../support/origin.ts'
import { suite } from '../../support/suite.ts'

const test = suite('config.txt')

const requests = [
  { filter: 'pi5', line: 'dtoverlay=disable-bt-pi5', origin },
  { filter: 'all', line: 'dtoverlay=disable-bt', origin },
]
const block = '# pibake: begin\n[all]\ndtoverlay=disable-bt\n[pi5]\ndtoverlay=disable-bt-pi5\n[all]\n# pibake: end\n'

test('one block at the end, one filter a group, closed by [all]', () => {
  const operation = editConfigTxt('arm_64bit=1\n[cm4]\notg_mode=1', requests, origin)
  assert.is(textOf(operation), `arm_64bit=1\n[cm4]\notg_mode=1\n${block}`)
  assert.equal([...(operation?.lines?.keys() ?? [])], [3, 4, 5, 6, 7, 8, 9])
})

test('a second run replaces the block by itself', () => {
  const once = textOf(editConfigTxt('arm_64bit=1\n', requests, origin))
  assert.is(textOf(editConfigTxt(once, requests, origin)), once)
})

test('a line that would open a filter of its own is refused', () => {
  for (const line of ['[all]', '# x', 'a\nb', 'x'.repeat(99)]) {
    assert.throws(
      () => editConfigTxt('', [{ filter: 'all', line, origin }], origin),
      (e: unknown) => e instanceof EncodeError,
    )
  }
})
