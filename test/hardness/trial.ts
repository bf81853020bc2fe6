import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Behaviour, Release } from '../../src/device/inspect/inventory.ts'
import { addPackage, makesHostKeys } from '../boot/card.ts'
import { Container } from '../system/support/container.ts'
import { type Image, stockImage } from '../system/support/dress.ts'
import { addresses, Network } from '../system/support/network.ts'
import { Owner, SSH_PORT } from '../system/support/owner.ts'
import { pibake } from '../system/support/pibake.ts'
import { debs } from '../system/support/roots.ts'
import type { Finished } from '../system/support/run.ts'
import { REPOSITORY, settleIn } from '../system/support/site.ts'
import { contentFile, INSIDE, type Kit } from './kit.ts'
import {
  type Benchmark,
  type Lynis,
  POLICY,
  readBenchmark,
  readExposure,
  readLynis,
  readOpenPorts,
  readPolicy,
  readSshAudit,
  type SshAudit,
} from './readings.ts'

/** What all judges say of one device. */
export interface Verdict {
  /** `stock`, or the profile of the spec. */
  readonly what: string
  readonly lynis: Lynis
  readonly benchmarks: Readonly<Record<string, Benchmark>>
  /** From the network, on which only a container is. */
  readonly ssh?: SshAudit
  /** Address → its open ports. */
  readonly open?: Readonly<Record<string, readonly string[]>>
  /** Exposure of the units that pibake has written. */
  readonly exposure: Readonly<Record<string, number>>
  readonly failedUnits: readonly string[]
  readonly versions: readonly string[]
}

/** Of scap-security-guide; `name` is what the page says. */
export const PROFILES = {
  'CIS L1 Server': 'cis_level1_server',
  'ANSSI minimal': 'anssi_bp28_minimal',
  'ANSSI intermediate': 'anssi_bp28_intermediary',
} as const

const newest: Readonly<Record<Release, Behaviour>> = { bookworm: 'bookworm-2025', trixie: 'trixie-2026' }

/** Starts a device twice, the first start and another one, and has it judged. */
export async function judge(release: Release, what: string, kit: Kit): Promise<Verdict> {
  const owner = ownerOf(what)
  const network = new Network()
  const image = stockImage(newest[release])
  let device: Container | undefined
  const boot = async () => {
    const bind = { [image.boot]: '/boot/firmware' }
    const show = { [kit.inside]: INSIDE, [debs(release)]: REPOSITORY }
    device = new Container(image.root, { network, bind, show })
    await settled(device)
    return device
  }
  try {
    addPackage(image.root, kit.linuxBase)
    if (what === 'stock') openStock(image, owner, release)
    else applied(image, owner)
    settleIn(image.root)
    const first = await boot()
    if (what !== 'stock') finished(first)
    await first.powerOff()
    await first.remove()
    return await verdictOf(await boot(), network, release, what, kit)
  } finally {
    await device?.remove()
    network.remove()
    image.remove()
    owner.remove()
  }
}

/** Whose device it is: the spec of a profile, and nothing else. */
export function ownerOf(what: string): Owner {
  const more = what === 'stock' ? '' : `profile: ${what}\n`
  return new Owner({ rules: [`allow ${SSH_PORT}/tcp`], packages: 'bundle: true', more })
}

function applied(image: Image, owner: Owner): void {
  const done = pibake(['apply', owner.spec, '--boot', image.boot, '--root', image.root], { timeout: 900 })
  if (done.status !== 0) throw new Error(done.stdout + done.stderr)
}

/** The image as it is, with ssh switched on as its documentation says, and a key of root's. */
function openStock({ root }: Image, owner: Owner, release: Release): void {
  if (release === 'bookworm') makesHostKeys(root)
  const unit = '/lib/systemd/system/ssh.service'
  for (const link of ['multi-user.target.wants/ssh.service', 'sshd.service']) {
    symlinkSync(unit, join(root, 'etc/systemd/system', link))
  }
  mkdirSync(join(root, 'root/.ssh'), { recursive: true, mode: 0o700 })
  cpSync(`${owner.key}.pub`, join(root, 'root/.ssh/authorized_keys'))
}

async function settled(device: Container): Promise<void> {
  await device.until('the start', 300, () =>
    /^(running|degraded)$/m.test(device.attempt(['systemctl', 'is-system-running']).stdout),
  )
}

function finished(device: Container): void {
  const { status, stdout } = device.attempt(['pibake-firstboot', 'status', '--wait'], { timeout: 900 })
  if (status !== 0) {
    throw new Error(stdout + device.attempt(['sh', '-c', 'tail -n 40 /var/lib/pibake/log/*']).stdout)
  }
}

async function verdictOf(
  device: Container,
  network: Network,
  release: Release,
  what: string,
  kit: Kit,
): Promise<Verdict> {
  const port = what === 'stock' ? 22 : SSH_PORT
  // The network first: lynis and OpenSCAP start and change nothing, but take minutes.
  const seen = { open: await openPorts(device, network, kit), ssh: sshAudit(network, kit, port) }
  return { ...fromInside(device, release, what), ...seen }
}

