import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Audit, audit } from '../../../src/core/audit/audit.ts'
import { changesOf } from '../../../src/core/plan/changes.ts'
import { OverlayTree } from '../../../src/core/plan/overlay.ts'
import { inspect } from '../../../src/device/inspect/inspect.ts'
import type { Behaviour, Release } from '../../../src/device/inspect/inventory.ts'
import type { Partition } from '../../../src/storage/tree/tree.ts'
import { MountedTarget } from '../../../src/write/apply/mounted-target.ts'
import { assertReadsBack } from '../../../src/write/apply/read-back.ts'
import { type Image, stockImage } from '../../system/support/dress.ts'
import { discard, scratch } from '../../system/support/roots.ts'
import { run } from '../../system/support/run.ts'
import type { Visitors } from './device.ts'
import { plant } from './plant.ts'
import type { Planted } from './planted.ts'
import { type Keys, smallSite } from './site.ts'
import type { Truth } from './truth.ts'
import { type Claim, type Judged, judge } from './verdict.ts'

const behaviour: Readonly<Record<Release, Behaviour>> = { bookworm: 'bookworm-2025', trixie: 'trixie-2026' }

/** A stock image that many states are planted in, each in a view of its own. */
export class Stock {
  readonly release: Release
  readonly #image: Image

