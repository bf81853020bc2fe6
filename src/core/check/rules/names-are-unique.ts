import type { SpecPath } from '../../../base/report/report.ts'
import type { Rule } from './rule.ts'

/** What has a name or place of its own stands once. */
export const namesAreUnique: Rule = {
  reads: ['users', 'groups', 'files', 'firstBoot', 'network', 'ssh', 'services', 'packages'],
  check({ spec, written }, report) {
    const { users, groups, files, firstBoot, network, services } = spec
    twice(
      services.timers.map(({ name }) => name),
      (name, i) => {
        report.error('SVC022', ['services', 'timers', i, 'name'], `two jobs are called ${name}`, 'rename one of them')
      },
    )
    twice(
      users.map(({ name }) => name),
      (name, i) => {
        report.error('USR005', ['users', i, 'name'], `the user '${name}' is listed twice`, 'join the two entries')
      },
    )
    twice(
      groups.map(({ name }) => name),
      (name, i) => {
        report.error('USR013', ['groups', i, 'name'], `the group '${name}' is listed twice`, 'join the two entries')
      },
    )
    for (const [i, { name }] of groups.entries()) {
      if (users.every((user) => user.name !== name)) continue
      report.error(
        'USR013',
        ['groups', i, 'name'],
        `the group '${name}' has the name of a user`,
        'each user has a group of its own already; leave this one out',
      )
    }
    twice(
      files.map(({ path }) => path),
      (path, i) => {
        report.error('FIL013', ['files', i, 'path'], `${path} is listed twice in files`, 'keep one of them')
      },
    )
    twice(
      firstBoot.scripts.map(({ name }) => name),
      (name, i) => {
        report.error('FBT011', ['firstBoot', 'scripts', i], `two scripts are called ${name}`, 'rename one of them')
      },
    )
    twice(
      (network.wifi?.networks ?? []).map(({ ssid }) => ssid),
      (ssid, i) => {
        report.error('NET008', ['network', 'wifi', 'networks', i, 'ssid'], `the network '${ssid}' is listed twice`)
      },
    )
    for (const [i, user] of users.entries()) {
      twice(
        user.authorizedKeys.map(({ blob }) => blob),
        (_, k) => {
          const fingerprint = user.authorizedKeys[k]?.fingerprint
          report.warning('KEY008', ['users', i, 'authorizedKeys'], `${user.name} has the key ${fingerprint} twice`)
        },
      )
    }
    const lists: readonly (readonly [SpecPath, readonly string[] | undefined])[] = [
      [['ssh', 'allowUsers'], written.ssh?.allowUsers],
      [['ssh', 'denyUsers'], written.ssh?.denyUsers],
      [['services', 'disable'], written.services?.disable],
      [['services', 'mask'], written.services?.mask],
      [['services', 'enable'], written.services?.enable],
      [['packages', 'install'], written.packages?.install],
      [['packages', 'remove'], written.packages?.remove],
    ]
    for (const [path, list] of lists) {
      twice(list ?? [], (entry, i) =>
        report.warning('SPC011', [...path, i], `'${entry}' is listed twice in ${path.join('.')}`),
      )
    }
  },
}

function twice(values: readonly string[], found: (value: string, index: number) => void): void {
  for (const [i, value] of values.entries()) if (values.indexOf(value) < i) found(value, i)
}
