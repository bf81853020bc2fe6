import { StartError } from '../../device/fail2ban/errors.ts'
import { type IniFile, parseIni, type Section, type Value } from '../../device/fail2ban/ini.ts'
import { Findings, type ForeignFile, ImportError } from './fact.ts'
import { WHY_NOT } from './why-not.ts'

/** Keywords that pibake chooses for the release of the image. */
const CHOSEN =
  /^(backend|banaction|banaction_allports|usedns|logencoding|protocol|chain|action_?\w*|mta|destemail|sender\w*|fail2ban_agent|mode|journalmatch)$/

/** jail.local: jails that are on, with how long and how often; what holds for all jails goes to each. */
export function readJailLocal({ name: file, text }: ForeignFile): Findings {
  const found = new Findings(file)
  const { defaults, sections } = parsed(text, file)
  const wanted: Section = new Map()
  for (const [option, value] of defaults) {
    if (option === 'ignoreip') takeIgnored(found, value)
    else if (/^(bantime|findtime|maxretry|bantime\.\w+)$/.test(option)) wanted.set(option, value)
    else if (option === 'enabled') found.leave('[DEFAULT] enabled', 'a spec names the jails that are on', value.line)
    else found.leave(`[DEFAULT] ${option}`, whyNot(option), value.line)
  }
  const isOn = ([, options]: readonly [string, Section]) =>
    /^(true|yes|on|1)$/i.test(options.get('enabled')?.text ?? '')
  const isSshd = ([name]: readonly [string, Section]) => name === 'sshd'
  const jails = [...sections]
    .filter(([name]) => !/^(INCLUDES|Definition|Init)$/.test(name))
    // Its name until fail2ban 0.9, which guides still give it.
    .map(([name, options]) => [name === 'ssh' && !sections.has('sshd') ? 'sshd' : name, options] as const)
  // Debian has the jail sshd on by itself (jail.d/defaults-debian.conf).
  const own: readonly (readonly [string, Section])[] = jails.some(isSshd) ? jails : [...jails, ['sshd', new Map()]]
  for (const jail of own) {
    const [name, options] = jail
    if (!isOn(jail) && options.has('enabled')) {
      if (isSshd(jail)) found.set(['fail2ban', 'jails', name, 'enabled'], false, options.get('enabled')?.line ?? 0)
    } else if (isOn(jail) || isSshd(jail)) {
      for (const [option, value] of new Map([...wanted, ...options])) takeOption(found, name, option, value)
    } else if (options.size > 0)
      found.leave(`the jail ${name}`, 'it is not switched on', [...options.values()][0]?.line ?? 0)
  }
  return found
}

function parsed(text: string, file: string): IniFile {
  try {
    return parseIni(text, file)
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    throw new ImportError(`${file}: fail2ban does not start with it: ${error.message.split('\n')[0]}`)
  }
}

function takeIgnored(found: Findings, { text, line }: Value): void {
  for (const address of text.split(/[\s,]+/))
    if (address !== '' && !/^(127\.0\.0\.1(\/8)?|::1)$/.test(address))
      found.add(['fail2ban', 'ignoreip'], address, line)
}

function takeOption(found: Findings, jail: string, option: string, { text, line }: Value): void {
  if (jail === 'sshd' && /^(enabled|port|logpath|filter)$/.test(option)) return
  if (option === 'ignoreip') {
    found.leave(`ignoreip of the jail ${jail}`, 'a spec has one list for all jails: fail2ban.ignoreip', line)
    return
  }
  if (CHOSEN.test(option)) {
    found.leave(`${option} of the jail ${jail}`, whyNot(option), line)
    return
  }
  if (/%\(/.test(text)) {
    found.leave(`${option} of the jail ${jail}`, 'it refers to another setting', line)
    return
  }
  found.set(
    ['fail2ban', 'jails', jail, option],
    /^-?\d+$/.test(text) ? Number(text) : /^(true|false)$/.test(text) ? text === 'true' : text,
    line,
  )
}

function whyNot(option: string): string {
  return /^(action|mta|destemail|sender)/.test(option)
    ? 'who is notified is said by alerts.to and fail2ban.mail'
    : CHOSEN.test(option)
      ? 'pibake chooses it for the release of the image'
      : WHY_NOT.noKey
}