  constructor(release: Release) {
    this.release = release
    this.#image = stockImage(behaviour[release], 'full')
    writeFileSync(join(this.#image.root, 'var/lib/planted'), '')
  }

  /** Plants a state, for as long as `work` takes. */
  async with<T>(state: Planted, keys: Keys, work: (image: Image) => T | Promise<T>): Promise<T> {
    const root = scratch(this.#image.root)
    const boot = join(dirname(root), 'boot')
    try {
      cpSync(this.#image.boot, boot, { recursive: true })
      const image = { root, boot, remove: () => discard(root) }
      plant(image, state.steps, keys)
      return await work(image)
    } finally {
      discard(root)
    }
  }

  remove(): void {
    this.#image.remove()
  }
}

function specOf(state: Planted, keys: Keys) {
  const spec = smallSite(keys)
  state.spec?.(spec)
  return spec
}

/** pibake's verdict alone. */
export function claimOn(stock: Stock, state: Planted, keys: Keys): Promise<Claim> {
  return stock.with(state, keys, (image) =>
    withTarget(image, async (target) => judge(specOf(state, keys), target).claim),
  )
}

/** What `pibake audit` says of the device that a state becomes; undefined: pibake makes no plan for it. */
export function auditOn(stock: Stock, state: Planted, keys: Keys): Promise<Audit | undefined> {
  return stock.with(state, keys, (image) =>
    withTarget(image, async (target) => {
      const { evaluation } = judge(specOf(state, keys), target)
      if (evaluation === undefined) return undefined
      const { operations } = evaluation.plan
      const on = (partition: Partition) => operations.filter((one) => one.partition === partition)
      const device = {
        root: new OverlayTree(target.root, on('root')),
        boot: target.boot && new OverlayTree(target.boot, on('boot')),
      }
      const today = new Date().toISOString().slice(0, 10)
      return audit(inspect(device, { allowBooted: true, isLookedAt: true }), { today })
    }),
  )
}

/** A descriptor that stayed open would keep the state's files in memory when they are unmounted. */
async function withTarget<T>({ root, boot }: Image, work: (target: MountedTarget) => Promise<T>): Promise<T> {
  const target = new MountedTarget(root, boot)
  try {
    return await work(target)
  } finally {
    target.root.close()
    target.boot?.close()
  }
}

/** The verdict, and what the device does; there is none where pibake makes no plan. */
export function tryState(
  stock: Stock,
  state: Planted,
  visitors: Visitors,
): Promise<{ readonly claim: Claim; readonly truth: Truth | undefined }> {
  return stock.with(state, visitors.keys, async (image) => {
    const { claim, isMade } = await withTarget(image, async (target) => {
      const { claim, evaluation } = judge(specOf(state, visitors.keys), target)
      const isMade = evaluation !== undefined && !isRefusedSpec(claim)
      if (isMade) await apply(target, evaluation)
      return { claim, isMade }
    })
    if (!isMade) return { claim, truth: undefined }
    if (state.firstStart !== true) asAfterTheFirstStart(image)
    putUp(image)
    const tokens = readFileSync(join(image.boot, 'cmdline.txt'), 'utf8').trim().split(/\s+/)
    const seen = await visitors.visit(image, argumentsFor(tokens), state.firstStart ?? false)
    return { claim, truth: { ...seen, written: claim.written } }
  })
}

/** A spec of which something else is wrong makes no device; where the login is in question there is one to be tried. */
function isRefusedSpec({ exit, codes }: Claim): boolean {
  return exit === 2 && codes.some((code) => /^(FIL|FBT|HWR|NET|PKG|SVC|UPD|F2B)/.test(code))
}

/** Whatever pibake says of it: what a refused device would do is what has to be known. */
async function apply(target: MountedTarget, { plan, epoch }: NonNullable<Judged['evaluation']>): Promise<void> {
  await target.commit(changesOf(target, plan.operations), { epoch })
  assertReadsBack(target, plan.operations)
}

/** What the first start makes for a login: host keys, a machine ID, the firewall switched on, itself gone. */
function asAfterTheFirstStart({ root }: Image): void {
  const script = `
    for type in ed25519 rsa; do
      [ -e etc/ssh/ssh_host_\${type}_key ] || cp -p "$1/ssh_host_\${type}_key" "$1/ssh_host_\${type}_key.pub" etc/ssh/
    done
    echo 0123456789abcdef0123456789abcdef >etc/machine-id
    if grep -qs '^firewall=ufw' etc/pibake/plan && [ -e etc/ufw/ufw.conf ]; then sed -i 's/^ENABLED=no/ENABLED=yes/' etc/ufw/ufw.conf; fi
    rm -f etc/pibake/plan`
  run(['sh', '-euc', script, 'sh', hostKeys()], { cwd: root })
}

let made: string | undefined

/** Host keys for every device of this process: to make one takes longer than a start. */
function hostKeys(): string {
  if (made !== undefined) return made
  const place = run(['mktemp', '-d']).trim()
  for (const type of ['ed25519', 'rsa'])
    run(['ssh-keygen', '-q', '-t', type, '-N', '', '-f', `${place}/ssh_host_${type}_key`])
  process.once('exit', () => rmSync(place, { recursive: true }))
  made = place
  return place
}

/** Units that decide no login and take time, and what a card has that a container has not. */
export const IDLE = [
  ...[
    'NetworkManager',
    'NetworkManager-wait-online',
    'avahi-daemon',
    'cloud-init-main',
    'cloud-init-local',
    'cloud-init',
  ],
  ...[
    'cloud-config',
    'cloud-final',
    'cloud-init-network',
    'ldconfig',
    'systemd-timesyncd',
    'systemd-networkd',
    'fail2ban',
  ],
  ...[
    'unattended-upgrades',
    'systemd-hwdb-update',
    'systemd-journal-catalog-update',
    'systemd-update-done',
    'apparmor',
  ],
  ...['systemd-firstboot', 'systemd-sysusers', 'systemd-binfmt', 'e2scrub_reap', 'rpi-eeprom-update', 'ModemManager'],
].map((name) => `${name}.service`)

/** A user's own systemd is started at each login, decides none, and costs more than the login. */
const QUICK_MANAGER = '[Service]\nType=oneshot\nPAMName=\nExecStart=\nExecStart=/bin/true\nRemainAfterExit=yes\n'

/** Puts the device up in a place where its packages, clock and address are of no concern. */
function putUp({ root }: Image): void {
  for (const unit of IDLE) {
    const place = join(root, 'etc/systemd/system', unit)
    rmSync(place, { force: true })
    symlinkSync('/dev/null', place)
  }
  const quick = join(root, 'etc/systemd/system/user@.service.d')
  mkdirSync(quick, { recursive: true })
  writeFileSync(join(quick, 'zz-quick.conf'), QUICK_MANAGER)
  const file = join(root, 'etc/fstab')
  const fstab = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const lines = fstab.split('\n').map((line) => mountable(line))
  writeFileSync(file, lines.join('\n'))
  if (!lines.some((line) => /^overlay \/ /.test(line))) {
    symlinkSync('/dev/null', join(root, 'etc/systemd/system/systemd-remount-fs.service'))
  }
}

/**
 * A line of fstab as a container can mount it: the root is what it is already, and remounted only where the line makes
 * it read-only; a disk with the label `data` is one that is there, and empty; one with the label `absent` is not there.
 */
function mountable(line: string): string {
  const [source = '', place = '', type = '', options = ''] = line.trim().split(/\s+/)
  if (place === '/' && options.split(',').includes('ro')) return `overlay / overlay ${options} 0 0`
  if (place === '/' || place === '/boot/firmware' || source === 'proc') return ''
  const rest = options
    .split(',')
    .filter((option) => option !== 'noatime')
    .join(',')
  if (source === 'LABEL=data') return `tmpfs ${place} tmpfs ${rest},mode=755 0 0`
  return source === 'LABEL=absent' ? `/no/such ${place} ${type} bind,${rest} 0 0` : line
}

/** What the kernel of an image of Bookworm starts at its very first start: it widens the root, takes itself out, starts anew. */
const WIDENS = 'init=/usr/lib/raspberrypi-sys-mods/firstboot'

/** What a container starts anyway; as a word it would be one for systemd. */
const SYSTEMD = 'init=/sbin/init'

/** What of cmdline.txt a container's systemd is to hear: what only the kernel reads would be taken for a word of its own. */
function argumentsFor(tokens: readonly string[]): string[] {
  const words = /^(systemd\.|rd\.|single$|s$|S$|1$|3$|5$|rescue$|emergency$|-b$|ro$|rw$|init=|SYSTEMD_SULOGIN_FORCE=)/
  return tokens.filter((token) => token !== WIDENS && token !== SYSTEMD && words.test(token))
}
