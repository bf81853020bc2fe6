import { bytewise } from '../../base/order.ts'
import { Steps } from '../../base/steps.ts'
import { parseAptConf } from '../../device/apt/conf.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { Assignment, Mechanism } from './assignment.ts'

const FOLDER = '/etc/apt/apt.conf.d'
const OURS = `${FOLDER}/52pibake-unattended-upgrades`
const PROXY = `${FOLDER}/52pibake-proxy`
const TEMPLATES = `${FOLDER}/52pibake-templates`
const UPGRADE = 'apt::periodic::unattended-upgrade'
const TIMERS = ['apt-daily.timer', 'apt-daily-upgrade.timer']

/** Each `#clear` looks at all that is set. */
const MOST_CLEARED = 10_000_000

/** Names that run-parts would take, and `.conf`; apt.conf itself is read last (apt.conf(5)). */
function filesOf(root: Tree): readonly string[] {
  const names = root.list(FOLDER).filter((name) => /^[\w-]+(\.conf)?$/.test(name))
  return [...[...names].sort(bytewise).map((name) => `${FOLDER}/${name}`), '/etc/apt/apt.conf']
}

/** A list is one setting for each of its values: only a `#clear` takes one away. */
export const apt: Mechanism = {
  isOurs: (path) => path === OURS || path === PROXY || path === TEMPLATES,
  read: ({ root }) => {
    const found: Assignment[] = []
    /** What is set, and not cleared again. */
    const live = new Set<string>()
    const steps = new Steps('settings of apt that are cleared', MOST_CLEARED)
    for (const file of filesOf(root)) {
      if (root.lstat(root.resolve(file))?.kind !== 'file') continue
      for (const { kind, name, value, line } of parseAptConf(new TextDecoder().decode(root.read(file)))) {
        if (kind !== 'clear') {
          const key = kind === 'set' ? name : `${name}:: ${value}`
          live.add(key)
          found.push({ key, value: kind === 'set' ? value : 'listed', file, line })
          continue
        }
        steps.take({ file, line }, live.size)
        const below = [...live].filter((key) => key === name || key.startsWith(`${name}::`))
        for (const key of below) live.delete(key)
        found.push(...below.map((key) => ({ key, value: 'cleared', file, line })))
      }
    }
    const upgrade = found.find(({ key, value, file }) => file === OURS && key === UPGRADE && value === '1')
    if (upgrade === undefined) return found
    // What the upgrades count on, as if our line said it: apt's daily work is not off as a whole, and its timers start.
    const implied = [{ ...upgrade, key: 'apt::periodic::enable' }, ...TIMERS.map((key) => ({ ...upgrade, key }))]
    return [...implied, ...found, ...maskedTimers(root)]
  },
}

function maskedTimers(root: Tree): readonly Assignment[] {
  return TIMERS.map((key) => ({ key, value: 'masked', file: `/etc/systemd/system/${key}`, line: 1 })).filter(
    ({ file }) => root.resolve(file) === '/dev/null',
  )
}
