import type { Module } from '../transaction.ts'
import { access } from './access.ts'
import { localuser, nologin, securetty, shells } from './by-file.ts'
import { env } from './env.ts'
import { faillock } from './faillock.ts'
import { limits } from './limits.ts'
import { listfile } from './listfile.ts'
import { simple } from './simple.ts'
import { succeedIf } from './succeed-if.ts'
import { time } from './time.ts'
import { unix } from './unix.ts'
import { usertype } from './usertype.ts'
import { wheel } from './wheel.ts'

/** The modules whose answers are known, by name without `.so`. */
export const modules: ReadonlyMap<string, Module> = new Map(
  Object.entries({
    ...simple,
    pam_access: access,
    pam_env: env,
    pam_faillock: faillock,
    pam_limits: limits,
    pam_listfile: listfile,
    pam_localuser: localuser,
    pam_nologin: nologin,
    pam_securetty: securetty,
    pam_shells: shells,
    pam_succeed_if: succeedIf,
    pam_time: time,
    pam_unix: unix,
    pam_usertype: usertype,
    pam_wheel: wheel,
  }),
)
