import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { PlainFile } from '../../../src/base/disk/plain-file.ts'
import { TargetError } from '../../../src/base/errors.ts'
import { EditedBytes } from '../../../src/storage/image/edited-bytes.ts'
import { checkSpec, ImageJob } from '../../../src/web/job/image-job.ts'
import { hashPassword, readKey } from '../../../src/web/job/person.ts'
import { KEYS, smallSpec, TODAY } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'
import { makeSampleImage } from '../../write/bake/support/sample-image.ts'

const test = suite('an image and a spec in a page')

let work = ''
let file: PlainFile

const specText = (spec: object, files: Record<string, Uint8Array> = {}) => ({
  name: 'pibake.yaml',
  text: JSON.stringify(spec),
  files,
})
const job = () => new ImageJob(file, 'kit.img', TODAY)

test.before(() => {
  work = mkdtempSync(join(tmpdir(), 'pibake-job-'))
  makeSampleImage(join(work, 'kit.img'))
  file = new PlainFile(join(work, 'kit.img'))
})

test.after(() => {
  file.close()
  rmSync(work, { recursive: true, force: true })
})

test('what was looked at is what is made: it reads back, and the image as it was does not', () => {
  const one = job()
  assert.throws(() => one.extents(), 'nothing is planned')
  const { plan, isRefused } = one.look(specText(smallSpec()))
  assert.is(isRefused, false)
  assert.ok(plan)
  assert.ok(plan.subjects.some(({ name, changes }) => name === 'accounts' && changes.length > 5))
  assert.ok(plan.fetched.includes('ufw'))
  one.assertReadsBack(new EditedBytes(file, one.extents()))
  assert.throws(() => one.assertReadsBack(file), /does not read back/)
})

test('no secret is in what is shown', () => {
  const spec = smallSpec()
  const shown = JSON.stringify(job().look(specText(spec)))
  assert.not.match(shown, spec.users[0].passwordHash.slice(-20))
})

test('a look that is refused leaves nothing to be saved', () => {
  const one = job()
  one.look(specText(smallSpec()))
  const shut = one.look(specText({ ...smallSpec(), firewall: { rules: ['allow 80/tcp'] } }))
  assert.is(shut.isRefused, true)
  assert.is(shut.plan, undefined)
  assert.ok(shut.problems.some(({ code, line }) => code === 'ACC006' && line === 1))
  assert.throws(() => one.extents(), 'nothing is planned')
})

test('what the program alone can do is refused, and says so', () => {
  const bakes = specText({ ...smallSpec(), ssh: { hostKeys: 'bake' } })
  assert.throws(
    () => job().look(bakes),
    (error: unknown) => error instanceof TargetError && /pibake bake/.test(error.hint ?? ''),
  )
  const asks = checkSpec(specText({ ...smallSpec(), users: [{ name: 'alice', passwordHash: { env: 'HASH' } }] }), TODAY)
  assert.ok(asks.problems.some(({ message }) => /a page has no environment/.test(message)))
})

test('files that the spec names are those of the page', () => {
  const spec = { ...smallSpec(), users: [{ ...smallSpec().users[0], authorizedKeys: [{ file: './keys/alice.pub' }] }] }
  const missing = checkSpec(specText(spec), TODAY)
  assert.ok(missing.problems.some(({ code }) => code === 'SPC007'))
  const files = { 'keys/alice.pub': new TextEncoder().encode(`${KEYS.alice}\n`) }
  assert.equal(checkSpec(specText(spec, files), TODAY).problems, [])
})

test('the audit holds the image against what it will be', () => {
  const one = job()
  one.look(specText({ ...smallSpec(), risk: { exposure: 'internet' } }))
  const { html, closed } = one.audit('1.2.3')
  assert.ok(closed > 0)
  assert.match(new TextDecoder().decode(html), /exposure.*internet/s)
})

test('keys and passwords: what is taken, and what is said of the rest', () => {
  assert.equal(Object.keys(readKey(`${KEYS.alice}\n`)), ['line', 'fingerprint'])
  const secret = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n'
  const refused = readKey(secret)
  assert.match('fault' in refused ? refused.fault : '', 'PRIVATE key')
  assert.not.match(JSON.stringify(refused), 'b3BlbnNz')
  const random = new Uint8Array(12)
  const weak = hashPassword({ password: 'raspberry', user: 'alice', random })
  assert.match('fault' in weak ? weak.fault : '', 'commonest')
  const made = hashPassword({ password: 'correct horse battery', user: 'alice', random })
  assert.match('hash' in made ? made.hash : '', /^\$6\$rounds=100000\$/)
})
