import { loginShellRefusal } from '../../../device/inspect/login-shell.ts'
import type { Command } from '../../../device/systemd/command.ts'
import { argumentValues } from '../../../device/systemd/kernel-command-line.ts'
import { serviceOf } from '../../../device/systemd/service.ts'
import type { Setting } from '../../../device/systemd/settings.ts'
import { lastOf, type Unit } from '../../../device/systemd/units.ts'
import { autologinOf, isShell, shellInText } from '../console-commands.ts'
import { displayAutologins } from '../display-autologin.ts'
import type { FileLine, Finding, Reader } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { startOf } from '../start.ts'

/** Who is let in at a screen, a keyboard or a serial port without being asked. */
export const consoles: Reader = (device) => [
  ...eachOnce(services(device).flatMap((unit) => atTerminal(device, unit))),
  ...displayAutologins(device).flatMap(({ user, at }) => autologin(device, user, at, 'the display manager')),
  ...forcedShells(device),
]

/** A line that many units share is told once. */
function eachOnce(findings: readonly Finding[]): readonly Finding[] {
  const places = findings.map(({ user, at }) => `${user} ${at?.file}:${at?.line}`)
  return findings.filter((_, index) => places.indexOf(places[index] as string) === index)
}

/** Those that are started, and the one that logind starts when somebody goes to another screen (logind.conf(5)). */
function services(device: FinishedDevice): readonly Unit[] {
  const { started, units } = startOf(device)
  const own = [...started.values()].map(({ unit }) => unit).filter(({ name }) => name.endsWith('.service'))
  const other = units.unit('autovt@tty2.service')
  return other.state === 'loaded' ? [...own, other] : own
}

function atTerminal(device: FinishedDevice, unit: Unit): readonly Finding[] {
  const { commands, obstacles, variables } = serviceOf(unit, startOf(device).around)
  if (obstacles.some(({ sure }) => sure)) return []
  const forced = variables.get('SYSTEMD_SULOGIN_FORCE') === '1'
  return commands.flatMap((command) => {
    const at = lineOf(command.at)
    const user = autologinOf(command)
    if (user !== undefined) return autologin(device, user, at, unit.name)
    const isSulogin = command.program.endsWith('/sulogin') && forced
    if (isSulogin || isTerminalShell(unit, command)) return shell(device, unit, at)
    const line = [command.program, ...command.args].join(' ')
    return shellInText(command) ? [unproved(at, `${unit.name} runs ${line}`)] : []
  })
}

function isTerminalShell(unit: Unit, { program, args }: Command): boolean {
  const input = lastOf(unit, 'Service', 'StandardInput')?.value ?? ''
  if (program.endsWith('/openvt')) return args.some(isShell)
  return (
    /^tty/.test(input) &&
    isShell(program) &&
    (args[0] !== '-c' || args.slice(1).some((text) => /(^|[\s/])(ba|da|z)?sh\s*$/.test(text)))
  )
}

function shell(device: FinishedDevice, unit: Unit, at: FileLine): readonly Finding[] {
  const user = lastOf(unit, 'Service', 'User')?.value ?? 'root'
  return user === 'root' || user === '0'
    ? [rootShell(at, `${unit.name} opens a shell of root`)]
    : autologin(device, user, at, unit.name)
}

/** An owner whose autologin the spec keeps is meant to get in so. */
function autologin(device: FinishedDevice, name: string, at: FileLine, by: string): readonly Finding[] {
  const user = device.accounts.passwd.find((entry) => entry.name === name)
  if (user === undefined || loginShellRefusal(device.root, device.accounts, user) !== undefined) return []
  if (device.keepsAutologin && device.owners.has(name)) return []
  const because = `${by} logs ${name} in without asking`
  if (user.uid === 0) return [rootShell(at, because)]
  const settle = 'take the autologin out, or say hardening.autologin: keep for an account of the spec'
  return [{ answer: 'open', way: 'console', user: name, code: 'ACC033', at, because, settle }]
}

function rootShell(at: FileLine, because: string): Finding {
  const settle = 'take it out: root of the console is root of the device'
  return { answer: 'open', way: 'console', user: undefined, code: 'ACC035', at, because, settle }
}

/** sulogin asks for no password where it is told so, and rescue mode is as near as a disk that is missing (sulogin(8)). */
function forcedShells(device: FinishedDevice): readonly Finding[] {
  const { units, around } = startOf(device)
  const byUnit = ['rescue.service', 'emergency.service'].flatMap((name) => {
    const unit = units.unit(name)
    const at = unit.settings.findLast(
      ({ key, value }) => key.startsWith('Environment') && value.includes('SYSTEMD_SULOGIN_FORCE'),
    )
    const isForced = serviceOf(unit, around).variables.get('SYSTEMD_SULOGIN_FORCE') === '1'
    return isForced && at !== undefined
      ? [rootShell(lineOf(at), `${name} opens a shell of root without a password`)]
      : []
  })
  const isSet = argumentValues(around.arguments, 'systemd.setenv').includes('SYSTEMD_SULOGIN_FORCE=1')
  const cmdline = { file: '/boot/firmware/cmdline.txt', line: 1 }
  const because = 'SYSTEMD_SULOGIN_FORCE=1: rescue mode opens a shell of root without a password'
  return isSet ? [...byUnit, rootShell(cmdline, because)] : byUnit
}

function unproved(at: FileLine, because: string): Finding {
  const settle = 'take it out, or accept the code if you know what it does'
  return { answer: 'unproved', way: 'console', user: undefined, code: 'ACC051', at, because, settle }
}

function lineOf({ file, line }: Setting): FileLine {
  return { file, line }
}
