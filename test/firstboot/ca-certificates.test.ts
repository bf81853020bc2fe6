import { symlinkSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { Device, started } from './support/device.ts'

const test = suite('first boot: authorities')

const FOLDER = 'usr/local/share/ca-certificates'
const finished = started(test, () => new Device().ask('ssh-port', '22\n'))

/** What a run says of the step. */
async function step(device: Device): Promise<string> {
  await device.call(['run'])
  const { steps } = JSON.parse(device.read('var/lib/pibake/status.json'))
  const { state, reason, changed } = steps.find(({ id }: { id: string }) => id === 'ca-certificates')
  return [state, reason, changed].join(' ')
}

async function on(use: (device: Device) => Promise<void>): Promise<void> {
  const device = finished().redo('ca-certificates')
  try {
    await use(device)
  } finally {
    device.remove()
  }
}

test('they are trusted once, and what is trusted stays as it is', () =>
  on(async (device) => {
    device.ask('ca-certificates', 'pibake-a-1.crt\npibake-b-2.crt\n')
    device.write(`${FOLDER}/pibake-a-1.crt`, '').write(`${FOLDER}/pibake-b-2.crt`, '')
    assert.is(await step(device), 'ok none true')
    assert.is(device.read('trusted'), 'pibake-a-1.crt\npibake-b-2.crt\n')
    device.forget('var/lib/pibake/steps/ca-certificates')
    assert.is(await step(device), 'ok none false')
  }))

test('one that is no longer there is forgotten', () =>
  on(async (device) => {
    device.write('etc/ssl/certs/ca-certificates.crt', '').write(`${FOLDER}/other.crt`, '')
    symlinkSync('/nowhere/pibake-a-1.crt', device.path('etc/ssl/certs/pibake-a-1.pem'))
    assert.is(await step(device), 'ok none true')
    assert.is(device.read('trusted'), 'other.crt\n')
  }))

test('without the program, or with one that has no effect, the device is degraded', () =>
  on(async (device) => {
    device.ask('ca-certificates', 'pibake-a-1.crt\n').write(`${FOLDER}/other.crt`, '')
    assert.is(await step(device), 'degraded not-as-wanted true')
    device.lose('update-ca-certificates')
    assert.is(await step(device), 'degraded ca-certificates-missing true')
  }))
