import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type OpenSocket, openSockets } from '../../../src/core/audit/open-sockets.ts'
import { readAccounts } from '../../../src/device/formats/accounts.ts'
import type { Release } from '../../../src/device/inspect/inventory.ts'
import { readPackages } from '../../../src/device/inspect/packages.ts'
import { DirectoryTree } from '../../../src/storage/tree/directory.ts'
import { IDLE } from '../../access/support/run-state.ts'
import { TODAY } from '../../support/spec.ts'
import { runIn } from '../../system/support/chroot.ts'
import { Container } from '../../system/support/container.ts'
import { addresses, Network } from '../../system/support/network.ts'
import { discard, scratch } from '../../system/support/roots.ts'
import { settleAlone } from '../../system/support/site.ts'
import type { Case } from '../daemons.ts'
import { foreseeable, more, predictedTexts, readSs, type SocketText, seenTexts } from './sockets.ts'

/** What was predicted of a device, and what it does. */
export interface Comparison {
  readonly predicted: readonly SocketText[]
  readonly seen: readonly SocketText[]
  /** Opened, and not predicted. */
  readonly missed: readonly SocketText[]
  /** Predicted, and not opened. */
  readonly vain: readonly SocketText[]
  /** Why a reader could not say it all. */
  readonly untold: readonly string[]
  /** Units that did not start, and what they said last. */
  readonly failed: readonly string[]
}

/** Changes the configuration of a root as a case has it, predicts, starts it in a container, and looks. */
export async function compare(root: string, release: Release, daemon: Case): Promise<Comparison> {
  const own = scratch(root)
  const network = new Network()
  try {
    change(own, daemon)
    settle(own)
    const sockets = predictions(own, release)
    const predicted = predictedTexts(sockets)
    const { seen, failed } = await look(own, network, predicted)
    return {
      predicted: [...predicted],
      seen: [...seen],
      missed: more(seen, predicted),
      vain: more(predicted, seen),
      untold: sockets.flatMap(({ prediction }) => ('untold' in prediction ? [prediction.untold] : [])),
      failed,
    }
  } finally {
    network.remove()
    discard(own)
  }
}

function change(root: string, { files = {}, lines = {}, run = '', enable = [] }: Case): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const [path, text] of Object.entries(lines)) writeFileSync(join(root, path), text, { flag: 'a' })
  if (run !== '') runIn(root, ['sh', '-euc', run])
  for (const unit of enable) runIn(root, ['systemctl', '--root=/', 'enable', unit])
}

/** The device has its address before anything starts that listens. */
const ADDRESS = `[Unit]
DefaultDependencies=no
Before=network-pre.target basic.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=ip address add ${addresses.device}/24 dev eth0
ExecStart=ip link set lo up
ExecStart=ip link set eth0 up
ExecStart=ip route add default via ${addresses.owner}
[Install]
WantedBy=sysinit.target
`

function settle(root: string): void {
  rmSync(join(root, 'usr/sbin/policy-rc.d'), { force: true })
  const units = join(root, 'etc/systemd/system')
  if (!existsSync(join(units, 'systemd-remount-fs.service'))) settleAlone(root)
  for (const unit of IDLE.filter((name) => name !== 'avahi-daemon.service')) {
    rmSync(join(units, unit), { force: true })
    symlinkSync('/dev/null', join(units, unit))
  }
  writeFileSync(join(units, 'site-address.service'), ADDRESS)
  // Some daemons end where the name of their own device has no address.
  writeFileSync(join(root, 'etc/hostname'), 'device\n')
  writeFileSync(join(root, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 device\n')
  mkdirSync(join(units, 'sysinit.target.wants'), { recursive: true })
  symlinkSync('../site-address.service', join(units, 'sysinit.target.wants/site-address.service'))
}

/** What pibake says of the root on its own, with all readers of the audit. */
function predictions(directory: string, release: Release): readonly OpenSocket[] {
  const root = new DirectoryTree(directory)
  try {
    return openSockets({
      root,
      boot: undefined,
      release,
      today: TODAY,
      accounts: readAccounts(root),
      packages: new Map([...readPackages(root)].map(([name, { version }]) => [name, version])),
      requests: [],
      unread: [],
      owners: new Map(),
      ssh: { enabled: true, port: 22 },
      authorities: new Set(),
      keepsAutologin: false,
    })
  } finally {
    root.close()
  }
}

/** What a unit printed before it failed. */
function lastWordsOf(container: Container, unit: string): string {
  const journal = ['journalctl', '--no-pager', '--output=cat', '--lines=8', `_SYSTEMD_UNIT=${unit}`]
  return container.attempt(journal).stdout.trim().split('\n').slice(-3).join(' / ').replaceAll('|', '/').slice(0, 240)
}

/** A daemon may need some seconds more than systemd waits for. */
const PATIENCE = 12

async function look(
  root: string,
  network: Network,
  predicted: ReadonlySet<SocketText>,
): Promise<{ readonly seen: ReadonlySet<SocketText>; readonly failed: readonly string[] }> {
  const container = new Container(root, { network })
  try {
    await container.until('the start', 120, () => {
      const asked = ['timeout', '20', 'systemctl', 'is-system-running', '--wait']
      return /^(running|degraded)$/m.test(container.attempt(asked, { timeout: 30 }).stdout)
    })
    let seen: ReadonlySet<SocketText> = new Set()
    for (let waited = 0; waited < PATIENCE; waited += 1) {
      seen = seenTexts(foreseeable(readSs(container.run(['ss', '-Hltunp'])), predicted))
      if (more(seen, predicted).length + more(predicted, seen).length === 0) break
      await sleep(1000)
    }
    const failed = container.attempt(['systemctl', '--failed', '--plain', '--no-legend']).stdout
    const units = failed.split('\n').flatMap((line) => line.trim().split(/\s+/)[0] || [])
    return { seen, failed: units.map((unit) => `${unit}: ${lastWordsOf(container, unit)}`) }
  } finally {
    await container.remove()
  }
}
