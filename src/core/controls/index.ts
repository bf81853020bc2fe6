import { accounts } from './accounts.ts'
import { agents } from './agents.ts'
import { alerts } from './alerts.ts'
import { banner } from './banner.ts'
import { bootSettings } from './boot-settings.ts'
import { caCertificates } from './ca-certificates.ts'
import { consoles } from './console.ts'
import type { Control } from './control.ts'
import { enabledServices } from './enabled-services.ts'
import { fail2ban } from './fail2ban.ts'
import { fileModes } from './file-modes.ts'
import { files } from './files.ts'
import { firewall } from './firewall.ts'
import { hardening } from './hardening.ts'
import { hardeningPackages } from './hardening-packages.ts'
import { hardware } from './hardware.ts'
import { interfaces } from './hardware-interfaces.ts'
import { identity } from './identity.ts'
import { idle } from './idle.ts'
import { interimFirewall } from './interim-firewall.ts'
import { jobUsers } from './job-users.ts'
import { loginDefaults } from './login-defaults.ts'
import { mainFiles } from './main-files.ts'
import { modules } from './modules.ts'
import { mounts } from './mounts.ts'
import { network } from './network.ts'
import { noNetwork } from './no-network.ts'
import { overlayRoot } from './overlay-root.ts'
import { packageSources } from './package-sources.ts'
import { packages } from './packages.ts'
import { pamPolicy } from './pam-policy.ts'
import { proxy } from './proxy.ts'
import { services } from './services.ts'
import { sharedIdentity } from './shared-identity.ts'
import { ssh } from './ssh.ts'
import { suGroup } from './su-group.ts'
import { sudo } from './sudo.ts'
import { sudoSettings } from './sudo-settings.ts'
import { sysctl } from './sysctl.ts'
import { sysctlAgain } from './sysctl-again.ts'
import { timeServers } from './time-servers.ts'
import { timers } from './timers.ts'
import { updates } from './updates.ts'
import { watchdog } from './watchdog.ts'

/** Every subject, in the order in which their operations are collected; none depends on another's. */
export const controls: readonly Control[] = [
  accounts,
  agents,
  identity,
  sharedIdentity,
  timeServers,
  caCertificates,
  proxy,
  network,
  noNetwork,
  ssh,
  sudo,
  firewall,
  interimFirewall,
  fail2ban,
  updates,
  packages,
  packageSources,
  services,
  enabledServices,
  timers,
  hardware,
  interfaces,
  watchdog,
  bootSettings,
  modules,
  sysctl,
  hardening,
  loginDefaults,
  pamPolicy,
  suGroup,
  sudoSettings,
  jobUsers,
  fileModes,
  idle,
  banner,
  mainFiles,
  sysctlAgain,
  hardeningPackages,
  overlayRoot,
  consoles,
  alerts,
  files,
  mounts,
]
