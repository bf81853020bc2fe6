import * as assert from 'uvu/assert'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { behaviours } from '../../src/sample/behaviours.ts'
import { suite } from '../support/suite.ts'
import { Container } from './support/container.ts'
import { type Image, stockImage } from './support/dress.ts'
import { addresses, Network } from './support/network.ts'
import { MAX_RETRY, Owner, RULES, SSH_PORT } from './support/owner.ts'
import { pibake } from './support/pibake.ts'
import { debs } from './support/roots.ts'
import { REPOSITORY, settleIn } from './support/site.ts'
import { difference, snapshot } from './support/snapshot.ts'

const owner = new Owner()
const network = new Network()
process.once('exit', () => {
  network.remove()
  owner.remove()
})

/** What the first start may settle and later starts have to leave alone. */
const settled = ['etc', 'usr', 'home', 'root', 'var/lib/pibake', 'var/lib/dpkg']

/** As somebody does who looks whether the port is open, or is asked about the host key and says no. */
const BREAK_OFF = `
import socket
for _ in range(${MAX_RETRY}):
    with socket.create_connection(('${addresses.device}', ${SSH_PORT}), 5, ('${addresses.attacker}', 0)) as device:
        device.recv(100)
`

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as Behaviour[]) {
  const test = suite(`first start of ${behaviour}`)
  const { release } = behaviours[behaviour]
  let image: Image
  let device: Container
  const boot = () => {
    const show = { [debs(release)]: REPOSITORY }
    device = new Container(image.root, { network, show, bind: { [image.boot]: '/boot/firmware' } })
  }
  const finished = () => {
    const { stdout } = device.attempt(['pibake-firstboot', 'status', '--json'])
    return stdout === '' ? 'pending' : (JSON.parse(stdout) as { state: string }).state
  }

  test.before(async () => {
    image = stockImage(behaviour)
    settleIn(image.root)
    const applied = pibake(['apply', owner.spec, '--boot', image.boot, '--root', image.root])
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
    boot()
  })

  test.after(async () => {
    await device?.remove()
    image?.remove()
  })

  test('sshd answers the owner before the packages are there, and nothing else is open', async () => {
    await device.until('sshd', 60, () => owner.login(network, ['true']).status === 0)
    const tables = device.run(['nft', 'list', 'tables'])
    assert.match(tables, /table inet pibake|table ip filter/)
  })

  test('finishes, and says ok', async () => {
    await device.until('the end of the first start', 400, () => !['pending', 'running'].includes(finished()))
    const said = device.attempt(['pibake-firstboot', 'status'])
    assert.is(
      said.status,
      0,
      `${said.stdout}${said.stderr}${device.run(['sh', '-c', 'head -n 40 /var/lib/pibake/log/*'])}`,
    )
  })

  test('sshd, which did not wait for the RSA key, offers it', () => {
    const scan = ['ssh-keyscan', '-T', '20', '-t', 'rsa', '-p', String(SSH_PORT), addresses.device]
    const offered = network.attempt(scan).stdout.split(' ')[2]
    assert.is(`${offered}`.trim(), device.run(['cat', '/etc/ssh/ssh_host_rsa_key.pub']).split(' ')[1])
  })

  test('no unit failed, and none was dropped from the order', () => {
    assert.is(device.run(['systemctl', '--failed', '--no-legend', '--plain']), '')
    assert.not.match(device.console(), /ordering cycle|SKIP/)
    assert.not.match(device.run(['journalctl', '--boot', '--no-pager']), /ordering cycle/)
  })

  test('the owner logs in with the key, and is who the spec says', () => {
    const { status, stdout, stderr } = owner.login(network, ['id', '--user', '--name'])
    assert.is(status, 0, stderr)
    assert.is(stdout, 'alice\n')
    assert.is(device.run(['hostname']), 'kit-07\n')
  })

  test('a password opens nothing', () => {
    const { status, stderr } = owner.login(network, ['true'], { password: owner.password, from: addresses.stranger })
    assert.is(status, 255)
    assert.match(stderr, 'Permission denied (publickey)')
  })

  test('pi is gone', () => {
    assert.is(device.attempt(['getent', 'passwd', 'pi']).status, 2)
    assert.is(owner.login(network, ['true'], { user: 'pi', from: addresses.stranger }).status, 255)
  })

  test('sudo asks for the password and takes the right one', () => {
    assert.is(owner.login(network, ['sudo', '-n', 'true']).status, 1)
    const sudo = ['sudo', '-S', '-k', '-p', "''", 'id', '-u']
    assert.is(owner.login(network, sudo, { input: 'wrong\n' }).status, 1)
    const right = owner.login(network, sudo, { input: `${owner.password}\n` })
    assert.is(right.status, 0, right.stderr)
    assert.is(right.stdout, '0\n')
  })

  test('ufw is active with exactly the rules, and the interim table has gone', () => {
    assert.match(
      device.run(['ufw', 'status', 'verbose']),
      /^Status: active\n(?:.*\n)*Default: deny \(incoming\), allow \(outgoing\)/,
    )
    const added = device.run(['ufw', 'show', 'added']).trim().split('\n').slice(1)
    assert.equal(
      added,
      RULES.map((rule) => `ufw ${rule}`),
    )
    assert.match(device.run(['iptables', '--list-rules', 'INPUT']), /^-P INPUT DROP$/m)
    assert.not.match(device.run(['nft', 'list', 'tables']), 'inet pibake')
  })

  test(`fail2ban bans after ${MAX_RETRY} failures, and not before; whoever breaks off has not failed`, async () => {
    const broken = network.attempt(['python3', '-c', BREAK_OFF])
    assert.is(broken.status, 0, broken.stderr)
    const banned = () => device.run(['fail2ban-client', 'get', 'sshd', 'banip']).includes(addresses.attacker)
    const found = `[sshd] Found ${addresses.attacker}`
    const failures = () => device.run(['cat', '/var/log/fail2ban.log']).split(found).length - 1
    let attempts = 0
    for (let seen = 0; seen < MAX_RETRY; seen = failures()) {
      assert.not.ok(banned(), `banned after ${seen} failures`)
      owner.login(network, ['true'], { user: 'admin', from: addresses.attacker })
      attempts += 1
      await device.until('the failure to be seen', 20, () => failures() > seen)
    }
    assert.is(attempts, MAX_RETRY)
    // fail2ban names an address as banned before its action has told the packet filter.
    const filtered = () => device.run(['nft', 'list', 'ruleset']).includes(addresses.attacker)
    await device.until('the ban', 20, () => banned() && filtered())
    const { status, stderr } = owner.login(network, ['true'], { from: addresses.attacker })
    assert.is(status, 255)
    assert.match(stderr, /refused|timed out/)
    assert.is(owner.login(network, ['true']).status, 0)
  })

  test('the second start writes nothing and opens the same', async () => {
    await device.powerOff()
    await device.remove()
    const before = snapshot(image.root, settled, { times: false })
    boot()
    await device.until('sshd', 60, () => owner.login(network, ['true']).status === 0)
    await device.until('the firewall', 60, () => device.attempt(['ufw', 'status']).stdout.startsWith('Status: active'))
    assert.is(device.attempt(['pibake-firstboot', 'status']).status, 0)
    await device.powerOff()
    assert.equal(difference(before, snapshot(image.root, settled, { times: false })), [])
  })

  test('run --repair heals what was undone later', async () => {
    await device.remove()
    boot()
    await device.until('the firewall', 90, () => device.attempt(['ufw', 'status']).stdout.startsWith('Status: active'))
    device.run(['sh', '-c', ': >/etc/ssh/ssh_host_ed25519_key.pub; ufw disable; systemctl stop fail2ban'])
    const seen = device.attempt(['pibake-firstboot', 'status'])
    assert.is(seen.status, 2, seen.stdout)
    for (const step of ['host-keys', 'ufw', 'fail2ban'])
      assert.match(seen.stderr, `${step}: no longer as it was set up`)
    const repaired = device.attempt(['pibake-firstboot', 'run', '--repair'], { timeout: 300 })
    assert.is(repaired.status, 0, repaired.stdout + repaired.stderr)
    assert.is(device.attempt(['pibake-firstboot', 'status']).status, 0)
    assert.match(device.run(['ufw', 'status']), /^Status: active/)
    assert.is(owner.login(network, ['true']).status, 0)
  })

  test('uninstall leaves nothing of the program, and a device that starts and is guarded as before', async () => {
    assert.match(device.run(['pibake-firstboot', 'uninstall']), 'pibake: uninstall: ok')
    const left = ['find', '/etc', '/usr', '/var', '-name', '*pibake-firstboot*', '-not', '-path', '/var/log/*']
    // The preset stays with the settings; a link to a unit would not.
    assert.is(device.run(left), '')
    // What guards each start until ufw is in force is a setting, and stays.
    assert.is(device.run(['ls', '/usr/lib/pibake']), 'interim-firewall\ninterim-firewall-yield\nufw-in-force\n')
    assert.is(device.attempt(['test', '-e', '/var/lib/pibake']).status, 1)
    await device.powerOff()
    await device.remove()
    boot()
    await device.until('sshd', 90, () => owner.login(network, ['true']).status === 0)
    await device.until('the firewall', 60, () => device.attempt(['ufw', 'status']).stdout.startsWith('Status: active'))
    assert.is(device.run(['systemctl', '--failed', '--no-legend', '--plain']), '')
    assert.not.match(device.console(), /pibake-firstboot/)
  })
}
