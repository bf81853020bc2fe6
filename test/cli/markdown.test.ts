import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { stripVTControlCharacters, styleText } from 'node:util'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { type Io, screenOf } from '../../src/cli/io.ts'
import { markdownLines } from '../../src/cli/markdown.ts'
import { suite } from '../support/suite.ts'

const test = suite('Markdown on a terminal')

/** @param columns undefined: not a terminal */
function io(columns: number | undefined, hasColours: boolean): Io {
  const stdout = Object.assign(new PassThrough(), columns === undefined ? {} : { isTTY: true, columns, rows: 24 })
  const style: Io['style'] = (format, text) => (hasColours ? styleText(format, text, { validateStream: false }) : text)
  return {
    stdout,
    stderr: stdout,
    env: {},
    json: false,
    quiet: false,
    verbose: false,
    interactive: false,
    style,
    screen: screenOf(stdout),
  }
}

const PAGE = `# SSH000 some-name

What it \`is\`, see [ACC001](ACC001.md)
and [SSH](../ssh.md).

## Example

- one: \`sudo a b\`
- two

\`\`\`yaml
# SSH000 \`x\`
- a
\`\`\`

The end.
`

test('headings, links, lists and code are shown without their marks', () => {
  assert.equal(markdownLines(io(undefined, false), PAGE), [
    'SSH000 some-name',
    '',
    'What it is, see ACC001 and SSH (docs/ssh.md).',
    '',
    'Example',
    '',
    "- one: 'sudo a b'",
    '- two',
    '',
    '    # SSH000 `x`',
    '    - a',
    '',
    'The end.',
  ])
})

test('with colours, headings are bold and code has a colour', () => {
  const [heading, , text] = markdownLines(io(80, true), PAGE)
  assert.is(heading, styleText('bold', 'SSH000 some-name', { validateStream: false }))
  assert.ok(text?.startsWith(`What it ${styleText('cyan', 'is', { validateStream: false })},`))
})

const pages = join(packageRoot, 'docs/errors')

for (const name of readdirSync(pages).filter((file) => file.endsWith('.md'))) {
  test(`${name}: nothing of it is lost, nothing is raw, and it keeps to the width`, () => {
    const page = readFileSync(join(pages, name), 'utf8')
    const lines = markdownLines(io(60, true), page).map((line) => stripVTControlCharacters(line))
    const prose = lines.filter((line) => !line.startsWith('    '))
    assert.equal(
      prose.filter((line) => /^#|`[^`]+`|\]\(|\*\*|^\|/.test(line)),
      [],
    )
    for (const line of prose) assert.ok(line.length <= 60 || /\S{20}|sudo|ssh/.test(line), line)
    const code = [...page.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
      block.trimEnd().split('\n'),
    )
    assert.equal(
      lines.filter((line) => line.startsWith('    ')).map((line) => line.slice(4)),
      code.filter((line) => line !== ''),
    )
    const words = (text: string): string[] => text.match(/\w{4,}/g) ?? []
    const shown = new Set(words(lines.join(' ')))
    assert.equal(
      words(page.replace(/\]\([^)]*\)|^```\w*$/gm, '')).filter((word) => !shown.has(word)),
      [],
    )
  })
}
