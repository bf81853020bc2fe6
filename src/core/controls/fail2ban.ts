import { refusal } from '../../base/encode/encode.ts'
import { ini } from '../../base/encode/ini.ts'
import type { Problem } from '../../base/report/report.ts'
import { Traced } from '../render/render.ts'
import type { Context, Contribution, Control } from './control.ts'
import { defaultsOf, defaultsProblems } from './fail2ban-defaults.ts'
import { jailsOf } from './fail2ban-jails.ts'
import { absent, rootFile } from './root-file.ts'

const SANDBOX = '/etc/systemd/system/fail2ban.service.d/pibake.conf'
const RESTART = '/etc/systemd/system/fail2ban.service.d/pibake-restart.conf'

/** Bans addresses that try passwords: jail.local and fail2ban.local, read after all that the package brings. */
export const fail2ban: Control = { name: 'fail2ban', compile }

function compile(context: Context): Contribution {
  const { spec } = context
  const origin = context.because(['fail2ban', 'enabled'], 'repeated failed log-ins are banned')
  if (!spec.fail2ban.enabled) return {}
  const { jails, problems } = jailsOf(context)
  const unfit = defaultsProblems(context)
  if (unfit.length > 0) return { problems: [...unfit, ...problems] }
  const ignoreip = [...new Set(['127.0.0.1/8', '::1', ...spec.fail2ban.ignoreip])]
  const strange = spec.fail2ban.ignoreip.flatMap((address, i) => (isWord(address) ? [] : [i]))
  if (strange.length > 0) {
    return {
      problems: [
        ...problems,
        ...strange.map(
          (i): Problem => ({
            severity: 'error',
            code: 'F2B018',
            path: ['fail2ban', 'ignoreip', i],
            message: 'not an address, a network or a host name',
          }),
        ),
      ],
    }
  }
  const because = context.because(['fail2ban', 'ignoreip'], 'these addresses are never banned')
  return {
    operations: [
      rootFile(
        '/etc/fail2ban/jail.local',
        { ignoreip: new Traced(ignoreip.join(' '), because), ...defaultsOf(context), jails },
        origin,
      ),
      rootFile('/etc/fail2ban/fail2ban.local', {}, origin),
      rootFile(RESTART, {}, context.because(['fail2ban', 'enabled'], 'a start that fails is tried again')),
      spec.profile !== 'standard'
        ? rootFile(SANDBOX, {}, context.because(['profile'], `${spec.profile}: fail2ban runs with few rights`))
        : absent(SANDBOX, context.because(['profile'], 'standard: fail2ban runs as packaged')),
    ],
    units: [{ unit: 'fail2ban.service', state: 'enabled', origin }],
    packages: ['fail2ban', 'nftables', 'python3-systemd'].map((name) => ({ name, action: 'install', origin })),
    problems,
  }
}

function isWord(address: string): boolean {
  return address !== '' && !/[\s,]/.test(address) && refusal(ini, address) === undefined
}
