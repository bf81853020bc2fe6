import { accountFacts } from '../../../src/core/access/account-facts.ts'
import { doas } from '../../../src/core/access/readers/doas.ts'
import { hostsByName, hostsGate } from '../../../src/core/access/readers/hosts-access.ts'
import { mounts } from '../../../src/core/access/readers/mounts.ts'
import { nameService } from '../../../src/core/access/readers/name-service.ts'
import { ownScripts } from '../../../src/core/access/readers/own-scripts.ts'
import { pam } from '../../../src/core/access/readers/pam.ts'
import { polkit } from '../../../src/core/access/readers/polkit.ts'
import { preloaded } from '../../../src/core/access/readers/preloaded.ts'
import { rootJobs } from '../../../src/core/access/readers/root-jobs.ts'
import { shells } from '../../../src/core/access/readers/shells.ts'
import { sshdConfiguration } from '../../../src/core/access/readers/sshd.ts'
import { statOverrides } from '../../../src/core/access/readers/stat-overrides.ts'
import { sudo } from '../../../src/core/access/readers/sudo.ts'
import { grantsOfPkla, grantsOfRules } from '../../../src/device/polkit/grants.ts'
import { allValues } from '../../../src/device/sshd/all-values.ts'
import { keywordsOf } from '../../../src/device/sshd/keywords.ts'
import { readSshdConfig } from '../../../src/device/sshd/read.ts'
import { callerOf } from '../../../src/device/sudo/caller.ts'
import { possibleVerdicts, settingFor } from '../../../src/device/sudo/evaluate.ts'
import { readSudoers } from '../../../src/device/sudo/read.ts'
import type { FuzzedReader } from '../reader.ts'
import { treeReader } from '../tree-reader.ts'

const PAM_STACKS = /^\/etc\/pam\.d\//

