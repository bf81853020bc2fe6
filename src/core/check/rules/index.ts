import type { Code } from '../../../base/report/codes.ts'
import type { Problem } from '../../../base/report/report.ts'
import { aDeviceWithoutNetworkAsksForNone } from './a-device-without-network-asks-for-none.ts'
import { aKeyboardVariantHasALayout } from './a-keyboard-variant-has-a-layout.ts'
import { aStrangersSpecRunsNothing } from './a-strangers-spec-runs-nothing.ts'
import { accountNumbersAreUnique } from './account-numbers-are-unique.ts'
import { addressesFitTheirNetworks } from './addresses-fit-their-networks.ts'
import { alertsReachSomebody } from './alerts-reach-somebody.ts'
import { allowedUsersExist } from './allowed-users-exist.ts'
import { authoritiesAreStillValid } from './authorities-are-still-valid.ts'
import { bootSettingsUndoNothing } from './boot-settings-undo-nothing.ts'
import { connectionsDoNotCompete } from './connections-do-not-compete.ts'
import { durationsAreFail2bans } from './durations-are-fail2bans.ts'
import { everyFirewallRuleIsRead } from './every-firewall-rule-is-read.ts'
import { filesLieWhereTheyLast } from './files-lie-where-they-last.ts'
import { firewallRulesAreUfws } from './firewall-rules-are-ufws.ts'
import { hostKeyTypesFit } from './host-key-types-fit.ts'
import { keysHaveAnEffect } from './keys-have-an-effect.ts'
import { mountsHideNothing } from './mounts-hide-nothing.ts'
import { namesAreUnique } from './names-are-unique.ts'
import { nobodyIsAllowedAndDenied } from './nobody-is-allowed-and-denied.ts'
import { ownersAreNotTheStockAccount } from './owners-are-not-the-stock-account.ts'
import { packageSourcesAreWhole } from './package-sources-are-whole.ts'
import { passwordsCanBeChanged } from './passwords-can-be-changed.ts'
import { portsAreForwardedWhereTheyArePermitted } from './ports-are-forwarded-where-they-are-permitted.ts'
import { principalsAreOfUsers } from './principals-are-of-users.ts'
import { rsaKeysAreLongEnough } from './rsa-keys-are-long-enough.ts'
import type { Rule, RuleContext } from './rule.ts'
import { scriptsEndInTime } from './scripts-end-in-time.ts'
import { servicesHaveOneState } from './services-have-one-state.ts'
import { servicesThatCarryAccessStay } from './services-that-carry-access-stay.ts'
import { settingsDoNotContradict } from './settings-do-not-contradict.ts'
import { sftpAccountsHaveFilesAlone } from './sftp-accounts-have-files-alone.ts'
import { strangersShutNobodyOut } from './strangers-shut-nobody-out.ts'
import { theDeviceFindsTheWayOut } from './the-device-finds-the-way-out.ts'
import { theDeviceHasANameOfItsOwn } from './the-device-has-a-name-of-its-own.ts'
import { theOwnerGetsIn } from './the-owner-gets-in.ts'
import { waiversAreInForce } from './waivers-are-in-force.ts'
import { wifiIsOnWhereNetworksAre } from './wifi-is-on-where-networks-are.ts'
import { wifiLogInsAreSafe } from './wifi-log-ins-are-safe.ts'
import { wifiPasswordsFitTheSecurity } from './wifi-passwords-fit-the-security.ts'

const rules: readonly Rule[] = [
  aDeviceWithoutNetworkAsksForNone,
  aKeyboardVariantHasALayout,
  aStrangersSpecRunsNothing,
  accountNumbersAreUnique,
  addressesFitTheirNetworks,
  alertsReachSomebody,
  allowedUsersExist,
  authoritiesAreStillValid,
  bootSettingsUndoNothing,
  connectionsDoNotCompete,
  durationsAreFail2bans,
  everyFirewallRuleIsRead,
  filesLieWhereTheyLast,
  firewallRulesAreUfws,
  keysHaveAnEffect,
  mountsHideNothing,
  namesAreUnique,
  nobodyIsAllowedAndDenied,
  ownersAreNotTheStockAccount,
  packageSourcesAreWhole,
  passwordsCanBeChanged,
  portsAreForwardedWhereTheyArePermitted,
  principalsAreOfUsers,
  hostKeyTypesFit,
  rsaKeysAreLongEnough,
  scriptsEndInTime,
  servicesHaveOneState,
  servicesThatCarryAccessStay,
  settingsDoNotContradict,
  sftpAccountsHaveFilesAlone,
  strangersShutNobodyOut,
  theDeviceFindsTheWayOut,
  theDeviceHasANameOfItsOwn,
  theOwnerGetsIn,
  waiversAreInForce,
  wifiIsOnWhereNetworksAre,
  wifiLogInsAreSafe,
  wifiPasswordsFitTheSecurity,
]

/** Runs every rule whose sections are sound. */
export function checkRules(context: RuleContext, broken: ReadonlySet<string | number | undefined>): Problem[] {
  // A problem without a path is one of the whole file.
  if (broken.has(undefined)) return []
  const problems: Problem[] = []
  const say =
    (kind: Pick<Problem, 'severity' | 'lockout'>) =>
    (code: Code, path: Problem['path'], message: string, hint?: string) => {
      problems.push({ ...kind, code, path, message, ...(hint === undefined ? {} : { hint }) })
    }
  const report = {
    error: say({ severity: 'error' }),
    warning: say({ severity: 'warning' }),
    lockout: say({ severity: 'error', lockout: true }),
  }
  for (const rule of rules) if (!rule.reads.some((section) => broken.has(section))) rule.check(context, report)
  return problems
}
