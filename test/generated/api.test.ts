import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { assertGenerated } from '../support/generated.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'

const test = suite('generated: API')

interface Declared {
  readonly name: string
  readonly kind: string
  readonly doc: string
  /** As TypeScript declares it, its comments included. */
  readonly code: string
}

let declarations = ''

test.before(() =>
  inWorkdir((folder) => {
    const file = join(folder, 'pibake.d.ts')
    execFileSync(process.execPath, [join(packageRoot, 'scripts/build-api.mjs'), file])
    declarations = readFileSync(file, 'utf8')
  }),
)

/** What is exported, in its order; each needs a docstring. */
function declared(): readonly Declared[] {
  const parts = declarations.split(/^(?=\/\*\*$|\/\*\* .*$)/m).filter((part) => part !== '')
  return parts.map((part) => {
    const [, comment, code] = /^\/\*\*(.*?)\*\/\n(.*)$/s.exec(part) ?? []
    const [, kind, name] = /^export (?:declare )?(function|class|interface|type) (\w+)/.exec(code ?? '') ?? []
    if (comment === undefined || code === undefined || kind === undefined || name === undefined) {
      throw new Error(`there is an export without a docstring: ${part.slice(0, 200)}`)
    }
    const doc = comment.replace(/^ \* ?/gm, '').trim()
    return { name, kind, doc, code: code.trimEnd() }
  })
}

test('every export has a docstring of its own', () => {
  const exports = declarations.match(/^export /gm) ?? []
  assert.is(declared().length, exports.length)
})

test('the surface is the one that is checked in: a change of it is seen', () => {
  const surface = declarations.replace(/^\s*\/\*\*.*?\*\/\n/gms, '')
  assertGenerated('test/generated/api-surface.txt', surface)
})

test('docs/api.md is made from the docstrings', () => {
  const all = declared()
  const [functions, others] = [true, false].map((is) => all.filter(({ kind }) => (kind === 'function') === is))
  const example = readFileSync(join(packageRoot, 'examples/harden.mjs'), 'utf8').trimEnd()
  assertGenerated(
    'docs/api.md',
    [
      '# The API',
      '',
      'Made from `src/api` by `npm run generate`. For programs in Node that would call pibake: the same code as the commands, and the',
      'documents that their `--json` prints, with types. It is an ES module. What is listed here is all that there is; a test holds it against',
      'a list that is checked in.',
      '',
      '```js',
      example,
      '```',
      '',
      'pibake is not on a registry yet: `npm pack` in a clone makes the package, and `npm install ./pibake-VERSION.tgz` installs it.',
      '',
      'The calls read files and wait for them. SOURCE_DATE_EPOCH counts as it does for the program. No call prints anything, asks a',
      'question or ends the process. While the package sources of an image are asked, Ctrl-C calls that off, and the call throws.',
      '',
      '## Functions',
      '',
      ...(functions ?? []).flatMap(section),
      '## Types',
      '',
      ...(others ?? []).flatMap(section),
    ].join('\n'),
  )
})

function section({ name, doc, code }: Declared): string[] {
  const text = doc.replace(/\{@link (\w+)\}/g, '`$1`').replace(/^@throws \{(\w+)\} (.*)$/gms, 'Throws `$1` $2.')
  return [`### ${name}`, '', text, '', '```ts', code.replace(/^export (declare )?/, ''), '```', '']
}
