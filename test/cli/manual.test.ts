import * as assert from 'uvu/assert'
import { manualPages } from '../../src/cli/manual.ts'
import { buildProgram } from '../../src/cli/program.ts'
import { suite } from '../support/suite.ts'

const test = suite('pages of the manual')

const program = await buildProgram(undefined, () => undefined)
const pages = manualPages(program, '2026-01-02')
const textOf = (file: string) => pages.find((page) => page.file === file)?.text ?? ''

test('there is one for the program and one for each command, and the first names all others', () => {
  const commands = program.commands.map((command) => command.name()).filter((name) => name !== 'help')
  assert.equal(
    pages.map(({ file }) => file),
    ['pibake.1', ...commands.map((name) => `pibake-${name}.1`)],
  )
  for (const name of commands) assert.match(textOf('pibake.1'), `pibake\\-${name.replaceAll('-', '\\-')}(1)`)
})

test('every flag of the help is in the page of its command, and hidden ones are not', () => {
  for (const command of program.commands.filter((one) => one.name() !== 'help')) {
    const text = textOf(`pibake-${command.name()}.1`)
    for (const { long, hidden } of command.options) {
      const isThere = new RegExp(`${(long ?? '').replaceAll('-', '\\\\-')}\\b`).test(text)
      assert.is(isThere, !hidden, `${command.name()} ${long}`)
    }
  }
})

test('examples and exit codes are sections of their own', () => {
  const text = textOf('pibake-bake.1')
  assert.match(
    text,
    '.SH "EXAMPLES"\n.TP\n.B pibake bake pibake.yaml base.img.xz \\-o kit.img.xz\nan image, packed as it was\n',
  )
  assert.match(text, '.SH "EXIT CODES"\n0 done, 1 failed')
})

test('is ASCII, and no text of the help is a request', () => {
  for (const { file, text } of pages) {
    assert.match(text, /^[\n\x20-\x7e]*$/, file)
    for (const line of text.split('\n')) assert.match(line, /^(?:\.(?:TH|SH|TP|BR?|br)\b|[^.'])|^$/, `${file}: ${line}`)
  }
})
