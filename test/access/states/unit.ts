import {
  edit,
  image,
  link,
  MASKED,
  mode,
  type Planted,
  packaged,
  remove,
  threeWays,
  twoWays,
  write,
} from '../support/planted.ts'

const service = (...lines: string[]) => `[Service]\n${lines.join('\n')}`
const unit = (...lines: string[]) => `[Unit]\n${lines.join('\n')}`
const other = (options: string) => service('ExecStart=', `ExecStart=/usr/sbin/sshd -D ${options}`)
const at = (folder: string, text: string) => write(`${folder}/50-site.conf`, text)
const FOLDER = '/etc/systemd/system/ssh.service.d'
const OPEN = other('-p 2222 -o PasswordAuthentication=yes -o AuthenticationMethods=any -o AllowUsers=*')

/** sshd's second configuration, in which anybody may try a password. */
const SECOND = write(
  '/etc/ssh/second_config',
  'Port 2222\nUsePAM yes\nPasswordAuthentication yes\nPidFile /run/second.pid',
)
const secondUnit = write(
  '/etc/systemd/system/maintenance.service',
  '[Service]\nExecStart=/usr/sbin/sshd -D -f /etc/ssh/second_config\nRuntimeDirectory=sshd\nRuntimeDirectoryPreserve=yes\n[Install]\nWantedBy=multi-user.target',
)
const wanted = (name: string, from = '/etc/systemd/system') =>
  link(`/etc/systemd/system/multi-user.target.wants/${name}`, `${from}/${name}`)

const SHUT = write('/etc/ssh/second_config', 'Port 2222\nUsePAM yes\nAllowUsers nobody\nPidFile /run/second.pid')
/** Nothing keeps a client from whatever listens. */
const OFF: Partial<Planted> = { spec: (spec) => (spec.firewall = { enabled: false }) }

