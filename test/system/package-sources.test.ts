import { cpSync, createReadStream, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { choosePackages } from '../../src/cli/choose-packages.ts'
import { processIo } from '../../src/cli/io.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { PackageError } from '../../src/write/packages/errors.ts'
import { compiled } from '../support/plan.ts'
import { HASH, KEYS, smallSpec, sound } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { Archive } from './support/archive.ts'
import { attemptIn } from './support/chroot.ts'
import { type Image, stockImage } from './support/dress.ts'
import { emptyDeb } from './support/empty-deb.ts'
import { pibake } from './support/pibake.ts'
import { native } from './support/recipe.ts'

/** The distribution: what every plan needs, and a helper. */
const names = ['apparmor', 'fail2ban', 'iptables', 'python3-systemd', 'ufw', 'unattended-upgrades', 'helper']
const ofDebian = names.map((name) => emptyDeb(name, '1.0-1', name === 'ufw' ? { Depends: 'helper' } : {}))
/** Somebody else's archive: what is wanted, what that needs, and newer versions of what is Debian's. */
const theirs = [
  emptyDeb('theirs', '3', { Depends: 'theirs-base' }),
  emptyDeb('theirs-base', '3'),
  ...['ufw', 'helper', 'base-files'].map((name) => emptyDeb(name, '99')),
]
const debian = new Archive()
const third = new Archive()
const DEBIAN = 'http://debian.test/debian'
const THIRD = 'http://them.test/apt'
debian.publish('trixie', ofDebian, { architectures: ['arm64', 'amd64'] })
third.publish('stable', theirs, { architectures: ['arm64', 'amd64'] })
process.once('exit', () => {
  for (const deb of [...ofDebian, ...theirs]) deb.remove()
  for (const archive of [debian, third]) archive.remove()
})

const test = suite('further sources of packages, judged by apt')

/** An archive on loopback. */
async function served<T>(folder: string, use: (address: string) => Promise<T>): Promise<T> {
  const server = createServer((request, response) => {
    const path = join(folder, decodeURIComponent(request.url ?? '/'))
    if (!existsSync(path) || !statSync(path).isFile()) return response.writeHead(404).end()
    return createReadStream(path).pipe(response.writeHead(200))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

function sample() {
  const target = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  const { nodes } = target.root
  const put = (path: string, text: string) =>
    nodes.set(path, { kind: 'file', content: new TextEncoder().encode(text), mode: 0o644, uid: 0, gid: 0 })
  for (const name of target.root.list('/etc/apt/sources.list.d')) nodes.delete(`/etc/apt/sources.list.d/${name}`)
  nodes.set('/etc/apt/keyrings', { kind: 'directory', mode: 0o755, uid: 0, gid: 0 })
  put('/etc/apt/keyrings/debian.asc', debian.key())
  put('/etc/apt/sources.list', `deb [signed-by=/etc/apt/keyrings/debian.asc] ${DEBIAN} trixie main\n`)
  return target
}

const SOURCE = { name: 'them', uris: [THIRD], suites: ['stable'], components: ['main'], signedByFile: 'them.asc' }

async function ask(install: readonly string[], mirror: string, key = third.key()) {
  const place = mkdtempSync(join(tmpdir(), 'pibake-sources-'))
  try {
    writeFileSync(join(place, 'pibake.yaml'), '')
    const target = sample()
    const spec = { ...smallSpec(), updates: { firstBoot: 'full' }, packages: { install, sources: [SOURCE] } }
    const checked = sound(spec, { 'them.asc': key })
    const io = { ...processIo({ quiet: true }), env: { XDG_CACHE_HOME: join(place, 'cache') } }
    return await choosePackages(io, checked.spec, target.root, compiled(checked, target), {
      mode: 'must',
      specFile: join(place, 'pibake.yaml'),
      aptMirror: [`${DEBIAN}=file:${debian.place}`, `${THIRD}=${mirror}`],
    })
  } finally {
    rmSync(place, { recursive: true })
  }
}
const refused = async (asked: Promise<unknown>, message: RegExp) => {
  try {
    await asked
  } catch (error) {
    assert.match((error as Error).message, message)
    return error
  }
  throw new Error('it was not refused')
}

test('what is named comes from the source and is carried; all else is the distribution’s, though the source has newer', () =>
  served(third.place, async (address) => {
    const result = await ask(['theirs', 'theirs-base'], address)
    if (!('carried' in result) || result.carried === undefined || !('lock' in result.carried))
      throw new Error(JSON.stringify(result))
    const { packages } = result.carried.lock
    const of = (name: string) => packages.find((found) => found.name === name)
    assert.equal(
      ['theirs', 'theirs-base', 'ufw', 'helper', 'base-files'].map((name) => [of(name)?.version, of(name)?.uri]),
      [
        ['3', `${THIRD}/pool/theirs_3_all.deb`],
        ['3', `${THIRD}/pool/theirs-base_3_all.deb`],
        ['1.0-1', `${DEBIAN}/pool/ufw_1.0-1_all.deb`],
        ['1.0-1', `${DEBIAN}/pool/helper_1.0-1_all.deb`],
        [undefined, undefined],
      ],
    )
  }))

test('what a named package needs of the source is named too, or it is refused', () =>
  served(third.place, async (address) => {
    const error = await refused(ask(['theirs'], address), /theirs : Depends: theirs-base/)
    assert.ok(error instanceof PackageError)
  }))

test('another key than the spec’s, and mirrors that mix the archives, are refused', () =>
  served(third.place, async (address) => {
    await refused(ask(['theirs'], address, debian.key()), /is not signed, or not with a key/)
    await refused(ask(['theirs'], `file:${third.place}`), /to the same host/)
  }))

/** Both archives by http inside, as the hosts that the sources name. */
const SESSION = `
printf '127.0.0.1 localhost debian.test them.test\\n' >/etc/hosts
cd /srv/archives
python3 -m http.server 80 --bind 127.0.0.1 >/dev/null 2>&1 &
for try in 1 2 3 4 5 6 7 8 9 10; do grep -q ':0050 .* 0A ' /proc/net/tcp && break; sleep 0.3; done
apt-get -q update >/tmp/update 2>&1 || { cat /tmp/update; exit 9; }
exec "$@"
`

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as const) {
  const device = suite(`further sources on ${behaviour}, judged by its apt on ${native}`)
  let image: Image
  const place = mkdtempSync(join(tmpdir(), 'pibake-sources-'))
  device.before(() => {
    image = stockImage(behaviour, 'full')
    const at = (path: string) => join(image.root, path)
    rmSync(at('etc/apt/sources.list.d'), { recursive: true, force: true })
    cpSync(debian.place, at('srv/archives/debian'), { recursive: true })
    cpSync(third.place, at('srv/archives/apt'), { recursive: true })
    writeFileSync(at('etc/apt/debian.asc'), debian.key())
    writeFileSync(at('etc/apt/sources.list'), `deb [signed-by=/etc/apt/debian.asc] ${DEBIAN} trixie main\n`)
    writeFileSync(join(place, 'them.asc'), third.key())
    const spec = join(place, 'pibake.yaml')
    writeFileSync(
      spec,
      `version: 1
users:
  - { name: alice, passwordHash: "${HASH}", authorizedKeys: ['${KEYS.alice}'] }
packages:
  bundle: false
  install: [theirs, theirs-base]
  sources:
    - { name: them, uris: ["${THIRD}"], suites: [stable], components: [main], signedByFile: them.asc }
`,
    )
    const applied = pibake(['apply', spec, '--boot', image.boot, '--root', image.root])
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
  })
  device.after(() => {
    image.remove()
    rmSync(place, { recursive: true })
  })
  const apt = (...command: string[]) => attemptIn(image.root, ['sh', '-euc', SESSION, 'sh', ...command])
  /** What `apt-cache policy` says of one package. */
  const policy = (name: string) => {
    const { status, stdout, stderr } = apt('apt-cache', 'policy', name)
    assert.is(status, 0, stdout + stderr)
    return stdout
  }

  device('apt-cache policy: the named ones count as the distribution’s, the others are no candidate', () => {
    assert.match(policy('theirs'), /Candidate: 3\n/)
    assert.match(policy('theirs'), /^ +3 500\n +-1 http:\/\/them\.test\/apt stable\/main /m)
    const helper = policy('helper')
    assert.match(helper, /Candidate: 1\.0-1\n/)
    assert.match(helper, / 99 -1\n +-1 http:\/\/them\.test\/apt stable\/main /)
    assert.match(policy('base-files'), / 99 -1\n/)
    assert.not.match(policy('base-files'), /Candidate: 99\n/)
  })

  device('apt-get would install what is named, and upgrades nothing to the source’s versions', () => {
    const install = apt('apt-get', '-q', '-s', 'install', 'theirs', 'theirs-base')
    assert.is(install.status, 0, install.stdout + install.stderr)
    assert.match(install.stdout, /^Inst theirs \(3 /m)
    const upgrade = apt('apt-get', '-q', '-s', 'dist-upgrade')
    assert.is(upgrade.status, 0, upgrade.stdout + upgrade.stderr)
    assert.match(upgrade.stdout, /^Inst ufw .*\(1\.0-1 /m)
    assert.not.match(upgrade.stdout, /\(99 /)
  })
}
