/** Somebody may do something without being asked, by a rule of polkit. */
export interface Grant {
  /** `user NAME`, `group NAME`; undefined: whoever asks, or whom the rule describes in another way. */
  readonly to: { readonly kind: 'user' | 'group'; readonly name: string } | undefined
  /** Whether what is granted makes root; `unknown`: the rule or the action is not one that is known. */
  readonly isRoot: boolean | 'unknown'
  /** From 1. */
  readonly line: number
}

/** Actions by which the caller runs or installs what it likes as root. */
const ROOT_ACTIONS = [
  'org.freedesktop.policykit.exec',
  'org.freedesktop.systemd1.manage-units',
  'org.freedesktop.systemd1.manage-unit-files',
  'org.freedesktop.systemd1.set-environment',
  'org.freedesktop.machine1.shell',
  'org.freedesktop.machine1.host-shell',
  'org.freedesktop.packagekit.package-install-untrusted',
  'org.freedesktop.accounts.user-administration',
  'org.debian.apt.install-file',
  'com.ubuntu.pkexec.synaptic',
]

/** Services whose actions switch devices, networks and power, and run nothing for the caller. */
const HARMLESS =
  /^(?:org\.freedesktop\.(?:NetworkManager|login1|udisks2|UPower|timedate1|timesync1|hostname1|locale1|color-manager|ModemManager1|RealtimeKit1|GeoClue2|resolve1|fwupd|bolt|Flatpak)|org\.blueman|org\.bluez|org\.opensuse\.cupspkhelper|org\.gtk\.vfs)\b/

/** What granting an action means: one that ends with `*` or a dot stands for all that begin so. */
function isRootAction(action: string): Grant['isRoot'] {
  const begin = action.replace(/\*.*$/, '')
  if (ROOT_ACTIONS.some((one) => one === action || (begin !== action && one.startsWith(begin)))) return true
  return HARMLESS.test(action) ? false : 'unknown'
}

function together(actions: readonly string[]): Grant['isRoot'] {
  const all = actions.map(isRootAction)
  if (all.includes(true)) return true
  return all.includes('unknown') ? 'unknown' : false
}

/** The rules of a .rules file (polkit(8)): programs, of which the usual forms are read. */
export function grantsOfRules(text: string): readonly Grant[] {
  const bare = text
    // One that does not end goes to the end: looked for anew behind each of its beginnings, it would take for ever.
    .replace(/\/\*.*?(?:\*\/|$)/gs, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|[^:"'])\/\/.*$/gm, '$1')
  let next = 1
  return bare.split(/(?=polkit\.add(?:Admin)?Rule\s*\()/).flatMap((rule) => {
    const line = next
    next += rule.split('\n').length - 1
    if (!/^polkit\.add/.test(rule)) return []
    return rule.startsWith('polkit.addAdminRule') ? administrators(rule, line) : granted(rule, line)
  })
}

/** Whose password is asked for where an administrator's is wanted: those of sudo and root are in any case. */
function administrators(rule: string, line: number): readonly Grant[] {
  const names = [...rule.matchAll(/["']unix-(user|group):([^"']+)["']/g)]
  if (names.length === 0) return [{ to: undefined, isRoot: 'unknown', line }]
  return names
    .filter(([, , name = '']) => !['root', '0', 'sudo'].includes(name))
    .map(([, kind, name = '']) => ({ to: { kind: kind as 'user' | 'group', name }, isRoot: true, line }))
}

function granted(rule: string, line: number): readonly Grant[] {
  const isOdd = /\beval\b|polkit\.spawn|polkit\.Result\s*\[|return\s+["']/.test(rule)
  if (isOdd) return [{ to: undefined, isRoot: 'unknown', line }]
  if (!/polkit\.Result\.YES/.test(rule)) return []
  const actions = [
    ...rule.matchAll(/action\.id\s*(?:===?\s*|\.(?:indexOf|startsWith|match)\s*\(\s*)["'/]\^?([^"'/]+)["'/]/g),
  ].map(([whole, id = '']) => (whole.includes('=') ? id : `${id.replaceAll('\\.', '.')}*`))
  const people = [
    ...[...rule.matchAll(/subject\.isInGroup\(\s*["']([^"']+)["']\s*\)/g)].map(
      ([, name = '']) => ({ kind: 'group', name }) as const,
    ),
    ...[...rule.matchAll(/subject\.user\s*===?\s*["']([^"']+)["']/g)].map(
      ([, name = '']) => ({ kind: 'user', name }) as const,
    ),
  ]
  const speaksOfActions = /action\.(?:id|lookup)/.test(rule)
  const isNegated = /!==?|!\s*subject|!\s*action/.test(rule)
  const isRoot = speaksOfActions ? (actions.length === 0 || isNegated ? 'unknown' : together(actions)) : true
  const speaksOfPeople = /subject\.(?:isInGroup|user|groups|isInNetGroup)/.test(rule)
  if (people.length === 0)
    return [{ to: undefined, isRoot: speaksOfPeople && isRoot === true ? 'unknown' : isRoot, line }]
  return people.map((to) => ({ to, isRoot: isNegated && isRoot === true ? 'unknown' : isRoot, line }))
}

/** The sections of a .pkla file, as polkit of Bookworm still reads them (pklocalauthority(8)). */
export function grantsOfPkla(text: string): readonly Grant[] {
  const sections = text.split(/^(?=\s*\[)/m)
  return sections.flatMap((section, index) => {
    const line = sections.slice(0, index).join('').split('\n').length
    const value = (key: string) => new RegExp(String.raw`^\s*${key}\s*=\s*(.*?)\s*$`, 'm').exec(section)?.[1]
    const isYes = ['ResultAny', 'ResultInactive', 'ResultActive'].some((key) => value(key) === 'yes')
    if (!isYes) return []
    const isRoot = together((value('Action') ?? '*').split(';').filter((action) => action !== ''))
    return (value('Identity') ?? '').split(';').flatMap((identity): readonly Grant[] => {
      const [, kind, name = ''] = /^\s*unix-(user|group):(.+?)\s*$/.exec(identity) ?? []
      if (kind === undefined) return identity.trim() === '' ? [] : [{ to: undefined, isRoot: 'unknown', line }]
      return [{ to: name === '*' ? undefined : { kind: kind as 'user' | 'group', name }, isRoot, line }]
    })
  })
}
