import { latin1Text } from '../../base/host/bytes.ts'
import { authUpdate } from '../../device/pam/auth-update.ts'
import type { Operation } from '../plan/operation.ts'
import type { Note, PackageRequest } from '../plan/request.ts'
import { Traced } from '../render/render.ts'
import { blockedFile } from './blocked-file.ts'
import type { Context, Contribution, Control } from './control.ts'
import { editedFile } from './edited-file.ts'
import type { BlockLine } from './own-block.ts'
import { rootFile, staleOnly } from './root-file.ts'

/** Which passwords PAM takes, as Debian's packages say it: profiles of pam-auth-update(8), and the stacks that it makes of them. */
export const pamPolicy: Control = { name: 'pam', compile }

const FOLDER = '/usr/share/pam-configs'
const QUALITY = '/etc/security/pwquality.conf.d/99-zz-pibake.conf'
/** That an earlier plan has taken `nullok` from the stack of the image. */
const WITHOUT_EMPTY = '/etc/pibake/no-empty-passwords'

function compile(context: Context): Contribution {
  const { inventory } = context
  const wanted = profilesOf(context)
  const off = PROFILES.filter((name) => !wanted.some((one) => one.name === name))
  const { refuses, marker } = emptyPasswords(context)
  const takesEmpty = refuses ? false : marker.length > 0 ? true : undefined
  const origin = context.because(['hardening', 'passwords'], 'what pam-auth-update makes of the profiles that are on')
  const stale = staleOnly(
    inventory.root,
    off.map((name) => `${FOLDER}/${name}`),
    origin,
  )
  const quality = passwordQuality(context)
  if (wanted.length === 0 && stale.length === 0 && takesEmpty === undefined) return quality
  const on = new Map(wanted.map(({ name, operation }) => [name, latin1Text(operation.content)]))
  const files = authUpdate(inventory.root, { on, off, takesEmpty })
  if (files === undefined) return { ...quality, notes: [notManaged(context)] }
  const stacks = [...files].map(([path, text]) => editedFile(inventory.root, path, text, origin))
  const operations: Operation[] = [...wanted.map(({ operation }) => operation), ...stale, ...stacks, ...marker]
  return { ...quality, operations: [...(quality.operations ?? []), ...operations] }
}

const PROFILES = ['pibake-faillock', 'pibake-faillock-count', 'pibake-pwhistory'] as const

function profilesOf(context: Context) {
  const { lockout, passwords } = context.spec.hardening
  const counted = context.because(
    ['hardening', 'lockout', 'tries'],
    'after some wrong passwords none is taken for a while',
  )
  const remembered = context.because(['hardening', 'passwords', 'history'], 'an old password is not taken again')
  const limits = {
    tries: new Traced(String(lockout.tries), counted),
    seconds: new Traced(String(lockout.seconds), context.because(['hardening', 'lockout', 'seconds'], 'for how long')),
  }
  const profile = (name: (typeof PROFILES)[number], data: object, origin: typeof counted) => ({
    name,
    operation: rootFile(`${FOLDER}/${name}`, data, origin),
  })
  return [
    ...(lockout.tries === 0
      ? []
      : [profile('pibake-faillock', limits, counted), profile('pibake-faillock-count', limits, counted)]),
    ...(passwords.history === 0
      ? []
      : [profile('pibake-pwhistory', { history: new Traced(String(passwords.history), remembered) }, remembered)]),
  ]
}

function emptyPasswords(context: Context): { refuses: boolean; marker: Operation[] } {
  const refuses = context.spec.hardening.passwords.empty === 'refuse'
  const origin = context.because(['hardening', 'passwords', 'empty'], 'an empty password lets nobody in')
  const marker = refuses
    ? [rootFile(WITHOUT_EMPTY, {}, origin)]
    : staleOnly(context.inventory.root, [WITHOUT_EMPTY], origin)
  return { refuses, marker }
}

/** pam_pwquality(8) comes with a package, whose own profile has it asked. */
function passwordQuality(context: Context): { operations: Operation[]; packages: PackageRequest[] } {
  const { minLength, classes } = context.spec.hardening.passwords
  const origin = context.because(['hardening', 'passwords', 'minLength'], 'a password that is not soon found')
  const main = (lines: readonly BlockLine[]) => blockedFile(context, '/etc/security/pwquality.conf', lines, origin)
  if (minLength === undefined) {
    return { operations: [...staleOnly(context.inventory.root, [QUALITY], origin), ...main([])], packages: [] }
  }
  const kinds = context.because(['hardening', 'passwords', 'classes'], 'characters of several kinds')
  const data = {
    minLength: new Traced(String(minLength), origin),
    classes: new Traced(String(classes ?? 0), kinds),
    each: classes === 4,
  }
  const file = rootFile(QUALITY, data, origin)
  const texts = latin1Text(file.content)
    .split('\n')
    .filter((text) => /^[a-z]/.test(text))
  const isSame = context.spec.hardening.mainFiles === 'same'
  return {
    operations: [file, ...main(isSame ? texts.map((text) => ({ text, origin })) : [])],
    // The dictionary is only recommended by the other one.
    packages: ['libpam-pwquality', 'cracklib-runtime'].map((name) => ({ name, action: 'install', origin })),
  }
}

function notManaged(context: Context): Note {
  return {
    severity: 'warning',
    message:
      '/etc/pam.d/common-* of the image are not as pam-auth-update keeps them: hardening.lockout, passwords.history and passwords.empty are left out',
    origin: context.because(['hardening', 'passwords'], 'PAM stays as the image has it'),
  }
}