/** A device in which root's commands can be run; `timeout` in seconds. */
export interface Judged {
  run(command: readonly string[]): string
  attempt(command: readonly string[], options?: { readonly timeout?: number }): Finished
}

/** What the judges say that look from inside; they are at {@link INSIDE}. */
export function fromInside(device: Judged, release: Release, what: string): Omit<Verdict, 'ssh' | 'open'> {
  return {
    what,
    failedUnits: device
      .run(['systemctl', '--failed', '--plain', '--no-legend'])
      .split('\n')
      .flatMap((line) => line.trim().split(/\s+/)[0] || []),
    exposure: exposureOf(device),
    lynis: lynis(device),
    benchmarks: Object.fromEntries(
      Object.entries(PROFILES).map(([name, profile]) => [name, benchmark(device, release, profile)]),
    ),
    versions: device.run(['sh', '-c', 'systemctl --version | head -n 1; ssh -V 2>&1']).trim().split('\n'),
  }
}

function lynis(device: Judged): Lynis {
  const audit = `cd ${INSIDE}/lynis && exec sh ./lynis audit system --no-colors --no-log --report-file /run/lynis.dat`
  const { status, stdout, stderr } = device.attempt(['sh', '-c', audit], { timeout: 3600 })
  const report = device.run(['cat', '/run/lynis.dat'])
  if (!/^hardening_index=/m.test(report)) throw new Error(`lynis: exit ${status}\n${stdout.slice(-3000)}${stderr}`)
  return readLynis(report)
}

function benchmark(device: Judged, release: Release, profile: string): Benchmark {
  const results = `/run/${profile}.xml`
  const oscap = `exec ${INSIDE}/lib/ld-linux*.so.* --library-path ${INSIDE}/lib ${INSIDE}/oscap "$@"`
  const files = ['OSCAP_SCHEMA_PATH=schemas', 'OSCAP_XSLT_PATH=xsl', 'OSCAP_CPE_PATH=cpe']
  const command = [
    ...['env', ...files.map((word) => word.replace('=', `=${INSIDE}/share/`)), 'sh', '-c', oscap, 'sh'],
    ...['xccdf', 'eval', '--profile', `xccdf_org.ssgproject.content_profile_${profile}`, '--results', results],
    `${INSIDE}/content/${contentFile(release)}`,
  ]
  const { status, stderr } = device.attempt(command, { timeout: 7200 })
  // 2: a rule failed.
  if (status !== 0 && status !== 2) throw new Error(`oscap: exit ${status}\n${stderr.slice(-2000)}`)
  return readBenchmark(device.run(['cat', results]))
}

function exposureOf(device: Judged): Readonly<Record<string, number>> {
  const find = 'ls /etc/systemd/system /usr/lib/systemd/system | grep "^pibake-.*[.]service$"'
  const units = device.attempt(['sh', '-c', find]).stdout.split('\n').filter(Boolean)
  if (units.length === 0) return {}
  return Object.fromEntries(
    units.flatMap((unit) =>
      Object.entries(readExposure(device.run(['systemd-analyze', 'security', '--no-pager', unit]))),
    ),
  )
}

/** nmap finds the interfaces in /proc; what `ip netns exec` runs has mounts of its own. */
function outside(network: Network, kit: Kit, command: readonly string[], timeout: number) {
  const enter = 'mount -t proc proc "$0/proc"; exec chroot "$0" "$@"'
  return network.attempt(['sh', '-euc', enter, kit.outside, ...command], { timeout })
}

function sshAudit(network: Network, kit: Kit, port: number): SshAudit {
  // Its test of how many connections the server takes at once would be one that fail2ban and sshd count.
  const ask = ['ssh-audit', '--json', '--skip-rate-test', `--port=${port}`]
  const asked = (more: readonly string[]) => outside(network, kit, [...ask, ...more, addresses.device], 300).stdout
  return { ...readSshAudit(asked([])), policies: { [POLICY]: readPolicy(asked(['--policy', POLICY])) } }
}

async function openPorts(
  device: Container,
  network: Network,
  kit: Kit,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const link = /inet6 (fe80:[0-9a-f:]+)/.exec(device.run(['ip', '-6', 'address', 'show', 'dev', 'eth0']))?.[1]
  if (link === undefined) throw new Error('the device has no link-local address')
  // As long as its own address there is a tentative one, nmap finds none to send from.
  const own = ['ip', '-6', 'address', 'show', 'dev', 'wire', 'scope', 'link', '-tentative']
  await device.until('a link-local address on the wire', 30, () => network.attempt(own).stdout.includes('fe80:'))
  const scan = (address: string, more: readonly string[]) => {
    const command = ['nmap', '-n', '-Pn', '-p-', '--min-rate=3000', '--max-retries=3', '--open', '-oG', '-']
    const { status, stdout, stderr } = outside(network, kit, [...command, ...more, address], 1200)
    if (status !== 0) throw new Error(`nmap: exit ${status}\n${stdout}${stderr}`)
    return readOpenPorts(stdout)
  }
  return { IPv4: scan(addresses.device, []), 'IPv6 link-local': scan(`${link}%wire`, ['-6']) }
}
