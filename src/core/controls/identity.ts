import { assignedWord, hostName } from '../../base/encode/identity.ts'
import type { Problem } from '../../base/report/report.ts'
import { suggest } from '../../base/report/suggest.ts'
import { setLine } from '../../device/formats/lines.ts'
import type { Operation } from '../plan/operation.ts'
import type { Context, Contribution, Control } from './control.ts'
import { editedFile, imageText, linesOf } from './edited-file.ts'
import { keyboard } from './identity-keyboard.ts'
import { timezone } from './identity-timezone.ts'

/** Who and where the device is: host name, time zone, language, keyboard. What the spec leaves open stays the image's. */
export const identity: Control = { name: 'identity', compile }

function compile(context: Context): Contribution {
  const parts = [hostname(context), timezone(context), locale(context), keyboard(context)]
  return {
    operations: parts.flatMap((part) => part.operations ?? []),
    problems: parts.flatMap((part) => part.problems ?? []),
  }
}

/** /etc/hostname and /etc/hosts together: sudo and others look the own name up (Debian keeps it at 127.0.1.1). */
function hostname({ spec, inventory, because }: Context): Contribution {
  if (spec.device.hostname === undefined) return {}
  const { root } = inventory
  const full = hostName(spec.device.hostname)
  const short = full.split('.')[0] as string
  const origin = because(['device', 'hostname'], 'the name of the device')
  const names = short === full ? short : `${full} ${short}`
  // Two tabs: raspi-config finds the line by this shape when it renames the device later.
  const isOwn = (line: string) => /^\s*127\.0\.1\.1\s/.test(line)
  const hosts = setLine(imageText(root, '/etc/hosts'), isOwn, `127.0.1.1\t\t${names}`)
  return {
    operations: [
      editedFile(root, '/etc/hostname', `${short}\n`, origin),
      editedFile(root, '/etc/hosts', hosts, origin, linesOf(hosts, isOwn, origin)),
    ],
  }
}

/** LANG for log-ins, and the line by which locale-gen builds it; the first start runs that (`first-boot/locale`). */
function locale({ spec, inventory, because }: Context): Contribution {
  if (spec.device.locale === undefined) return {}
  const { root } = inventory
  const name = assignedWord(spec.device.locale)
  const path = ['device', 'locale'] as const
  const origin = because(path, 'the language of the device')
  const operations: Operation[] = []
  const isLang = (line: string) => /^\s*LANG=/.test(line)
  const file = root.lstat('/etc/default/locale') === undefined ? '/etc/locale.conf' : '/etc/default/locale'
  const lang = setLine(imageText(root, file), isLang, `LANG=${name}`)
  operations.push(editedFile(root, file, lang, origin, linesOf(lang, isLang, origin)))
  // C.UTF-8 is part of libc-bin; every other locale is built from its line in locale.gen.
  if (name === 'C.UTF-8') return { operations }
  const isLine = (line: string) => line.replace(/^[#\s]+/, '').split(/\s+/)[0] === name
  const gen = setLine(imageText(root, '/etc/locale.gen'), isLine, `${name} UTF-8`)
  operations.push(editedFile(root, '/etc/locale.gen', gen, origin, linesOf(gen, isLine, origin)))
  return { operations, problems: unsupported(root.read('/usr/share/i18n/SUPPORTED'), name, path) }
}

/** locales(7): what locale-gen can build, one `NAME CHARSET` a line. */
function unsupported(supported: Uint8Array | undefined, name: string, path: Problem['path']): Problem[] {
  if (supported === undefined) return []
  const known = new TextDecoder()
    .decode(supported)
    .split('\n')
    .flatMap((line) => (/^(\S+) UTF-8$/.test(line) ? [line.split(' ')[0] as string] : []))
  if (known.includes(name)) return []
  const whole = `${name}.UTF-8`
  const near = known.includes(whole) ? whole : suggest(name, known)
  return [
    {
      severity: 'error',
      code: 'NET021',
      path,
      message: `the image cannot build the locale '${name}' with UTF-8`,
      ...(near === undefined ? {} : { hint: `did you mean '${near}'?` }),
    },
  ]
}
