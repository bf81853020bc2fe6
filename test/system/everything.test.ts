import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { program } from '../support/cli.ts'
import { keyServer } from '../support/key-server.ts'
import { suite } from '../support/suite.ts'
import { Container } from './support/container.ts'
import { type Image, stockImage } from './support/dress.ts'
import { addresses, Network } from './support/network.ts'
import { Owner, SSH_PORT } from './support/owner.ts'
import { pibake } from './support/pibake.ts'
import { run } from './support/run.ts'
import { settleIn } from './support/site.ts'

const network = new Network()
const owner = new Owner()
process.once('exit', () => {
  network.remove()
  owner.remove()
})

/** The example, with what a test needs: its own keys, the network of the test, and no packages to fetch. */
const SITE = (folder: string) => `version: 1
include: [${join(packageRoot, 'examples/everything/pibake.yaml')}]
users:
  - { name: alice, passwordHashFile: ${folder}/hash, authorizedKeys: [{ file: ${folder}/alice.pub }] }
  - { name: depot, authorizedKeys: [{ file: ${folder}/alice.pub }] }
ssh: { port: ${SSH_PORT}, userCA: { file: ${folder}/ca.pub } }
firewall: { rules: [allow ${SSH_PORT}/tcp] } # a test logs in more often than a limit lets it
updates: { firstBoot: none, sshServerDaily: false, unattended: false }
`

