import { readConfig } from './config.ts'
import { JailError, type Place, StartError } from './errors.ts'
import type { Fail2banDevice } from './files.ts'
import type { Config } from './ini.ts'
import { rawValue } from './interpolate.ts'
import { type Jail, readJail } from './jail.ts'
import { judgeValues, missingLogs } from './judge.ts'
import { assertServerStarts } from './server.ts'

/** What keeps fail2ban, or one of its jails, from starting. */
export interface Fault {
  /** fail2ban's own words. */
  readonly message: string
  readonly at: Place | undefined
  /** The jail that is at fault; undefined: a file, or the server's own settings. */
  readonly jail: string | undefined
  /** The option whose value it is for, where that is the fault. */
  readonly option: string | undefined
  /** The log files that are missing, where that is the fault. */
  readonly logs: readonly string[]
}

/** What comes of `fail2ban-server start` on a device. */
export interface Start {
  /** Undefined: the server starts, unless log files are missing. */
  readonly failure: Fault | undefined
  /** The jails whose log files are all missing: for one of them the server does not start either. */
  readonly missing: readonly Fault[]
  /** The jails that the server passes over. */
  readonly skipped: readonly Fault[]
  /** Names of the jails that start. */
  readonly jails: readonly string[]
}

/**
 * Whether fail2ban starts with the configuration of a device, and with which jails: read as fail2ban 1.0.2 (bookworm) and
 * 1.1.0 (trixie) do (client/configurator.py, client/jailsreader.py, server/transmitter.py).
 */
export function startOf(device: Fail2banDevice): Start {
  try {
    assertServerStarts(device)
    return jailsOf(device)
  } catch (error) {
    return { failure: faultOf(error, undefined), missing: [], skipped: [], jails: [] }
  }
}

function jailsOf(device: Fail2banDevice): Start {
  const config = readConfig(device, 'jail')
  const jails: Jail[] = []
  const skipped: Fault[] = []
  const names = [...(config?.sections.keys() ?? [])].filter((name) => name !== 'INCLUDES' && !name.startsWith('KNOWN/'))
  for (const name of names) {
    try {
      const jail = config && readJail(device, config, name)
      if (jail !== undefined) jails.push(jail)
    } catch (error) {
      const fault = faultOf(error, name)
      if (!(error instanceof JailError)) return { failure: fault, missing: [], skipped: [], jails: [] }
      skipped.push(fault)
    }
  }
  // Jails that are passed over are no hindrance, as long as another one is left (jailsreader.py, `getOptions`).
  if (config === undefined || jails.length === 0) return { failure: skipped[0], missing: [], skipped, jails: [] }
  const missing = jails.flatMap((jail) => withoutLog(device, config, jail))
  const failure = jails.map((jail) => valueFault(device, config, jail)).find((fault) => fault !== undefined)
  const isUp = failure === undefined && missing.length === 0
  return { failure, missing, skipped, jails: isUp ? jails.map(({ name }) => name) : [] }
}

function withoutLog(device: Fail2banDevice, config: Config, jail: Jail): readonly Fault[] {
  const logs = missingLogs(device, jail)
  if (logs.length === 0) return []
  const at = rawValue(config, jail.name, 'enabled')
  return [
    { message: `Have not found any log file for ${jail.name} jail`, at, jail: jail.name, option: 'logpath', logs },
  ]
}

function valueFault(device: Fail2banDevice, config: Config, jail: Jail): Fault | undefined {
  try {
    judgeValues(device, jail, (option, message) => {
      const at = [option, `known/${option}`, 'enabled'].map((name) => rawValue(config, jail.name, name)).find(Boolean)
      throw new StartError(message, at, option)
    })
    return undefined
  } catch (error) {
    return faultOf(error, jail.name)
  }
}

function faultOf(error: unknown, jail: string | undefined): Fault {
  if (!(error instanceof StartError)) throw error
  return { message: error.message, at: error.at, jail, option: error.option, logs: [] }
}
