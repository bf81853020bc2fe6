import { hasDigests, packageFileState } from '../../../device/inspect/package-digests.ts'
import type { Tree } from '../../../storage/tree/tree.ts'
import type { Finding, Reader } from '../finding.ts'

/** Programs that let people in or make them root, by the packages that bring them in one release or the other. */
const PROGRAMS: readonly (readonly [packages: readonly string[], paths: readonly string[]])[] = [
  [
    ['openssh-server', 'openssh-sftp-server'],
    ['/usr/sbin/sshd', '/usr/lib/openssh/sshd-session', '/usr/lib/openssh/sshd-auth', '/usr/lib/openssh/sftp-server'],
  ],
  [['sudo'], ['/usr/bin/sudo', '/usr/libexec/sudo/sudoers.so', '/usr/libexec/sudo/libsudo_util.so.0']],
  [
    ['login', 'util-linux'],
    ['/usr/bin/login', '/usr/bin/su', '/usr/sbin/agetty', '/usr/sbin/sulogin', '/usr/sbin/nologin'],
  ],
  [['passwd'], ['/usr/bin/passwd']],
  [['libpam-modules-bin', 'libpam-modules'], ['/usr/sbin/unix_chkpwd']],
  [['bash'], ['/usr/bin/bash']],
  [['dash'], ['/usr/bin/dash', '/usr/bin/sh']],
  [
    ['systemd'],
    [
      '/usr/lib/systemd/systemd',
      '/usr/lib/systemd/systemd-logind',
      '/usr/lib/systemd/systemd-executor',
      '/usr/bin/systemctl',
    ],
  ],
  [['ufw'], ['/usr/lib/ufw/ufw-init', '/usr/lib/ufw/ufw-init-functions', '/usr/sbin/ufw']],
  [['nftables'], ['/usr/sbin/nft']],
  [['cron'], ['/usr/sbin/cron']],
  [
    ['polkitd', 'policykit-1', 'pkexec'],
    ['/usr/lib/polkit-1/polkitd', '/usr/bin/pkexec', '/usr/lib/polkit-1/polkit-agent-helper-1'],
  ],
]

/** The same of libraries, below the directory of the device's architecture. */
const LIBRARIES: readonly (readonly [packages: readonly string[], names: readonly string[]])[] = [
  [['libc6'], ['libc.so.6', 'libnss_files.so.2', 'libnss_compat.so.2']],
  [['libcrypt1'], ['libcrypt.so.1']],
  [['libpam0g'], ['libpam.so.0']],
  [
    ['libpam-modules'],
    [
      'pam_unix.so',
      'pam_permit.so',
      'pam_deny.so',
      'pam_env.so',
      'pam_limits.so',
      'pam_nologin.so',
      'pam_wheel.so',
      'pam_rootok.so',
      'pam_shells.so',
      'pam_access.so',
      'pam_faillock.so',
    ].map((name) => `security/${name}`),
  ],
  [['libpam-systemd'], ['security/pam_systemd.so']],
]

const TRIPLETS = ['aarch64-linux-gnu', 'arm-linux-gnueabihf', 'x86_64-linux-gnu']

/** Whether the programs that decide are those of their packages. */
export const programs: Reader = ({ root }) => {
  const directories = TRIPLETS.map((triplet) => `/usr/lib/${triplet}`).filter((one) => root.lstat(one) !== undefined)
  const libraries = LIBRARIES.map(
    ([packages, names]) =>
      [packages, directories.flatMap((directory) => names.map((name) => `${directory}/${name}`))] as const,
  )
  return [...PROGRAMS, ...libraries].flatMap(([packages, paths]) => {
    const known = packages.filter((name) => hasDigests(root, name))
    return known.length === 0 ? [] : paths.flatMap((path) => ofProgram(root, path, known))
  })
}

/** A program that no list names is one that this release does not have, if it is not there. */
function ofProgram(root: Tree, path: string, packages: readonly string[]): readonly Finding[] {
  const state = packageFileState(root, path, packages)
  const isThere = root.lstat(root.resolve(path)) !== undefined
  if (state === 'own' || !isThere) return []
  const because = `it is not the one that ${packages.join(' or ')} brought`
  const settle = `put it back: apt install --reinstall ${packages.join(' ')}`
  return [
    {
      answer: 'unproved',
      way: 'root',
      user: undefined,
      code: 'ACC053',
      at: { file: path, line: undefined },
      because,
      settle,
    },
  ]
}
