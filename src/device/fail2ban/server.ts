import { entryAt } from '../sshd/files.ts'
import { readConfig } from './config.ts'
import { StartError } from './errors.ts'
import { type Fail2banDevice, folderOf, joined } from './files.ts'
import { rawValue } from './interpolate.ts'
import { withOptions } from './option-syntax.ts'
import { repr } from './python.ts'
import { notSeconds } from './seconds.ts'
import { settingsOf } from './settings.ts'
import type { Setting } from './tags.ts'
import { SERVER, THREAD } from './wanted.ts'

/** logging's names, and fail2ban's own (helpers.py, `str2LogLevel`). */
const LEVELS = 'CRITICAL FATAL ERROR WARNING WARN NOTICE INFO DEBUG NOTSET MSG HEAVYDEBUG TRACEDEBUG'.split(' ')

/**
 * The server's own settings, in fail2ban.conf and what is read after it.
 *
 * @throws StartError with the words of a server that ends for one of them
 */
export function assertServerStarts(device: Fail2banDevice): void {
  const config = readConfig(device, 'fail2ban') ?? { defaults: new Map(), sections: new Map(), isUnknown: () => false }
  const settings = settingsOf(config, 'Definition', SERVER)
  const threads = config.sections.has('Thread') ? settingsOf(config, 'Thread', THREAD) : new Map<string, Setting>()
  const text = (option: string) => String(settings.get(option) ?? '')
  const refuse = (option: string, message: string | undefined, section = 'Definition') => {
    if (message !== undefined) throw new StartError(message, rawValue(config, section, option), option)
  }
  refuse('loglevel', badLevel(text('loglevel')))
  refuse('socket', noFolder(device, folderOf(joined('/', text('socket')))))
  refuse('stacksize', badStack(threads.get('stacksize')), 'Thread')
  refuse('logtarget', badTarget(device, text('logtarget')))
  const database = text('dbfile')
  if (database.toLowerCase() === 'none') return
  refuse('dbfile', badDatabase(device, database))
  refuse('dbmaxmatches', settings.get('dbmaxmatches') === null ? NOT_A_NUMBER : undefined)
  refuse('dbpurgeage', notSeconds(text('dbpurgeage')))
}

/** What Python says of a number that was none and has no default: int(None). */
export const NOT_A_NUMBER = "int() argument must be a string, a bytes-like object or a real number, not 'NoneType'"

function badLevel(level: string): string | undefined {
  return /^\d+$/.test(level) || LEVELS.includes(level.toUpperCase()) ? undefined : `Invalid log level ${repr(level)}`
}

/** threading.stack_size(): zero, or at least 32 kB. */
function badStack(size: Setting | undefined): string | undefined {
  if (size === null) return NOT_A_NUMBER
  if (size === undefined || size === 0 || (typeof size === 'number' && size >= 32)) return undefined
  return `size not valid: ${Number(size) * 1024} bytes`
}

const NO_FILES = ['SYSLOG', 'SYSTEMD-JOURNAL', 'STDOUT', 'SYSOUT', 'STDERR', 'INHERITED']

function badTarget(device: Fail2banDevice, target: string): string | undefined {
  try {
    const { name } = withOptions(target)
    if (NO_FILES.includes(name.toUpperCase())) return undefined
    const path = joined('/', name)
    const isThere = hasFolder(device, folderOf(path)) && entryAt(device.root, path)?.kind !== 'directory'
    return isThere ? undefined : 'Failed to change log target'
  } catch (error) {
    if (error instanceof RangeError) return error.message
    throw error
  }
}

/** The folder of the database is made, but not the one above it (server.py, `_make_file_path`). */
function badDatabase(device: Fail2banDevice, file: string): string | undefined {
  if (!file.startsWith('/')) return undefined
  if (entryAt(device.root, file)?.kind === 'directory') return 'unable to open database file'
  return noFolder(device, folderOf(file))
}

function noFolder(device: Fail2banDevice, folder: string): string | undefined {
  if (hasFolder(device, folder) || hasFolder(device, folderOf(folder))) return undefined
  return `[Errno 2] No such file or directory: ${repr(folder)}`
}

/** What is below /run is made at each start. */
function hasFolder(device: Fail2banDevice, folder: string): boolean {
  return /^\/(?:var\/)?run(?:\/|$)/.test(folder) || entryAt(device.root, folder)?.kind === 'directory'
}
