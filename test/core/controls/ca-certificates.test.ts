import * as assert from 'uvu/assert'
import { caCertificates } from '../../../src/core/controls/ca-certificates.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import type { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { AUTHORITY, CERTIFICATE, PRIVATE_KEY } from '../../support/certificates.ts'
import { runControl, secondRunDiffers } from '../../support/control.ts'
import { textOf } from '../../support/edit.ts'
import { compiled } from '../../support/plan.ts'
import { everySample } from '../../support/samples.ts'
import { parse, smallSpec, sound, TODAY } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('authorities')

const FOLDER = '/usr/local/share/ca-certificates'
const NAME = 'pibake-example-office-ca-13e73ae4.crt'
const STEP = '/usr/lib/pibake/steps/42-ca-certificates.sh'
const FILES = { 'office.pem': `# the office\n${AUTHORITY}`, 'own.pem': CERTIFICATE, 'own.key': PRIVATE_KEY }
const specWith = (...caCertificates: string[]) => ({ ...smallSpec(), device: { caCertificates } })
const read = (...files: string[]) => sound(specWith(...files), FILES)
const lite = () => samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })

for (const { title, options } of everySample()) {
  test(`${title}: an authority has a file of its own, and loses it with the key`, () => {
    const { spec } = read('office.pem')
    const first = runControl(caCertificates, spec, samplePiOs(options))
    assert.equal(first.target.root.list(FOLDER), [NAME])
    assert.is(textOf(first.target.root, `${FOLDER}/${NAME}`), AUTHORITY)
    assert.equal(secondRunDiffers(caCertificates, spec, first), [])
    assert.equal(runControl(caCertificates, read().spec, first.target).target.root.list(FOLDER), [])
    assert.equal([...runControl(caCertificates, read().spec, samplePiOs(options)).operations], [])
  })
}

/** The paths of a plan that have to do with authorities, and what happens to them. */
const named = ({ operations }: Plan) =>
  operations.flatMap(({ kind, path }) =>
    /ca-certificates/.test(path) && kind !== 'directory' ? [`${kind} ${path}`] : [],
  )
const planOf = (files: readonly string[], plant: (root: MemoryTree) => void = () => {}) => {
  const target = lite()
  plant(target.root)
  return compiled(read(...files), target).plan
}

test('the first start has a step for them where there are any, or where one has to be forgotten', () => {
  assert.equal(named(planOf([])), [])
  assert.equal(named(planOf(['office.pem'])), [
    'file /etc/pibake/first-boot/ca-certificates',
    `file ${STEP}`,
    `file ${FOLDER}/${NAME}`,
  ])
  const trusted = (root: MemoryTree) =>
    root.nodes.set('/etc/ssl/certs/pibake-old-1.pem', {
      kind: 'symlink',
      target: `${FOLDER}/pibake-old-1.crt`,
      uid: 0,
      gid: 0,
    })
  assert.equal(named(planOf([], trusted)), [`file ${STEP}`])
})

const problemsOf = (...files: string[]) =>
  parse(specWith(...files), FILES, TODAY).problems.map(
    ({ severity, code, path }) => `${severity} ${code} ${path.join('.')}`,
  )

test('what is not an authority is refused, each with its place', () => {
  assert.equal(problemsOf('office.pem'), [])
  assert.equal(problemsOf('office.pem', 'own.pem'), ['error NET011 device.caCertificates.1'])
  assert.equal(problemsOf('own.key'), ['error NET011 device.caCertificates.0'])
  assert.equal(problemsOf('nowhere.pem'), ['error SPC007 device.caCertificates.0'])
  assert.equal(problemsOf('office.pem', 'office.pem'), ['warning SPC011 device.caCertificates.1'])
  assert.equal(
    parse(specWith('office.pem'), FILES, '2126-11-08').problems.map(({ code }) => code),
    ['NET011'],
  )
})
