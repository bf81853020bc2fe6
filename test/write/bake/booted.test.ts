import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { pibake } from '../../support/cli.ts'
import { write } from '../../support/edit.ts'
import { smallSpec } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'
import { makeSampleImage } from './support/sample-image.ts'

const test = suite('bake of a system that has been started')

let work = ''
const at = (name: string) => join(work, name)

test.before(() => {
  work = mkdtempSync(join(tmpdir(), 'pibake-booted-'))
  makeSampleImage(at('base.img'), { tamper: (root) => write(root, '/var/lib/systemd/random-seed', 'seed') })
  writeFileSync(at('pibake.yaml'), JSON.stringify({ ...smallSpec(), packages: { bundle: false } }))
  writeFileSync(at('other.yaml'), JSON.stringify({ ...smallSpec(), packages: { bundle: false }, removeHome: true }))
})

test.after(() => rmSync(work, { recursive: true, force: true }))

test('what was let through once is verified without saying so again', () => {
  const baking = ['bake', at('pibake.yaml'), at('base.img'), '-o', at('out.img')]
  const refused = pibake(baking)
  assert.is(refused.code, 3)
  const flag = /hint: use a fresh image, or (--[a-z-]+) /.exec(refused.stderr)?.[1] as string
  assert.is(pibake([...baking, flag]).code, 0)
  const verified = pibake(['verify', at('pibake.yaml'), '--image', at('out.img')])
  assert.is(verified.code, 0, verified.stderr)
  const again = pibake(['verify', at('pibake.yaml'), '--image', at('out.img'), '--rebuild', at('base.img')])
  assert.is(again.code, 0, again.stderr)
})

test('a system that was started and that pibake has not worked on is refused by verify as before', () => {
  assert.is(pibake(['verify', at('pibake.yaml'), '--image', at('base.img')]).code, 3)
})

test('where the image has drifted, the commands named next can be typed as they are', () => {
  const drifted = pibake(['verify', at('other.yaml'), '--image', at('out.img')])
  assert.is(drifted.code, 4, drifted.stderr)
  const [, command = ''] = /^next: +pibake (.*)$/m.exec(drifted.stdout) ?? []
  assert.match(command, /--allow-booted/)
  assert.is(pibake(command.split(' ')).code, 0)
})
