import { mergedByName } from '../../device/systemd/merged.ts'
import { iniAssignments, type Mechanism } from './assignment.ts'

const NAME = /^99-zz-pibake(?:-[a-z]+)?\.conf$/

/** systemd's own programs: the main file first, then the drop-ins of all folders, sorted by name (systemd.conf(5)). */
function systemd(program: string): Mechanism {
  const folder = `/etc/systemd/${program}.d`
  const folders = ['/etc', '/run', '/usr/local/lib', '/usr/lib'].map((place) => `${place}/systemd/${program}.d`)
  return {
    isOurs: (path) => path.startsWith(`${folder}/`) && NAME.test(path.slice(folder.length + 1)),
    read: ({ root }) =>
      [`/etc/systemd/${program}`, ...mergedByName(root, folders, '.conf')].flatMap((file) =>
        iniAssignments(root, file),
      ),
  }
}

/** fail2ban's: the package's file, its `.d/*.conf`, the `.local`, its `.d/*.local` (jail.conf(5)). */
function fail2ban(name: string): Mechanism {
  const folder = `/etc/fail2ban/${name}.d`
  return {
    isOurs: (path) => path === `/etc/fail2ban/${name}.local`,
    read: ({ root }) =>
      [
        `/etc/fail2ban/${name}.conf`,
        ...mergedByName(root, [folder], '.conf'),
        `/etc/fail2ban/${name}.local`,
        ...mergedByName(root, [folder], '.local'),
      ].flatMap((file) => iniAssignments(root, file)),
  }
}

/** pam_pwquality's: the main file, then the drop-ins sorted by name (pwquality.conf(5)). */
const pwquality: Mechanism = {
  isOurs: (path) => path === '/etc/security/pwquality.conf.d/99-zz-pibake.conf',
  read: ({ root }) =>
    ['/etc/security/pwquality.conf', ...mergedByName(root, ['/etc/security/pwquality.conf.d'], '.conf')].flatMap(
      (file) => iniAssignments(root, file),
    ),
}

export const iniMechanisms: readonly Mechanism[] = [
  ...['journald.conf', 'coredump.conf', 'logind.conf', 'system.conf', 'timesyncd.conf'].map(systemd),
  ...['jail', 'fail2ban'].map(fail2ban),
  pwquality,
]
