import { blockedFile } from './blocked-file.ts'
import type { Context, Contribution, Control } from './control.ts'

/** The group whose members may use su; nobody belongs to it. The CIS Benchmark gives it this name. */
export const SU_GROUP = 'sugroup'

/** Who may use su, by pam_wheel(8); the group itself is made with the accounts. */
export const suGroup: Control = { name: 'su', compile }

function compile(context: Context): Contribution {
  const origin = context.because(['hardening', 'su'], 'who becomes another does it by sudo, which logs it')
  const wanted = context.spec.hardening.su === 'group' && context.inventory.root.lstat('/etc/pam.d/su') !== undefined
  const line = { text: `auth required pam_wheel.so use_uid group=${SU_GROUP}`, origin }
  return {
    // Behind pam_rootok: root becomes anybody, as programs of the system do.
    operations: blockedFile(context, '/etc/pam.d/su', wanted ? [line] : [], origin, {
      after: /^auth\s+sufficient\s+pam_rootok\.so/,
    }),
  }
}
