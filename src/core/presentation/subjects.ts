import type { Origin } from '../../base/report/origin.ts'
import type { Change } from '../plan/state.ts'

/** What a plan is about, in the order in which a person asks; each with the sections of the spec that decide it. */
const SUBJECTS = {
  accounts: ['users', 'defaultUser', 'removeHome'],
  ssh: ['ssh'],
  firewall: ['firewall'],
  fail2ban: ['fail2ban'],
  updates: ['updates'],
  alerts: ['alerts'],
  packages: ['packages'],
  device: ['device'],
  network: ['network'],
  hardware: ['hardware'],
  services: ['services'],
  hardening: ['hardening'],
  files: ['files'],
  // What the image would do at its first start, and no key of the spec asks for.
  image: [''],
  'first boot': ['firstBoot'],
} as const

export type Subject = keyof typeof SUBJECTS

const subjectOfKey = new Map<string, Subject>(
  Object.entries(SUBJECTS).flatMap(([subject, keys]) => keys.map((key) => [key, subject as Subject] as const)),
)

/** The subject of a thing whose origin is known. */
export function subjectOf({ path }: Pick<Origin, 'path'>): Subject {
  return subjectOfKey.get(String(path[0] ?? '')) ?? 'image'
}

/** pibake's own program and state on the device: the same for everybody, or of no use without the program. */
const OWN = [
  /^\/(?:usr\/lib|etc|var\/lib)\/pibake(?:\/|$)/,
  /^\/usr\/sbin\/pibake-/,
  /^\/(?:usr\/lib|etc)\/systemd\/system\/(?:[^/]+\.wants\/)?pibake-[^/]+$/,
]

/**
 * Is it a part of pibake's own program, which says nothing of the device? What the owner has put below its folders, a
 * script say, is not.
 */
export function isOwn({ operation: { origin, path, partition } }: Change): boolean {
  if (origin.path[0] === 'files' || (origin.path[0] === 'firstBoot' && origin.path.length > 2)) return false
  return origin.key === 'firstBoot' || (partition === 'root' && OWN.some((pattern) => pattern.test(path)))
}

/** Puts things into the order of the subjects, those of one subject together and in their own order. */
export function bySubject<T>(things: readonly T[], subject: (thing: T) => Subject): [Subject, T[]][] {
  return (Object.keys(SUBJECTS) as Subject[])
    .map((name): [Subject, T[]] => [name, things.filter((thing) => subject(thing) === name)])
    .filter(([, own]) => own.length > 0)
}
