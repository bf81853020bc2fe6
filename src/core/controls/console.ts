import type { Origin } from '../../base/report/origin.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { FileOperation, Operation } from '../plan/operation.ts'
import type { Context, Contribution, Control } from './control.ts'
import { editedFile } from './edited-file.ts'
import { accountsAfter } from './owners.ts'
import { absent } from './root-file.ts'

/** The two doors that need no network: the log-in on the serial port, and the one at the screen that asks nothing. */
export const consoles: Control = { name: 'console', compile }

const LIGHTDM = '/etc/lightdm/lightdm.conf'
const SYSTEM = '/etc/systemd/system'

function compile(context: Context): Contribution {
  return { ...serialConsole(context), operations: autologin(context) }
}

function serialConsole(context: Context): Contribution {
  if (context.spec.hardening.serialConsole === 'on') return {}
  const origin = context.because(['hardening', 'serialConsole'], 'nobody logs in on the pins of the serial port')
  return {
    cmdline: [{ remove: /console=(serial|ttyAMA|ttyS)\d+(,.*)?/, origin }],
    units: [{ unit: 'serial-getty@.service', state: 'masked', origin }],
  }
}

/** Autologin also goes when the account that it is for goes: it would leave a log-in that can only fail. */
function autologin(context: Context): Operation[] {
  const { spec, inventory } = context
  const off = spec.hardening.autologin === 'off'
  const after = accountsAfter(context).passwd.map((entry) => entry.name)
  const locked = spec.defaultUser === 'lock' && spec.users.every((user) => user.name !== inventory.stockUser)
  const gone = (user: string) => off || !after.includes(user) || (locked && user === inventory.stockUser)
  const origin = off
    ? context.because(['hardening', 'autologin'], 'nobody is logged in without being asked')
    : context.because(['defaultUser'], 'the account that was logged in by itself is no longer there')
  const canonical = `${SYSTEM}/getty@tty1.service.d/autologin.conf`
  const found = gettyDropIns(inventory.root)
    .filter((dropIn) => gone(dropIn.user))
    .map((dropIn) => dropIn.path)
  const paths = new Set([...(off ? [canonical] : []), ...found])
  const desktop = lightdm(inventory.root, gone, origin)
  return [...[...paths].map((path) => absent(path, origin)), ...(desktop === undefined ? [] : [desktop])]
}

/** The drop-ins of getty units that name a user to log in (agetty(8)). */
function gettyDropIns(root: Tree): { path: string; user: string }[] {
  const folders = root.list(SYSTEM).filter((name) => /^(serial-|console-)?getty(@.*)?\.service\.d$/.test(name))
  return folders.flatMap((folder) =>
    root.list(`${SYSTEM}/${folder}`).flatMap((name) => {
      const path = `${SYSTEM}/${folder}/${name}`
      const text = new TextDecoder().decode(root.read(path) ?? new Uint8Array())
      const user = /^[^#;\n]*\s(?:--autologin[ =]|-a )\s*(\S+)/m.exec(text)?.[1]
      return user === undefined ? [] : [{ path, user }]
    }),
  )
}

/** lightdm.conf is read after lightdm.conf.d, so a drop-in cannot win: the lines themselves become comments. */
function lightdm(root: Tree, gone: (user: string) => boolean, origin: Origin): FileOperation | undefined {
  const entry = root.lstat(LIGHTDM)
  if (entry?.kind !== 'file') return undefined
  const lines = new Map<number, Origin>()
  const text = new TextDecoder()
    .decode(root.read(LIGHTDM))
    .split('\n')
    .map((line, number) => {
      const user = /^\s*#?\s*autologin-user\s*=\s*(\S+)/.exec(line)?.[1]
      if (user === undefined || !gone(user)) return line
      lines.set(number, origin)
      return line.replace(/^\s*#?/, '#')
    })
    .join('\n')
  if (lines.size === 0) return undefined
  return editedFile(root, LIGHTDM, new TextEncoder().encode(text), origin, lines)
}
