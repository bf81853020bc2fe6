import { file, type Layout, link } from './layout.ts'
import { serviceUnit } from './units.ts'

const UNITS = '/usr/lib/systemd/system'

const target = (description: string, requires?: string) =>
  serviceUnit({ Unit: { Description: description, ...(requires === undefined ? {} : { Requires: requires }) } })

/** systemd's own units between default.target and the log-in, and what they pull in. */
export const startUnits: Layout = {
  '/usr/lib/systemd/systemd': file('', { mode: 0o755 }),
  '/usr/lib/systemd/systemd-user-sessions': file('', { mode: 0o755 }),
  '/usr/sbin/init': link('../lib/systemd/systemd'),
  '/usr/lib/tmpfiles.d/systemd-nologin.conf': file(
    'F! /run/nologin 0644 - - - "System is booting up. Unprivileged users are not permitted to log in yet."\n',
  ),
  [`${UNITS}/default.target`]: link('graphical.target'),
  [`${UNITS}/graphical.target`]: target('Graphical Interface', 'multi-user.target'),
  [`${UNITS}/multi-user.target`]: target('Multi-User System', 'basic.target'),
  [`${UNITS}/basic.target`]: serviceUnit({
    Unit: {
      Description: 'Basic System',
      Requires: 'sysinit.target',
      Wants: 'sockets.target timers.target paths.target',
    },
  }),
  [`${UNITS}/sysinit.target`]: serviceUnit({
    Unit: { Description: 'System Initialization', Wants: 'local-fs.target swap.target' },
  }),
  [`${UNITS}/local-fs.target`]: target('Local File Systems'),
  [`${UNITS}/swap.target`]: target('Swaps'),
  [`${UNITS}/sockets.target`]: target('Socket Units'),
  [`${UNITS}/timers.target`]: target('Timer Units'),
  [`${UNITS}/paths.target`]: target('Path Units'),
  [`${UNITS}/getty.target`]: target('Login Prompts'),
  [`${UNITS}/rescue.target`]: target('Rescue Mode', 'sysinit.target rescue.service'),
  [`${UNITS}/emergency.target`]: target('Emergency Mode', 'emergency.service'),
  ...Object.fromEntries(
    ['rescue', 'emergency'].map((mode) => [
      `${UNITS}/${mode}.service`,
      serviceUnit({
        Unit: { Description: `${mode} shell`, DefaultDependencies: 'no' },
        Service: {
          Type: 'idle',
          StandardInput: 'tty-force',
          ExecStart: `-/usr/lib/systemd/systemd-sulogin-shell ${mode}`,
        },
      }),
    ]),
  ),
  [`${UNITS}/debug-shell.service`]: serviceUnit({
    Unit: { Description: 'Early root shell on /dev/tty9 FOR DEBUGGING ONLY', DefaultDependencies: 'no' },
    Service: { ExecStart: '/usr/bin/bash', StandardInput: 'tty', TTYPath: '/dev/tty9' },
    Install: { WantedBy: 'sysinit.target' },
  }),
  [`${UNITS}/systemd-user-sessions.service`]: serviceUnit({
    Unit: { Description: 'Permit User Sessions', After: 'remote-fs.target nss-user-lookup.target network.target' },
    Service: { Type: 'oneshot', RemainAfterExit: 'yes', ExecStart: '/usr/lib/systemd/systemd-user-sessions start' },
  }),
  [`${UNITS}/multi-user.target.wants/systemd-user-sessions.service`]: link('../systemd-user-sessions.service'),
  [`${UNITS}/multi-user.target.wants/getty.target`]: link('../getty.target'),
  '/usr/sbin/agetty': file('', { mode: 0o755 }),
}
