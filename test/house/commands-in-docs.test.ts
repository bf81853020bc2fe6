import type { Command } from 'commander'
import * as assert from 'uvu/assert'
import { assetText } from '../../src/base/host/assets.ts'
import { buildProgram } from '../../src/cli/program.ts'
import { suite } from '../support/suite.ts'
import { pages } from './pages.ts'

/** A reader copies what stands in a page: a command that is not there, or takes no such flag, sends him away. */
const test = suite('house: commands in the pages')

interface Line {
  readonly at: string
  /** Behind the name of the program, up to a comment, a pipe or the next command. */
  readonly words: readonly string[]
}

/** What code of a page calls a program with: lines of code blocks, indented ones, and what is between backticks. */
function commandsIn(page: string, program: string): Line[] {
  const call = new RegExp(`(?:^|&& |sudo )${program} +(.*)`)
  let isFenced = false
  return assetText(page)
    .split('\n')
    .flatMap((line, index) => {
      if (line.startsWith('```')) isFenced = !isFenced
      const isCode = isFenced || line.startsWith('    ')
      const code = isCode ? [line.trim()] : Array.from(line.matchAll(/`([^`]+)`/g), ([, span = '']) => span)
      return code.flatMap((text) => {
        const [own = ''] = (call.exec(text)?.[1] ?? '').split(/(?:^|\s)(?:#|\||>|&&|;|…)/)
        const words = own.split(/\s+/).filter(Boolean)
        return words.length === 0 ? [] : [{ at: `${page}:${index + 1}`, words }]
      })
    })
}

function fault(program: Command, words: readonly string[]): string | undefined {
  const [name = '', second = ''] = words
  if (!/^[a-z]/.test(name)) return undefined
  const command = program.commands.find((one) => one.name() === name)
  if (command === undefined) return `there is no command ${name}`
  const own = command.commands.find((one) => one.name() === second) ?? command
  const known = new Set(['--help', '-h', ...own.options.flatMap(({ short, long }) => [short, long])])
  const flag = words.find((word) => /^-{1,2}[a-z]/i.test(word) && !known.has(word.replace(/[=,.:)].*$/, '')))
  return flag && `${own.name()} has no ${flag}`
}

test('what names a command of pibake names one that is there, and its flags', async () => {
  const program = await buildProgram(undefined, () => undefined)
  assert.is(fault(program, ['plan', 'x.yaml', '--image', 'x.img']), undefined)
  assert.is(fault(program, ['fleet', 'merge', 'x', '--json']), undefined)
  assert.is(fault(program, ['bake', '--nothing']), 'bake has no --nothing')
  assert.is(fault(program, ['polish']), 'there is no command polish')
  const lines = pages().flatMap((page) => commandsIn(page, 'pibake'))
  assert.ok(lines.length > 100, `${lines.length} lines`)
  const wrong = lines.flatMap(({ at, words }) => fault(program, words)?.replace(/^/, `${at} `) ?? [])
  assert.equal(wrong, [])
})

test('what names a command of the program on the device names one that it has', () => {
  const usage = assetText('firstboot/pibake-firstboot').matchAll(/^(?:usage:)? +pibake-firstboot ([a-z]+)/gm)
  const known = new Set(Array.from(usage, ([, name = '']) => name))
  assert.ok(known.has('status'), [...known].join(' '))
  const lines = pages().flatMap((page) => commandsIn(page, 'pibake-firstboot'))
  assert.ok(lines.length > 10, `${lines.length} lines`)
  assert.equal(
    lines.flatMap(({ at, words }) => (known.has(words[0] ?? '') ? [] : [`${at} ${words[0]}`])),
    [],
  )
})
