import * as assert from 'uvu/assert'
import type { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { outcomeOf } from '../../support/plan.ts'
import { samples } from '../../support/samples.ts'
import { fullSpec, type LooseSpec, smallSpec } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('files that keep fail2ban from starting')

type Files = Readonly<Record<string, string>>

/** `severity CODE path: message` of what pibake says of fail2ban. */
function said(files: Files, change: (spec: LooseSpec) => void = () => {}): readonly string[] {
  const spec = smallSpec()
  change(spec)
  const { problems } = outcomeOf(spec, { tamper: (root) => plant(root, files) })
  return problems
    .filter(({ code }) => code.startsWith('F2B'))
    .map(({ severity, code, path, message }) => `${severity} ${code} ${path.join('.')}: ${message}`)
}

function plant(root: MemoryTree, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    for (let at = path.indexOf('/', 1); at !== -1; at = path.indexOf('/', at + 1)) {
      const folder = path.slice(0, at)
      if (!root.nodes.has(folder)) root.nodes.set(folder, { kind: 'directory', mode: 0o755, uid: 0, gid: 0 })
    }
    root.nodes.set(path, { kind: 'file', content: new TextEncoder().encode(text), mode: 0o644, uid: 0, gid: 0 })
  }
}

for (const { behaviour } of samples) {
  test(`${behaviour}: nothing keeps it from starting`, () => {
    for (const spec of [smallSpec(), fullSpec()]) {
      const { problems } = outcomeOf(spec, { behaviour })
      assert.equal(
        problems.filter(({ code }) => code.startsWith('F2B')),
        [],
      )
    }
  })
}

const own = (text: string): Files => ({ '/etc/fail2ban/jail.d/own.conf': text })

test('a file of the image that cannot be read is an error, with its line', () => {
  assert.equal(said(own('[sshd]\nmaxretry 3\n')), [
    'error F2B019 fail2ban: /etc/fail2ban/jail.d/own.conf:2: fail2ban would not start: Source contains parsing errors: ' +
      "'/etc/fail2ban/jail.d/own.conf' [line  2]: 'maxretry 3\\n'",
  ])
})

test('a file of the spec is named by its place in the spec', () => {
  const [found] = said({}, (spec) => {
    spec.files = [{ path: '/etc/fail2ban/jail.d/own.local', content: '[sshd]\nbantime = 3 fortnights\n' }]
  })
  assert.is(
    found,
    'error F2B019 files.0: /etc/fail2ban/jail.d/own.local:2: fail2ban would not start, for its bantime: invalid syntax',
  )
})

test('it is not asked where fail2ban is off, nor when the spec itself is wrong', () => {
  const broken = own('maxretry = 3\n')
  assert.equal(
    said(broken, (spec) => {
      spec.fail2ban = { enabled: false }
    }),
    [],
  )
  const codes = said(broken, (spec) => {
    spec.fail2ban = { jails: { own: {} } }
  }).map((line) => line.split(' ')[1])
  assert.equal(codes, ['F2B011'])
})

const nginx = own('[nginx-http-auth]\nenabled = true\nbackend = auto\n')

test('a log file that is missing is an error, unless something may make it', () => {
  const [severities, install] = [
    (files: Files, change?: (spec: LooseSpec) => void) => said(files, change).map((line) => line.split(' ')[0]),
    (name: string) => (spec: LooseSpec) => {
      spec.packages = { install: [name] }
    },
  ]
  assert.equal(severities(nginx), ['error'])
  assert.equal(severities(nginx, install('nginx')), ['warning'])
  assert.equal(severities({ ...nginx, '/var/log/nginx/access.log': '' }), ['warning'])
  assert.equal(severities({ ...nginx, '/var/log/nginx/error.log': '' }), [])
  const syslog = own('[own]\nenabled = true\nbackend = auto\nfilter = sshd\nlogpath = /var/log/auth.log\n')
  assert.equal(severities(syslog), ['error'])
  assert.equal(severities(syslog, install('rsyslog')), [])
})

test('a jail of the spec without its log file is told once', () => {
  const found = said({}, (spec) => {
    spec.fail2ban = { jails: { 'nginx-http-auth': {} } }
    spec.packages = { install: ['nginx'] }
  })
  assert.equal(
    found.map((line) => line.split(' ').slice(0, 2).join(' ')),
    ['warning F2B017'],
  )
})

test('a jail that is passed over is an error where the spec wants it, else a warning', () => {
  const [ssh] = said({ '/etc/fail2ban/jail.d/own.local': '[sshd]\nfilter = mine\n' })
  assert.match(ssh ?? '', /^error F2B020 .*own\.local:2: .*'sshd', for its filter: Unable to read the filter 'mine'$/)
  const [other] = said(own('[mine]\nenabled = true\n'))
  assert.match(
    other ?? '',
    /^warning F2B020 .*own\.conf:2: .*'mine', for its filter: Unable to read the filter 'mine'$/,
  )
})

test('what is in the package’s own filters is not missed while the image does not have it', () => {
  const filter = '[Definition]\nfailregex = %(known/failregex)s\n  ^%(__prefix_line)sgone <HOST>\n'
  const jail = '[sshd]\nfailregex = %(known/failregex)s\n'
  assert.equal(said({ '/etc/fail2ban/filter.d/sshd.local': filter, '/etc/fail2ban/jail.d/own.local': jail }), [])
})