/** Has `pibake lock` fetch the key of the example, from a server of its own, and choose the packages. */
async function lockKeys(spec: string, { root, boot }: Image): Promise<void> {
  const server = await keyServer({ '/carol.pub': readFileSync(join(packageRoot, 'examples/keys/bob.pub'), 'utf8') })
  try {
    const child = spawn(process.execPath, [program, 'lock', spec, '--root', root, '--boot', boot], {
      env: { ...process.env, PIBAKE_KEY_MIRROR: server.address },
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text))
    const code = await new Promise((resolve) => child.on('close', resolve))
    assert.is(code, 0, said)
  } finally {
    await server.close()
  }
}

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as Behaviour[]) {
  const test = suite(`the example with everything, baked and booted: ${behaviour}`)
  let image: Image
  let device: Container
  const beside = (...names: string[]) => join(dirname(image.root), ...names)
  const login = (command: readonly string[], user = 'alice') => owner.login(network, command, { user })
  const says = (...command: string[]) => device.attempt(command).stdout.trim()

  test.before(async () => {
    image = stockImage(behaviour, 'full')
    const folder = beside('site')
    mkdirSync(folder)
    copyFileSync(`${owner.key}.pub`, join(folder, 'alice.pub'))
    const hash = pibake(['hash-password'], { input: `${owner.password}\n` }).stdout
    writeFileSync(join(folder, 'hash'), hash, { mode: 0o600 })
    run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'ca')])
    writeFileSync(join(folder, 'site.yaml'), SITE(folder), { mode: 0o600 })
    const base = beside('base.tar')
    const pack = (words: string[]) => run(['tar', ...words, '--numeric-owner', '--one-file-system', '--xattrs'])
    pack(['-C', image.root, '-cf', base, '.'])
    pack(['-C', image.boot, '-rf', base, '--transform=s,^\\.,./boot/firmware,', '.'])
    await lockKeys(join(folder, 'site.yaml'), image)
    const baked = pibake(['bake', join(folder, 'site.yaml'), base, '-o', beside('out.tar')])
    assert.is(baked.status, 0, baked.stdout + baked.stderr)
    const [root, boot] = [beside('device'), beside('firmware')]
    for (const place of [root, boot]) mkdirSync(place)
    run(['tar', '-C', root, '-xpf', beside('out.tar'), '--numeric-owner', '--xattrs', '--exclude=./boot/firmware/*'])
    run(['tar', '-C', boot, '-xf', beside('out.tar'), '--strip-components=3', './boot/firmware'])
    run(['rm', beside('out.tar'), base])
    settleIn(root)
    // The address comes from the spec.
    rmSync(join(root, 'etc/NetworkManager/system-connections/lan.nmconnection'))
    device = new Container(root, { network, bind: { [boot]: '/boot/firmware' } })
    await device.until('sshd', 90, () => login(['true']).status === 0)
  })

  test.after(async () => {
    await device?.remove()
    image?.remove()
  })

  test('the first start ends ok, and nothing has failed', () => {
    const status = device.attempt(['pibake-firstboot', 'status', '--wait'], { timeout: 400 })
    const log = says('sh', '-c', 'tail -n 40 /var/lib/pibake/log/*')
    assert.is(status.status, 0, `${status.stdout}${status.stderr}${log}`)
  })

  test('accounts: numbers, groups, certificates, and files alone', () => {
    assert.match(says('id', 'alice'), /^uid=1500\(alice\) gid=1500\(alice\) groups=.*\b2000\(makers\)/)
    assert.match(says('id', 'alice'), /\(mosquitto\)/)
    assert.match(
      says('cat', '/home/carol/.ssh/authorized_keys'),
      readFileSync(join(packageRoot, 'examples/keys/bob.pub'), 'utf8').trim(),
    )
    const folder = beside('site')
    const signed = (principal: string) => {
      run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(folder, principal)])
      run([
        'ssh-keygen',
        '-q',
        '-s',
        join(folder, 'ca'),
        '-I',
        principal,
        '-n',
        principal,
        join(folder, `${principal}.pub`),
      ])
      const options = [
        '-F',
        'none',
        '-o',
        'StrictHostKeyChecking=no',
        '-o',
        'UserKnownHostsFile=/dev/null',
        '-o',
        'BatchMode=yes',
      ]
      const where = [
        '-b',
        addresses.owner,
        '-p',
        `${SSH_PORT}`,
        '-i',
        join(folder, principal),
        '-o',
        'IdentitiesOnly=yes',
      ]
      return network.attempt(['ssh', ...options, ...where, `alice@${addresses.device}`, 'id', '-un']).stdout.trim()
    }
    assert.is(signed('kit-admins'), 'alice')
    assert.is(signed('somebody'), '')
    assert.is.not(login(['id'], 'depot').status, 0)
  })

  test('files, secrets and scripts lie where they belong', () => {
    assert.is(says('stat', '-c', '%a %U', '/etc/kit/token'), '600 root')
    assert.is(says('cat', '/etc/kit/token'), 'a token of an example')
    assert.match(says('cat', '/srv/kit/cores'), /^\d+$/)
  })

  test('the authority of the spec is one that programs trust', () => {
    const trusted = says(
      'sh',
      '-c',
      'openssl crl2pkcs7 -nocrl -certfile /etc/ssl/certs/ca-certificates.crt | openssl pkcs7 -print_certs -noout',
    )
    assert.match(trusted, /CN ?= ?Example Office CA/)
  })

  test('services: sockets, timers and jobs of the owner', () => {
    // It asks for what a container does not have.
    assert.is(says('systemctl', 'is-enabled', 'fstrim.timer'), 'enabled')
    for (const unit of ['kit-web.socket', 'pibake-timer-measure.timer', 'pibake-alerts.timer']) {
      assert.equal(
        [unit, says('systemctl', 'is-enabled', unit), says('systemctl', 'is-active', unit)],
        [unit, 'enabled', 'active'],
      )
    }
    device.run(['systemctl', 'start', 'pibake-timer-measure.service'])
    assert.match(says('cat', '/srv/kit/runs'), /UTC/)
    assert.not.equal(says('systemctl', 'is-enabled', 'avahi-daemon'), 'enabled')
  })

  test('mounts: what is not there holds nothing up, memory is mounted', () => {
    assert.match(says('findmnt', '-no', 'FSTYPE,OPTIONS', '/srv/scratch'), /^tmpfs .*nosuid,nodev/)
    assert.is(device.attempt(['findmnt', '/srv/data']).status, 1)
  })

  test('network, firmware and kernel are told what the spec says', () => {
    const config = readFileSync(beside('firmware/config.txt'), 'utf8')
    for (const line of ['dtparam=i2c_arm=on', 'dtparam=spi=on', 'dtoverlay=w1-gpio', 'arm_boost=0'])
      assert.match(config, line)
    assert.match(readFileSync(beside('firmware/cmdline.txt'), 'utf8'), /\bconsoleblank=60\b/)
    const profiles = says('sh', '-c', 'cat /etc/NetworkManager/system-connections/pibake-*')
    assert.match(profiles, /^key-mgmt=wpa-psk$/m)
    assert.match(profiles, /^autoconnect-priority=10$/m)
    assert.match(says('ip', '-4', 'address', 'show', 'dev', 'eth0'), `inet ${addresses.device}/24`)
    assert.match(says('ip', 'route', 'show', 'default'), `default via ${addresses.owner} dev eth0`)
    assert.match(
      says('systemd-analyze', 'cat-config', 'systemd/timesyncd.conf'),
      /^NTP=time\.example\.org 192\.0\.2\.9$/m,
    )
  })

  test('fail2ban bans as every jail is told, and somebody is told of it', () => {
    assert.match(says('fail2ban-client', 'get', 'sshd', 'bantime'), /^7200$/)
    assert.is(says('cat', '/etc/pibake/alerts/about'), 'bans\nupgrades')
    device.run(['systemctl', 'start', 'pibake-alerts.service'])
  })
}
