import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { HASH } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { Container } from './support/container.ts'
import { type Image, stockImage } from './support/dress.ts'
import { addresses, Network } from './support/network.ts'
import { pibake } from './support/pibake.ts'
import { run } from './support/run.ts'
import { settleIn } from './support/site.ts'

/** No package is needed, so that the first start is short. */
const SPEC = `version: 1
users: [{ name: alice, passwordHash: "${HASH}" }]
ssh: { enabled: false }
firewall: { enabled: false }
fail2ban: { enabled: false }
updates: { firstBoot: none, unattended: false, sshServerDaily: false }
packages: { bundle: false }
hardening: { appArmor: false }
device: { caCertificates: [ca.pem] }
`

/** Answers everybody over TLS. */
const SERVE = `
const [folder] = process.argv.slice(-1)
const read = (name) => require('node:fs').readFileSync(folder + '/' + name)
const options = { cert: read('server.pem'), key: read('server.key') }
require('node:https').createServer(options, (_, answer) => answer.end('well\\n')).listen(8443)
`

/** An authority, and a server whose certificate it has signed. */
const MAKE = `
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 -subj '/CN=Test CA' \
  -addext basicConstraints=critical,CA:TRUE
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr -subj /CN=server
printf 'subjectAltName=IP:${addresses.owner}\\n' >server.ext
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 20 -extfile server.ext
`

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as Behaviour[]) {
  const test = suite(`authorities of ${behaviour}`)
  const place = mkdtempSync(join(tmpdir(), 'pibake-authorities-'))
  const network = new Network()
  let image: Image
  let device: Container
  let server: ChildProcess | undefined

  test.before(() => {
    run(['sh', '-euc', `cd ${place}\n${MAKE}`])
    const spec = join(place, 'pibake.yaml')
    writeFileSync(spec, SPEC, { mode: 0o600 })
    image = stockImage(behaviour)
    const applied = pibake(['apply', spec, '--boot', image.boot, '--root', image.root])
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
    settleIn(image.root)
    device = new Container(image.root, { network, bind: { [image.boot]: '/boot/firmware' } })
    server = spawn('ip', ['netns', 'exec', network.name, process.execPath, '-e', SERVE, place], { stdio: 'ignore' })
  })

  test.after(async () => {
    server?.kill()
    await device?.remove()
    image?.remove()
    network.remove()
    rmSync(place, { recursive: true })
  })

  test('the first start has the device trust it', async () => {
    await device.until('the program', 60, () => device.attempt(['pibake-firstboot', 'status']).status !== null)
    const status = device.attempt(['pibake-firstboot', 'status', '--wait', '--json'], { timeout: 200 })
    assert.is(status.status, 0, status.stdout)
    const { steps } = JSON.parse(status.stdout) as { steps: { id: string; state: string; changed: boolean }[] }
    const step = steps.find(({ id }) => id === 'ca-certificates')
    assert.equal([step?.state, step?.changed], ['ok', true])
  })

  const url = `https://${addresses.owner}:8443/`
  const fetched = () =>
    device.attempt(['/usr/lib/apt/apt-helper', '-oAcquire::Retries=0', 'download-file', url, '/tmp/got'], {
      timeout: 60,
    })
  const connected = () =>
    device.attempt(['openssl', 's_client', '-connect', `${addresses.owner}:8443`, '-verify_return_error'], {
      input: '',
    })

  test('OpenSSL and apt, which looks its own way, take a server of its', async () => {
    await device.until('the server', 60, () => connected().stdout.includes('Verify return code: 0 (ok)'))
    const { status, stdout, stderr } = fetched()
    assert.is(status, 0, stdout + stderr)
    assert.is(device.run(['cat', '/tmp/got']), 'well\n')
  })

  test('without it neither does', () => {
    // What a plan without the key does: it takes the files away.
    device.run(['sh', '-c', 'rm /usr/local/share/ca-certificates/pibake-*.crt /etc/pibake/first-boot/ca-certificates'])
    const repaired = device.attempt(['pibake-firstboot', 'run', '--repair'], { timeout: 200 })
    assert.match(repaired.stdout, /ca-certificates: ok \(done now\)/)
    const { status, stderr, stdout } = fetched()
    assert.is.not(status, 0)
    assert.match(stdout + stderr, /certificate/i)
    assert.not.match(connected().stdout, 'Verify return code: 0 (ok)')
  })
}
