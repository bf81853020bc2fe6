import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { identity } from '../../src/core/controls/identity.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { problemsOf, runControl } from '../support/control.ts'
import { textOf, write } from '../support/edit.ts'
import { HASH, KEYS, specOf } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { debianPackage } from './support/kernel.ts'
import { releases } from './support/roots.ts'
import { attempt } from './support/run.ts'

/**
 * `/etc/default/keyboard` as console-setup reads it: setupcon takes the file into its shell, and has ckbcomp make the console's
 * keys of what is in it.
 */
const test = suite('keyboards: what ckbcomp of a release makes of the file')

const FILE = '/etc/default/keyboard'
const RULES = '/usr/share/X11/xkb/rules/base.lst'
/** One of each way in which a variant is named. */
const TRIED = ['de nodeadkeys', 'us intl', 'us dvorak-alt-intl', 'ch fr', 'gb mac_intl', 'cz qwerty_bksl', 'fr bepo']

for (const release of releases) {
  const rules = () => readFileSync(join(debianPackage(release, 'xkb-data'), RULES), 'utf8')

  /** What pibake writes into an image with the release's own list, or what is wrong with it. */
  const written = (layout: string, variant: string) => {
    const image = samplePiOs({
      behaviour: release === 'trixie' ? 'trixie-2026' : 'bookworm-2025',
      variant: 'lite',
      architecture: 'arm64',
    })
    write(image.root, RULES, rules())
    const device = `device: { keyboard: ${layout}, keyboardVariant: ${variant} }`
    const spec = specOf(
      `version: 1\nusers:\n  - { name: alice, passwordHash: "${HASH}", authorizedKeys: ["${KEYS.alice}"] }\n${device}\n`,
    )
    const result = runControl(identity, spec, image)
    return { text: textOf(result.target.root, FILE), problems: problemsOf(result) }
  }

  /** The console's keys, as setupcon has them made. */
  const keysOf = (text: string) => {
    const work = mkdtempSync(join(tmpdir(), 'pibake-keyboard-'))
    try {
      const file = join(work, 'keyboard')
      writeFileSync(file, text)
      const [ckbcomp, data] = ['console-setup', 'xkb-data'].map((name) => debianPackage(release, name)) as [
        string,
        string,
      ]
      const line =
        '. "$1"; exec perl "$2/usr/bin/ckbcomp" "-I$3/usr/share/X11/xkb" -model "$XKBMODEL" -layout "$XKBLAYOUT" -variant "$XKBVARIANT" -option "$XKBOPTIONS"'
      return attempt(['sh', '-euc', line, 'sh', file, ckbcomp, data])
    } finally {
      rmSync(work, { recursive: true })
    }
  }

  test(`${release}: a variant that is written makes other keys than the layout alone`, () => {
    for (const tried of TRIED) {
      const [layout, variant] = tried.split(' ') as [string, string]
      const { text, problems } = written(layout, variant)
      assert.equal(problems, [], tried)
      const keys = keysOf(text)
      assert.is(keys.status, 0, keys.stderr)
      assert.not.match(keys.stderr, variant, tried)
      const plain = keysOf(text.replace(/^XKBVARIANT=.*$/m, 'XKBVARIANT=""'))
      assert.is(plain.status, 0, plain.stderr)
      assert.is.not(keys.stdout, plain.stdout, tried)
    }
  })

  test(`${release}: what ckbcomp does not know is refused`, () => {
    const { text } = written('de', 'nodeadkeys')
    const judged = keysOf(text.replace('"nodeadkeys"', '"nodeadkey"'))
    assert.match(judged.stderr, /nodeadkey/)
    assert.equal(written('de', 'nodeadkey').problems.length, 1)
  })

  test(`${release}: every variant that xkb-data lists is taken`, () => {
    const section = /^! variant\n(.*?)\n\n/ms.exec(rules())?.[1] ?? ''
    const listed = section.split('\n').map((line) => line.trim().split(/\s+/))
    assert.ok(listed.length > 300)
    // A spec is compiled for each: some of all, by what they begin with.
    for (const [variant, of] of listed.filter((_, n) => n % 9 === 0)) {
      const layout = (of as string).replace(':', '')
      assert.equal(written(layout, variant as string).problems, [], `${layout} ${variant}`)
    }
  })
}
