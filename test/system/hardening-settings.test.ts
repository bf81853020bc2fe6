import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { banner } from '../../src/core/controls/banner.ts'
import { fileModes } from '../../src/core/controls/file-modes.ts'
import { hardening } from '../../src/core/controls/hardening.ts'
import { idle } from '../../src/core/controls/idle.ts'
import { jobUsers } from '../../src/core/controls/job-users.ts'
import { loginDefaults } from '../../src/core/controls/login-defaults.ts'
import { mainFiles } from '../../src/core/controls/main-files.ts'
import { mounts } from '../../src/core/controls/mounts.ts'
import { ssh } from '../../src/core/controls/ssh.ts'
import { sudoSettings } from '../../src/core/controls/sudo-settings.ts'
import { sysctl } from '../../src/core/controls/sysctl.ts'
import { sysctlAgain } from '../../src/core/controls/sysctl-again.ts'
import { suite } from '../support/suite.ts'
import { attemptIn, runIn } from './support/chroot.ts'
import { layControls } from './support/lay-control.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'

const test = suite('settings of the profile cis, as the programs of the device take them')

const ALL = [
  loginDefaults,
  mounts,
  jobUsers,
  fileModes,
  sudoSettings,
  idle,
  banner,
  ssh,
  hardening,
  mainFiles,
  sysctl,
  sysctlAgain,
]
const FSTAB =
  'proc /proc proc defaults 0 0\nPARTUUID=1234-01 /boot/firmware vfat defaults 0 2\nPARTUUID=1234-02 / ext4 defaults,noatime 0 1\n'

