import type { Reader } from '../finding.ts'
import { consoles } from './console.ts'
import { doas } from './doas.ts'
import { firewall } from './firewall.ts'
import { generators } from './generators.ts'
import { hostsByName } from './hosts-access.ts'
import { kernelArguments } from './kernel-arguments.ts'
import { managerSettings } from './manager-settings.ts'
import { motd } from './motd.ts'
import { mounts } from './mounts.ts'
import { nameService } from './name-service.ts'
import { openDoors } from './open-doors.ts'
import { openMounts } from './open-mounts.ts'
import { otherDaemons } from './other-daemons.ts'
import { ownPackages } from './own-packages.ts'
import { ownScripts } from './own-scripts.ts'
import { pam } from './pam.ts'
import { passages } from './passages.ts'
import { polkit } from './polkit.ts'
import { preloaded } from './preloaded.ts'
import { programs } from './programs.ts'
import { rootAccounts } from './root-accounts.ts'
import { rootJobs } from './root-jobs.ts'
import { setuid } from './setuid.ts'
import { sftpOnly } from './sftp-only.ts'
import { shells } from './shells.ts'
import { shutdowns } from './shutdowns.ts'
import { sshdConfiguration } from './sshd.ts'
import { sshdUnit } from './sshd-unit.ts'
import { start } from './start.ts'
import { statOverrides } from './stat-overrides.ts'
import { sudo } from './sudo.ts'
import { tmpfiles } from './tmpfiles.ts'
import { waits } from './waits.ts'
import { writableFiles } from './writable-files.ts'

/** Every reader, in the order of docs/access.md. */
export const readers: readonly Reader[] = [
  start,
  waits,
  shutdowns,
  kernelArguments,
  generators,
  sshdUnit,
  sshdConfiguration,
  sftpOnly,
  firewall,
  hostsByName,
  pam,
  motd,
  nameService,
  shells,
  passages,
  consoles,
  otherDaemons,
  mounts,
  tmpfiles,
  openDoors,
  sudo,
  managerSettings,
  doas,
  rootAccounts,
  writableFiles,
  openMounts,
  setuid,
  statOverrides,
  rootJobs,
  ownScripts,
  preloaded,
  polkit,
  programs,
  ownPackages,
]
