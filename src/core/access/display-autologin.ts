import type { FileLine } from './finding.ts'
import type { FinishedDevice } from './finished-device.ts'
import { startOf } from './start.ts'

interface Autologin {
  readonly user: string
  readonly at: FileLine
}

/** Where each display manager is told whom to log in by itself, last wins; each line's key and the section it counts in. */
interface Manager {
  readonly unit: string
  readonly files: readonly string[]
  readonly section: RegExp
  readonly key: RegExp
  /** The line without which the key has no effect. */
  readonly also?: RegExp
}

const MANAGERS: readonly Manager[] = [
  {
    unit: 'lightdm.service',
    files: [
      '/usr/share/lightdm/lightdm.conf.d/',
      '/usr/local/share/lightdm/lightdm.conf.d/',
      '/etc/xdg/lightdm/lightdm.conf.d/',
      '/etc/lightdm/lightdm.conf.d/',
      '/etc/lightdm/lightdm.conf',
    ],
    section: /^(Seat:.*|SeatDefaults)$/,
    key: /^autologin-user\s*=\s*(.*)$/,
  },
  {
    unit: 'sddm.service',
    files: ['/usr/lib/sddm/sddm.conf.d/', '/etc/sddm.conf.d/', '/etc/sddm.conf'],
    section: /^Autologin$/,
    key: /^User\s*=\s*(.*)$/,
  },
  {
    unit: 'gdm.service',
    files: ['/etc/gdm3/daemon.conf'],
    section: /^daemon$/,
    key: /^(?:Automatic|Timed)Login\s*=\s*(.*)$/,
    also: /^\s*(?:Automatic|Timed)LoginEnable\s*=\s*(true|1)\b/im,
  },
  {
    unit: 'greetd.service',
    files: ['/etc/greetd/config.toml'],
    section: /^initial_session$/,
    key: /^user\s*=\s*"?([^"\s]*)/,
  },
  { unit: 'lxdm.service', files: ['/etc/lxdm/lxdm.conf'], section: /^base$/, key: /^autologin\s*=\s*(.*)$/ },
  { unit: 'nodm.service', files: ['/etc/default/nodm'], section: /^$/, key: /^NODM_USER\s*=\s*"?([^"\s]*)/ },
]

/** Whom the display managers that are started log in without asking. */
export function displayAutologins(device: FinishedDevice): readonly Autologin[] {
  const { started, units } = startOf(device)
  return MANAGERS.filter(({ unit }) => started.has(units.unit(unit).name)).flatMap((manager) => {
    const found = filesOf(device, manager.files).flatMap((file) => linesIn(device, manager, file))
    const last = found.at(-1)
    return last === undefined || last.user === '' ? [] : [last]
  })
}

/** A path that ends with `/` stands for the .conf files in it. */
function filesOf({ root }: FinishedDevice, paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) =>
    path.endsWith('/')
      ? root
          .list(path.slice(0, -1))
          .filter((name) => name.endsWith('.conf'))
          .map((name) => path + name)
      : [path],
  )
}

function linesIn({ root }: FinishedDevice, { section, key, also }: Manager, file: string): Autologin[] {
  const real = root.resolve(file)
  if (root.lstat(real)?.kind !== 'file') return []
  const text = new TextDecoder().decode(root.read(real))
  if (also?.test(text) === false) return []
  let current = ''
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.trim()
    const heading = /^\[(.*)\]$/.exec(line)
    if (heading !== null) current = heading[1] as string
    const user = section.test(current) ? key.exec(line)?.[1] : undefined
    return user === undefined ? [] : [{ user: user.trim(), at: { file, line: index + 1 } }]
  })
}