/** What decides who gets in and who becomes root. */
export const accessReaders: readonly FuzzedReader[] = [
  treeReader({
    name: 'sshd_config',
    place: '/etc/ssh/sshd_config',
    paths: /^\/etc\/ssh\/sshd_config/,
    words: [
      ...keywordsOf('bookworm'),
      ...keywordsOf('trixie'),
      'all',
      '*',
      '!*',
      '192.0.2.0/24',
      '2001:db8::/32',
      'alice',
    ],
    read: (device) => {
      const config = readSshdConfig(device.root, device.release)
      for (const { keyword } of config.directives.slice(0, 20)) allValues(config, keyword)
      return [accountFacts(device), sshdConfiguration(device)]
    },
  }),
  treeReader({
    name: 'sudoers',
    place: '/etc/sudoers.d/a',
    paths: /^\/etc\/sudoers/,
    words: [
      'ALL',
      'NOPASSWD:',
      'SETENV:',
      'User_Alias',
      'Cmnd_Alias',
      'Host_Alias',
      'Runas_Alias',
      'Defaults',
      '@include',
      'sha256:',
    ],
    read: (device) => {
      const sudoers = readSudoers(device.root, 'pi')
      const [alice] = device.accounts.passwd.filter(({ name }) => name === 'alice')
      if (alice === undefined) throw new Error('alice is gone')
      const caller = callerOf(device.accounts, alice, 'pi')
      return [possibleVerdicts(sudoers, caller), settingFor(sudoers, caller, 'secure_path'), sudo(device)]
    },
  }),
  treeReader({
    name: 'sudo.conf',
    place: '/etc/sudo.conf',
    more: ['Plugin sudoers_policy sudoers.so\nPath askpass /usr/bin/x\nSet probe_interfaces false\n'],
    read: sudo,
  }),
  treeReader({
    name: 'pam.d',
    place: '/etc/pam.d/common-auth',
    paths: PAM_STACKS,
    words: [
      'required',
      'requisite',
      'sufficient',
      'include',
      'substack',
      '@include',
      '[success=1 default=ignore]',
      '[success=done',
      'die]',
    ],
    read: pam,
  }),
  ...[
    ['access.conf', 'pam_access.so', ['+:ALL:LOCAL\n-:ALL EXCEPT alice (friends) @net:192.0.2.0/24 ::1 cron\n']],
    ['time.conf', 'pam_time.so', ['login;*;alice|bob;Al0000-2400\nsshd;!tty*;!root;!MoFr0800-1800&Wk\n']],
    [
      'limits.conf',
      'pam_limits.so',
      ['* hard nproc 0\n@friends - maxlogins 2\nalice soft as 1\n1000:2000 - nofile 3\n'],
    ],
    ['pam_env.conf', 'pam_env.so', ['PATH DEFAULT=/bin OVERRIDE=@{HOME}/\x24{X}\n']],
    ['group.conf', 'pam_listfile.so onerr=fail item=user sense=deny file=/etc/security/group.conf', ['alice\nbob\n']],
  ].map(([file, module, more]) =>
    treeReader({
      name: `security/${file}`,
      place: `/etc/security/${file}`,
      paths: new RegExp(`^/etc/security/${file === 'limits.conf' ? 'limits' : file}`),
      more: more as string[],
      read: (device) => {
        const stack = ['auth', 'account', 'session'].map((phase) => `${phase} required ${module}\n`).join('')
        for (const service of ['sshd', 'login', 'sudo']) {
          const content = Buffer.from(stack)
          device.root.nodes.set(`/etc/pam.d/${service}`, { kind: 'file', content, mode: 0o644, uid: 0, gid: 0 })
        }
        return pam(device)
      },
    }),
  ),
  treeReader({
    name: 'hosts.deny',
    place: '/etc/hosts.deny',
    paths: /^\/etc\/hosts\.(allow|deny)/,
    more: [
      'ALL: ALL EXCEPT 10. 192.0.2.0/255.255.255.0 [2001:db8::]/32 .example.org @net user@host: spawn (x) : deny\n',
    ],
    read: (device) => [hostsGate(device), hostsByName(device)],
  }),
  treeReader({ name: 'nsswitch.conf', place: '/etc/nsswitch.conf', read: nameService }),
  treeReader({
    name: 'fstab',
    place: '/etc/fstab',
    words: ['bind', 'nosuid', 'tmpfs', '/home', '\\040'],
    read: mounts,
  }),
  treeReader({
    name: 'doas.conf',
    place: '/etc/doas.conf',
    more: ['permit nopass keepenv :friends as root cmd ls args -l\n'],
    read: doas,
  }),
  treeReader({
    name: 'profile',
    place: '/home/alice/.profile',
    paths: /profile|bashrc/,
    more: ['exec sh\n'],
    read: shells,
  }),
  treeReader({
    name: 'crontab',
    place: '/etc/crontab',
    paths: /cron/,
    more: ['@reboot root chmod 4755 /bin/sh; /etc/rc.local >/etc/sudoers.d/a\n'],
    read: (device) => [rootJobs(device), ownScripts(device)],
  }),
  treeReader({
    name: 'ld.so.preload',
    place: '/etc/ld.so.preload',
    paths: /ld\.so/,
    more: ['/home/alice/x.so\n'],
    read: preloaded,
  }),
  treeReader({
    name: 'statoverride',
    place: '/var/lib/dpkg/statoverride',
    more: ['root root 4755 /bin/x\n'],
    read: statOverrides,
  }),
  treeReader({
    name: 'polkit',
    place: '/etc/polkit-1/rules.d/a.rules',
    paths: /polkit/,
    more: [
      'polkit.addRule(function(action, subject) {\n  if (action.id == "org.freedesktop.policykit.exec" && subject.isInGroup("sudo")) {\n    return polkit.Result.YES;\n  }\n});\n',
      '[a]\nIdentity=unix-user:alice;unix-group:friends\nAction=org.freedesktop.*\nResultActive=yes\n',
    ],
    words: ['polkit.Result.YES', 'polkit.addRule(function(action, subject) {', '});', 'subject.isInGroup("sudo")'],
    read: (device, text) => [polkit(device), grantsOfRules(text), grantsOfPkla(text)],
  }),
]
