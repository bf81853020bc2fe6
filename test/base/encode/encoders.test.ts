import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { EncodeError } from '../../../src/base/encode/encode.ts'
import { type Grammar, grammars } from '../../../src/core/render/grammars.ts'
import { suite } from '../../support/suite.ts'

const test = suite('encoders of system files')

/** Text with much of what could break out of a line, and some that is plain. */
const nasty = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc
    .array(
      fc.constantFrom(
        'a',
        '1',
        '\n',
        '\r',
        '\0',
        '\u2028',
        '\u202e',
        '\u0085',
        '"',
        "'",
        '\\',
        '%',
        '#',
        ';',
        '=',
        ' ',
        '$',
        '{',
        '[',
        '!',
        '*',
        '-',
      ),
      {
        maxLength: 12,
      },
    )
    .map((parts) => parts.join('')),
)

/** The value's text in the grammar, or undefined when it is refused. */
function encoded(grammar: Grammar, value: string): string | undefined {
  try {
    return grammars[grammar](value)
  } catch (error) {
    if (error instanceof EncodeError) return undefined
    throw error
  }
}

const NEVER: Partial<Record<Grammar, RegExp>> = {
  html: /[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/,
  ini: /%|^[#;]|\s[#;]|^\s|\s$/,
  apt: /["\\#;{}*]/,
  sysctl: /=|^[#;\s]|\s$/,
  modprobe: /\s|#|\\/,
  unit: /["'\\$]|(?<!%)(?:%%)*%(?!%)|^\s|\s$/,
}

for (const [grammar, never] of Object.entries(NEVER) as [Grammar, RegExp][]) {
  test(`${grammar}: what passes is one line and cannot mean more than itself`, () => {
    let passed = 0
    fc.assert(
      fc.property(nasty, (value) => {
        const text = encoded(grammar, value)
        if (text === undefined) return
        passed += 1
        assert.not.match(text, /[\n\r\0\u2028\u2029\u0085\u202e]/)
        assert.not.match(text, never)
      }),
      { numRuns: 3000 },
    )
    assert.ok(passed > 300, `only ${passed} values passed`)
  })
}

test('what is needed passes', () => {
  const good: readonly (readonly [Grammar, string, string])[] = [
    ['html', `a<b> & "c" 'd'`, 'a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;'],
    ['html', 'a\nb\u202ec', 'a\\u{a}b\\u{202e}c'],
    ['ini', 'nftables[type=allports]', 'nftables[type=allports]'],
    ['ini', 'SYSLOG_IDENTIFIER=sshd _UID=0 + A=b', 'SYSLOG_IDENTIFIER=sshd _UID=0 + A=b'],
    ['ini', '-1', '-1'],
    ['apt', '03:30', '03:30'],
    ['apt', 'http://10.0.0.5:3128/', 'http://10.0.0.5:3128/'],
    ['sysctl', '-1', '-1'],
    ['sysctl', '4096 87380 6291456', '4096 87380 6291456'],
    ['sysctl', '|/bin/false', '|/bin/false'],
    ['modprobe', 'firewire-core', 'firewire-core'],
    ['unit', '100%', '100%%'],
    ['unit', '64M', '64M'],
  ]
  for (const [grammar, value, text] of good) assert.is(grammars[grammar](value), text)
})
