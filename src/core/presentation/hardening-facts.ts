import type { SpecPath } from '../../base/report/report.ts'
import type { Spec } from '../spec-file/spec.ts'

interface HardeningFact {
  readonly text: string
  readonly path: SpecPath
}

/** What `hardening` does to accounts, folders and the log-in, one line a subject; nothing of what stays as the image has it. */
export function hardeningFacts({ hardening }: Spec): HardeningFact[] {
  const { passwords, lockout, mountOptions, sudo, idle, umask } = hardening
  const subjects: readonly (readonly [key: string, words: readonly (string | false | undefined)[]])[] = [
    [
      'passwords',
      [
        passwords.minLength !== undefined && `of ${passwords.minLength} characters`,
        passwords.classes !== undefined && `of ${passwords.classes} kinds`,
        passwords.history > 0 && `not of the last ${passwords.history}`,
        passwords.empty === 'refuse' && 'never empty',
        passwords.maxAge !== undefined && `of later accounts: for ${passwords.maxAge} days`,
      ],
    ],
    ['lockout', [lockout.tries > 0 && `${lockout.tries} wrong ones shut the password for ${lockout.seconds} s`]],
    ['umask', [umask]],
    ['su', [hardening.su === 'group' && 'for nobody but root']],
    ['jobs', [hardening.jobs === 'root' && 'cron and at for root alone']],
    ['mountOptions', ['no programs from', ...closed(mountOptions)]],
    ['fileModes', [hardening.fileModes === 'closed' && 'closed']],
    ['sudo', [sudo.log && 'a log', sudo.minutes !== undefined && `a password counts ${sudo.minutes} min`]],
    [
      'idle',
      [idle.shell > 0 && `shells end after ${idle.shell} min`, idle.session > 0 && `sessions ${idle.session} min`],
    ],
    ['banner', [hardening.banner !== '' && 'before each log-in']],
    ['mainFiles', [hardening.mainFiles === 'same' && 'as the drop-ins']],
    ['tools', hardening.tools],
    ['recording', hardening.recording],
  ]
  return subjects.flatMap(([key, words]) => {
    const said = words.filter((word) => typeof word === 'string')
    const isEmpty = said.length === 0 || (key === 'mountOptions' && said.length === 1)
    return isEmpty ? [] : [{ text: `${key}: ${said.join(', ').replace('from, ', 'from ')}`, path: ['hardening', key] }]
  })
}

const FOLDERS = { tmp: '/tmp', shm: '/dev/shm', varTmp: '/var/tmp', boot: '/boot/firmware' } as const

function closed(options: Spec['hardening']['mountOptions']): string[] {
  const keys = Object.keys(FOLDERS) as (keyof typeof FOLDERS)[]
  return keys.filter((key) => options[key] === 'noexec').map((key) => FOLDERS[key])
}