/** What starts sshd, and with what. */
export const unitStates: readonly Planted[] = [
  ...threeWays('ssh unit', 'another port, and passwords', at(FOLDER, OPEN)),
  ...threeWays('ssh unit', 'another configuration', at(FOLDER, other('-f /etc/ssh/second_config')), {
    steps: [SECOND],
  }),
  ...twoWays('ssh unit', 'another port, and passwords, no firewall', at(FOLDER, OPEN), OFF),
  image('ssh unit', 'a second sshd, no firewall', [SECOND, secondUnit, wanted('maintenance.service')], OFF),
  image(
    'ssh unit',
    'a second sshd that lets nobody in, no firewall',
    [SHUT, secondUnit, wanted('maintenance.service')],
    OFF,
  ),
  ...threeWays('ssh unit', 'a condition that is not met', at(FOLDER, unit('ConditionPathExists=/etc/no-such-file'))),
  ...threeWays('ssh unit', 'a condition that is met', at(FOLDER, unit('ConditionPathExists=/etc/hostname'))),
  ...twoWays(
    'ssh unit',
    'a condition for every ssh-*',
    at('/etc/systemd/system/ssh-.service.d', unit('ConditionPathExists=/no')),
  ),
  ...twoWays(
    'ssh unit',
    'a condition for every service',
    at('/etc/systemd/system/service.d', unit('ConditionHost=elsewhere')),
  ),
  ...twoWays('ssh unit', 'a drop-in of the vendor', at('/usr/lib/systemd/system/ssh.service.d', OPEN)),
  ...twoWays('ssh unit', 'the file that sshd is not to run beside', write('/etc/ssh/sshd_not_to_be_run', '')),
  ...twoWays('ssh unit', 'options in /etc/default/ssh', write('/etc/default/ssh', 'SSHD_OPTS="-p 2222"')),
  ...twoWays('ssh unit', 'harmless options in /etc/default/ssh', write('/etc/default/ssh', 'SSHD_OPTS="-4"')),
  ...twoWays('ssh unit', 'a second sshd, for maintenance', SECOND, {
    steps: [secondUnit, wanted('maintenance.service')],
  }),
  image('ssh unit', 'a second sshd in a package', [packaged([SECOND, secondUnit, wanted('maintenance.service')])]),
  ...twoWays(
    'ssh unit',
    'a second sshd by its socket',
    write(
      '/etc/systemd/system/late.socket',
      '[Socket]\nListenStream=2222\nAccept=yes\n[Install]\nWantedBy=sockets.target',
    ),
    {
      steps: [
        write(
          '/etc/systemd/system/late@.service',
          service(
            'ExecStart=-/usr/sbin/sshd -i -o PasswordAuthentication=yes -o AuthenticationMethods=any -o AllowUsers=*',
            'StandardInput=socket',
          ),
        ),
        link('/etc/systemd/system/sockets.target.wants/late.socket', '/etc/systemd/system/late.socket'),
      ],
    },
  ),
  ...threeWays(
    'ssh unit',
    'an own ssh.service that starts something else',
    write(
      '/etc/systemd/system/ssh.service',
      `${service('ExecStart=/usr/bin/sleep 1d')}\n[Install]\nWantedBy=multi-user.target`,
    ),
  ),
  image('ssh unit', 'ssh.service is masked by the vendor', [
    remove('/usr/lib/systemd/system/ssh.service'),
    link('/usr/lib/systemd/system/ssh.service', MASKED),
  ]),
  image('ssh unit', 'no unit at all', [remove('/usr/lib/systemd/system/ssh.service')]),
  image('ssh unit', 'sshd is missing', [remove('/usr/sbin/sshd')]),
  image('ssh unit', 'sshd may not be run', [mode('/usr/sbin/sshd', 0o644)]),
  image('ssh unit', 'sshd is another program', [
    remove('/usr/sbin/sshd'),
    write('/usr/sbin/sshd', '#!/bin/sh\nexit 0', 0o755),
  ]),
  image('ssh unit', 'the account of sshd is missing', [
    write('/etc/sysusers.d/openssh-server.conf', ''),
    edit('/etc/passwd', /^sshd:.*\n/m, ''),
  ]),
  ...threeWays('ssh unit', 'a user that cannot be', at(FOLDER, service('User=nobody'))),
  ...threeWays('ssh unit', 'no homes for sshd', at(FOLDER, service('ProtectHome=yes'))),
  ...twoWays('ssh unit', 'no devices and a nice value', at(FOLDER, service('Nice=5', 'OOMScoreAdjust=-500'))),
  ...twoWays('ssh unit', 'addresses that systemd keeps out', at(FOLDER, service('IPAddressDeny=10.0.0.0/8'))),
  ...twoWays('ssh unit', 'a check before the start that fails', at(FOLDER, service('ExecStartPre=/bin/false'))),
  ...twoWays(
    'ssh unit',
    'a unit that it may not run beside',
    at(FOLDER, unit('Conflicts=cron.service', 'After=cron.service')),
  ),
  ...twoWays('ssh unit', 'a unit it requires and that is not there', at(FOLDER, unit('Requires=no-such.service'))),
  ...twoWays(
    'ssh unit',
    'it waits for a unit that never ends',
    at(FOLDER, unit('Wants=site-slow.service', 'After=site-slow.service')),
    {
      steps: [
        write(
          '/etc/systemd/system/site-slow.service',
          '[Service]\nType=oneshot\nTimeoutStartSec=infinity\nExecStart=/usr/bin/sleep 1d',
        ),
      ],
    },
  ),
  ...twoWays(
    'ssh unit',
    'by socket, no service',
    write('/etc/systemd/system-preset/10-site.preset', 'enable ssh.socket'),
    {
      steps: [link('/etc/systemd/system/sockets.target.wants/ssh.socket', '/usr/lib/systemd/system/ssh.socket')],
    },
  ),
]
