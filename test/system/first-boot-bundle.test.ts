import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { CARRIED } from '../../src/core/carried/bundle.ts'
import { parseLock } from '../../src/core/carried/lock.ts'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { behaviours } from '../../src/sample/behaviours.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { Container } from './support/container.ts'
import { type Image, stockImage } from './support/dress.ts'
import { emptyDeb } from './support/empty-deb.ts'
import { Network } from './support/network.ts'
import { Owner } from './support/owner.ts'
import { pibake } from './support/pibake.ts'
import { settleAlone } from './support/site.ts'
import { difference, snapshot } from './support/snapshot.ts'

const network = new Network()
const older = emptyDeb('harmless', '1')
const newer = emptyDeb('harmless', '2')
const owner = new Owner({ packages: `bundle: true, debs: [{ file: ${newer.file}, sha256: ${newer.sha256} }]` })
process.once('exit', () => {
  network.remove()
  owner.remove()
  older.remove()
  newer.remove()
})

/**
 * What a power cut leaves at two moments that are too short to be met: a conffile has its place and dpkg has not noted it,
 * and ufw's postinst has made one file and begun another.
 */
const HALF_DONE = `
cd ${CARRIED}
# What was killed may hold dpkg's lock for a moment.
until dpkg --force-depends --unpack fail2ban_*.deb ufw_*.deb; do sleep 1; done
cd /etc/fail2ban/filter.d
mv tine20.conf.dpkg-new tine20.conf
cp /usr/share/ufw/before.init /etc/ufw/before.init
: >/etc/ufw/after.init
`
const HOOKS = '640 root /etc/ufw/after.init\n640 root /etc/ufw/before.init\n'

const settled = ['etc', 'usr', 'home', 'root', 'var/lib/pibake', 'var/lib/dpkg']

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as Behaviour[]) {
  const test = suite(`first start of ${behaviour} with carried packages and no network`)
  let image: Image
  let device: Container
  const boot = () => {
    device = new Container(image.root, { network, bind: { [image.boot]: '/boot/firmware' } })
  }
  const version = (name: string) => device.run(['dpkg-query', '-W', `-f=\${Version}`, name])
  /** Ends when dpkg unpacks or configures something; fine enough a look that it is still at it. */
  const untilDpkgWorks = () => {
    const look = 'ps -e -o args= | grep -qE "^/usr/bin/dpkg .*--(unpack|configure) "'
    return device.run(['sh', '-c', `until ${look}; do sleep 0.02; done`], { timeout: 120 })
  }

  test.before(() => {
    image = stockImage(behaviour)
    copyFileSync(older.file, join(image.root, 'older.deb'))
    runIn(image.root, ['dpkg', '--install', '/older.deb'])
    rmSync(join(dirname(owner.spec), 'pibake.lock'), { force: true })
    const applied = pibake(['apply', owner.spec, '--boot', image.boot, '--root', image.root])
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
  })

  test.after(async () => {
    await device?.remove()
    image?.remove()
  })

  test('the image is as planned; lock and plan say what it carries, and need no network', () => {
    const target = ['--boot', image.boot, '--root', image.root]
    const call = (...words: string[]) =>
      pibake([...words, owner.spec, ...target], { env: { http_proxy: 'http://127.0.0.1:9' } })
    const clean = call('verify', '--frozen')
    assert.is(clean.status, 0, clean.stdout + clean.stderr)
    const locked = call('lock', '--frozen')
    assert.match(locked.stdout, /^ufw \S+ all {2}\d+ KiB {2}asked$/m)
    assert.match(call('plan', '--all').stdout, /^Packages carried in the image\n(.*\n)* {2}fail2ban /m)
    const tracker = join(dirname(owner.spec), 'tracker.json')
    const data = { fail2ban: { 'CVE-1': { releases: { [behaviours[behaviour].release]: { status: 'open' } } } } }
    writeFileSync(tracker, JSON.stringify(data))
    assert.match(call('plan', '--security-tracker', tracker).stdout, /^ {2}CVE-1 fail2ban .*: fail2ban$/m)
  })

  test('the power is cut while dpkg unpacks', async () => {
    settleAlone(image.root)
    boot()
    const tables = () => device.attempt(['nft', 'list', 'tables']).stdout
    await device.until('the interim firewall', 60, () => tables().includes('table inet pibake_interim'))
    untilDpkgWorks()
    await device.remove()
    runIn(image.root, ['timeout', '60', 'sh', '-euc', HALF_DONE])
    boot()
  })

  test('all the same it ends ok, and nothing is missing', async () => {
    await device.until('the program', 60, () => device.attempt(['pibake-firstboot', 'status']).status !== null)
    const status = device.attempt(['pibake-firstboot', 'status', '--wait'], { timeout: 400 })
    const log = () => device.run(['sh', '-c', 'tail -n 40 /var/lib/pibake/log/*'])
    assert.is(status.status, 0, `${status.stdout}${status.stderr}${log()}`)
    assert.is(device.run(['dpkg', '--audit']), '')
    assert.is(device.attempt(['dpkg', '--verify', 'ufw', 'fail2ban']).stdout, '')
    assert.is(device.run(['sh', '-c', `stat -c '%a %U %n' /etc/ufw/*.init`]), HOOKS)
    for (const name of ['before.init', 'after.init']) device.run(['cmp', `/usr/share/ufw/${name}`, `/etc/ufw/${name}`])
    assert.is(device.attempt(['ip', 'route', 'show', 'default']).stdout, '')
  })

  test('ufw is active, fail2ban runs, and the interim table has gone', async () => {
    assert.match(device.run(['ufw', 'status']), /^Status: active/)
    assert.match(device.run(['fail2ban-client', 'ping']), 'pong')
    await device.until(
      'the interim table to go',
      30,
      () => !device.run(['nft', 'list', 'tables']).includes('inet pibake'),
    )
    assert.is(device.run(['systemctl', '--failed', '--no-legend', '--plain']), '')
  })

  test('the versions are the locked ones, upgrades too, and what only came along is marked so', () => {
    assert.is(version('harmless'), '2')
    const parsed = parseLock(readFileSync(join(dirname(owner.spec), 'pibake.lock'), 'utf8'))
    assert.ok('lock' in parsed)
    const packages = parsed.lock[0]?.packages ?? []
    assert.ok(packages.length > 10)
    for (const one of packages) assert.is(version(one.name), one.version, one.name)
    const manual = device.run(['apt-mark', 'showmanual']).split('\n')
    assert.ok(manual.includes('ufw'))
    for (const { name } of packages.filter(({ because }) => because === 'needed')) assert.not.ok(manual.includes(name))
  })

  test('the carried packages have gone, and apt knows its own sources only', () => {
    assert.is(device.attempt(['test', '-e', CARRIED]).status, 1)
    assert.not.match(device.run(['apt-cache', 'policy', 'ufw']), CARRIED)
  })

  test('the next start writes nothing', async () => {
    await device.powerOff()
    await device.remove()
    const before = snapshot(image.root, settled, { times: false })
    boot()
    await device.until('ok', 60, () => device.attempt(['pibake-firstboot', 'status']).status === 0)
    await device.until('the firewall', 60, () => device.attempt(['ufw', 'status']).stdout.startsWith('Status: active'))
    await device.powerOff()
    assert.equal(difference(before, snapshot(image.root, settled, { times: false })), [])
  })
}
