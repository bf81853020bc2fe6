import * as assert from 'uvu/assert'
import { mechanisms } from '../../../src/core/undone/undone.ts'
import type { Behaviour } from '../../../src/device/inspect/inventory.ts'
import { behaviours } from '../../../src/sample/behaviours.ts'
import { pathKey } from '../../../src/storage/tree/tree.ts'
import { planOf } from '../../support/plan.ts'
import { fullSpec, smallSpec } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('what may undo each file that pibake writes')

/** Why nothing is said of later files: they cannot take anything from these, or somebody else judges them. */
const OTHERWISE: readonly (readonly [paths: RegExp, why: string])[] = [
  [
    /^boot:\/(cmdline|config)\.txt$/,
    'edited in place: the last block of config.txt is ours, and words that speak against ours go',
  ],
  [/^root:\/etc\/(passwd|group|shadow|gshadow|subuid|subgid)$/, 'no second file of its kind is read'],
  [/^root:\/home\//, 'proved: what is mounted over it, and what systemd-tmpfiles makes of it'],
  [/^root:\/etc\/ssh\/sshd_config\.d\/00-pibake\.conf$/, 'proved: every line of sshd is read'],
  [/^root:\/etc\/sudoers\.d\/zz-pibake(-settings)?$/, 'proved: every rule and setting of sudo is read'],
  [/^root:\/etc\/pam\.d\//, 'proved: the stacks of PAM are evaluated'],
  [/^root:\/(usr\/share\/pam-configs|var\/lib\/pam)\//, 'read by pam-auth-update, which leaves the stacks as they are'],
  [/^root:\/etc\/(login\.defs|default\/useradd|(cron|at)\.allow|issue(\.net)?)$/, 'no second file of its kind is read'],
  [/^root:\/etc\/(profile|bash\.bashrc)$/, 'what users say in files of their own is their own'],
  [/^root:\/etc\/profile\.d\/90-pibake-idle\.sh$/, 'readonly: bash takes no other value'],
  [/^root:\/etc\/fstab$/, 'proved: what is mounted, and how'],
  [/^root:\/etc\/logrotate\.d\/pibake-sudo$/, 'about a log of its own'],
  [
    /^root:\/etc\/(ssh\/sshd_config|systemd\/journald\.conf|security\/pwquality\.conf)$/,
    'says what the drop-in says, which is asked',
  ],
  [
    /^root:\/etc\/(default\/ufw|ufw\/(ufw\.conf|user6?\.rules))$/,
    'proved: the packet filter is read as it will be loaded',
  ],
  [
    /^root:\/etc\/(hosts|timezone|machine-id|locale\.gen|locale\.conf|default\/(keyboard|locale))$/,
    'no second file of its kind is read',
  ],
  [
    /^root:\/etc\/cloud\/cloud-init\.disabled$/,
    "its mere existence counts, and the kernel's word against it is taken away",
  ],
  [
    /^root:\/var\/lib\/(NetworkManager\/NetworkManager\.state|systemd\/rfkill\/.*)$/,
    'a state, written by its program alone',
  ],
  [/^root:\/(etc\/pibake|usr\/lib\/pibake|var\/lib\/pibake)\//, 'read by pibake alone'],
  [/^root:\/etc\/ufw\/sysctl\.conf$/, 'what ufw sets last, after all that systemd-sysctl has read'],
  [/^root:\/usr\/lib\/userconf-pi\/userconf$/, 'a program that is run by its path'],
  [/^root:\/etc\/motd$/, 'of the spec'],
]

const plans = (Object.keys(behaviours) as Behaviour[]).flatMap((behaviour) =>
  [smallSpec(), fullSpec(), { ...fullSpec(), profile: 'strict' }, { ...fullSpec(), profile: 'cis' }].map((spec) =>
    planOf(spec, { behaviour }),
  ),
)
const written = [
  ...new Set(
    plans.flatMap(({ operations }) => operations.filter(({ kind }) => kind === 'file').map((one) => pathKey(one))),
  ),
]

test('a mechanism asks for each, or it is known why none has to', () => {
  assert.ok(written.length > 60, `${written.length} files`)
  const isAsked = (key: string) =>
    key.startsWith('root:') && mechanisms.some(({ isOurs }) => isOurs(key.slice('root:'.length)))
  const answers = written.map((key) => ({
    key,
    count: OTHERWISE.filter(([paths]) => paths.test(key)).length + (isAsked(key) ? 1 : 0),
  }))
  assert.equal(
    answers.filter(({ count }) => count !== 1).map(({ key, count }) => `${key}: ${count} answers`),
    [],
  )
})

test('no answer is left over', () => {
  assert.equal(
    OTHERWISE.filter(([paths]) => !written.some((key) => paths.test(key))).map(([, why]) => why),
    [],
  )
})