for (const release of releases) {
  let root = ''

  test(`${release}: the roots are laid`, () => {
    root = scratch(debianRoot(release, 'full'))
    writeFileSync(join(root, 'etc/fstab'), FSTAB)
    layControls(root, release, ALL, { idle: { session: 30 } })
  })

  test(`${release}: an account that is made later has the ages, and its files are closed`, () => {
    runIn(root, ['useradd', '-m', '-s', '/bin/bash', 'bob'])
    const [, , , min, max, warn, inactive] = runIn(root, ['getent', 'shadow', 'bob']).split(':')
    assert.equal([min, max, warn, inactive], ['1', '365', '7', '45'])
    const as = (shell: string) =>
      runIn(root, ['setpriv', '--reuid=bob', '--clear-groups', shell, '-lc', 'umask']).trim()
    assert.equal([as('bash'), as('sh')], ['0027', '0027'])
    const rounds = runIn(root, ['sh', '-c', 'echo bob:secret | chpasswd -c SHA512 && getent shadow bob'])
    assert.match(rounds, /^bob:\$6\$rounds=65536\$/)
  })

  test(`${release}: cron is for root`, () => {
    const crontab = (user: string) =>
      attemptIn(root, ['setpriv', `--reuid=${user}`, '--clear-groups', 'sh', '-c', 'echo "@daily true" | crontab -'])
    const denied = crontab('bob')
    assert.not.equal(denied.status, 0)
    assert.match(denied.stdout + denied.stderr, /not allowed/)
    assert.is(crontab('root').status, 0)
  })

  test(`${release}: modes are those that systemd-tmpfiles sets`, () => {
    writeFileSync(join(root, 'etc/shadow-'), '')
    chmodSync(join(root, 'etc/shadow-'), 0o640)
    writeFileSync(join(root, 'var/log/dpkg.log'), '')
    chmodSync(join(root, 'var/log/dpkg.log'), 0o644)
    const done = attemptIn(root, ['systemd-tmpfiles', '--create', 'pibake-modes.conf'])
    assert.is(done.stderr, '')
    const mode = (path: string) => (statSync(join(root, path)).mode & 0o7777).toString(8)
    assert.equal(
      ['etc/shadow-', 'etc/crontab', 'etc/cron.d', 'etc/cron.daily', 'etc/ssh/sshd_config', 'var/log/dpkg.log'].map(
        mode,
      ),
      ['0', '600', '700', '700', '600', '640'],
    )
  })

  test(`${release}: systemd mounts the folders so`, () => {
    const verified = attemptIn(root, ['findmnt', '--verify', '--tab-file', '/etc/fstab'])
    assert.not.match(verified.stdout + verified.stderr, /[1-9]\d* parse error|\[E\].*option/)
    runIn(root, [
      'sh',
      '-c',
      'mkdir /run/g && /usr/lib/systemd/system-generators/systemd-fstab-generator /run/g /run/g /run/g && cp -a /run/g /var/g',
    ])
    const options = (unit: string) =>
      new Set(/^Options=(.*)$/m.exec(readFileSync(join(root, 'var/g', unit), 'utf8'))?.[1]?.split(','))
    for (const unit of ['tmp.mount', 'var-tmp.mount', 'boot-firmware.mount']) {
      for (const option of ['nodev', 'nosuid', 'noexec']) assert.ok(options(unit).has(option), `${unit} ${option}`)
    }
    assert.ok(options('boot-firmware.mount').has('fmask=0077'))
    // API file systems are mounted again with the options of fstab (systemd-remount-fs.service(8)).
    assert.ok(existsSync(join(root, 'var/g/local-fs.target.wants/systemd-remount-fs.service')))
    assert.is(
      runIn(root, ['findmnt', '-sno', 'OPTIONS', '--tab-file', '/etc/fstab', '/dev/shm']).trim(),
      'nodev,nosuid,noexec',
    )
    assert.match(runIn(root, ['apt-config', 'dump', 'APT::ExtractTemplates::TempDir']), /"\/var\/lib\/apt\/templates"/)
  })

  test(`${release}: sudo writes its log, and forgets soon`, () => {
    runIn(root, ['visudo', '-c'])
    const settings = runIn(root, ['sudo', '-V'])
    assert.match(settings, /log file: \/var\/log\/sudo\.log/i)
    assert.match(settings, /timestamp timeout: 5\.0 minutes/i)
    runIn(root, ['sudo', '-n', 'true'])
    assert.match(readFileSync(join(root, 'var/log/sudo.log'), 'utf8'), /COMMAND=\S*\/true/)
    assert.is(attemptIn(root, ['logrotate', '-d', '/etc/logrotate.d/pibake-sudo']).status, 0)
  })

  test(`${release}: an idle shell ends, and an idle session`, () => {
    const shell = attemptIn(root, ['bash', '-lc', 'echo $TMOUT; TMOUT=0'])
    assert.is(shell.stdout, '900\n')
    assert.match(shell.stderr, /readonly/)
    const other = attemptIn(root, ['sh', '-lc', 'echo in'])
    assert.equal([other.stdout, other.stderr], ['in\n', ''])
    assert.is(
      lastOf(
        runIn(root, ['env', 'SYSTEMD_COLORS=0', 'systemd-analyze', 'cat-config', 'systemd/logind.conf']),
        'StopIdleSessionSec',
      ),
      '1800',
    )
  })

  test(`${release}: the journal is kept, packed and not sent on; no core dump is`, () => {
    const journal = runIn(root, ['env', 'SYSTEMD_COLORS=0', 'systemd-analyze', 'cat-config', 'systemd/journald.conf'])
    const values = ['Storage', 'Compress', 'ForwardToSyslog', 'SystemMaxUse'].map((key) => lastOf(journal, key))
    assert.equal(values, ['persistent', 'yes', 'no', '64M'])
    // What programs that judge by the main file alone read.
    assert.is(lastOf(readFileSync(join(root, 'etc/systemd/journald.conf'), 'utf8'), 'Storage'), 'persistent')
    const limit = runIn(root, ['setpriv', '--reuid=bob', '--clear-groups', 'sh', '-c', 'true'])
    assert.is(limit, '')
    assert.is(
      lastOf(
        runIn(root, ['env', 'SYSTEMD_COLORS=0', 'systemd-analyze', 'cat-config', 'systemd/coredump.conf']),
        'Storage',
      ),
      'none',
    )
  })

  test(`${release}: sshd shows the text, and its main file changes nothing that is in force`, () => {
    const effective = () => runIn(root, ['/usr/sbin/sshd', '-T', '-C', 'user=alice,host=h,addr=192.0.2.1'])
    const before = effective()
    assert.match(before, /^banner \/etc\/issue\.net$/m)
    assert.match(readFileSync(join(root, 'etc/issue.net'), 'utf8'), /^Authorized users only/)
    layControls(root, release, [mainFiles], { mainFiles: 'image' })
    assert.is(effective(), before)
    layControls(root, release, [mainFiles])
    assert.is(effective(), before)
    assert.match(readFileSync(join(root, 'etc/ssh/sshd_config'), 'utf8'), /^PermitRootLogin no$/m)
  })

  test(`${release}: kernel settings hold after ufw too`, () => {
    const text = runIn(root, ['/usr/lib/systemd/systemd-sysctl', '--cat-config'])
    const ufw = readFileSync(join(root, 'etc/ufw/sysctl.conf'), 'utf8').replaceAll(/^([^#=]+)/gm, (key) =>
      key.replaceAll('/', '.'),
    )
    const applied = `${text}\n${ufw}`
    for (const [key, value] of [
      ['net.ipv4.conf.all.log_martians', '1'],
      ['net.ipv4.conf.default.log_martians', '1'],
      ['net.ipv4.conf.all.accept_redirects', '0'],
      ['net.ipv6.conf.all.forwarding', '0'],
      ['kernel.randomize_va_space', '2'],
      ['kernel.yama.ptrace_scope', '1'],
    ] as const) {
      assert.is(lastOf(applied, key), value, key)
    }
    const verified = attemptIn(root, ['systemd-analyze', 'verify', 'sysctl-reapply-network.service'])
    assert.is(verified.status, 0, verified.stderr)
  })

  test(`${release}: what the image had is back when the spec no longer asks`, () => {
    const off = {
      umask: undefined,
      passwords: { maxAge: undefined },
      mountOptions: { tmp: 'image', shm: 'image', varTmp: 'image', boot: 'image' },
      banner: '',
      mainFiles: 'image',
    }
    layControls(root, release, [mounts, banner, mainFiles], off)
    assert.is(readFileSync(join(root, 'etc/fstab'), 'utf8'), FSTAB)
    for (const path of ['etc/issue', 'etc/issue.net', 'etc/ssh/sshd_config']) {
      assert.is(
        readFileSync(join(root, path), 'utf8'),
        readFileSync(join(debianRoot(release, 'full'), path), 'utf8'),
        path,
      )
    }
    discard(root)
  })
}

/** The value that counts: of several lines for one key the last, whatever stands around the `=`. */
function lastOf(text: string, key: string): string | undefined {
  const lines = [...text.matchAll(/^-?([^#=\s]+)\s*=\s*(.*)$/gm)].filter(([, name]) => name === key)
  return lines.at(-1)?.[2]?.trim()
}
