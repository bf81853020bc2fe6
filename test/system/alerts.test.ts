import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { alerts } from '../../src/core/controls/alerts.ts'
import { contextOf } from '../support/control.ts'
import { smallSpec, sound } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { attemptIn } from './support/chroot.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'
import { writeOperations } from './support/write.ts'

const test = suite('alerts: the program on the device, with curl, sendmail’s place and fail2ban’s log')

/** Answers each POST over TLS with 204, and keeps what came and what curl was called with. */
const SERVER = `
import http.server, ssl, sys, glob
class Keep(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        open('/srv/posts', 'ab').write(self.path.encode() + b' ' + body)
        for name in glob.glob('/proc/[0-9]*/cmdline'):
            try: open('/srv/arguments', 'ab').write(open(name, 'rb').read())
            except OSError: pass
        self.send_response(204)
        self.end_headers()
    def log_message(self, *words): pass
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('/srv/tls.pem')
server = http.server.HTTPServer(('127.0.0.1', 443), Keep)
server.socket = context.wrap_socket(server.socket, server_side=True)
open('/srv/ready', 'w').close()
server.serve_forever()
`

/** Runs the program once, beside the server where there is one; systemd makes its folder on a device. */
const ONCE = `
rm -f /srv/ready
mkdir -p /var/lib/pibake/alerts
if [ -n "$1" ]; then python3 /srv/server.py & while [ ! -e /srv/ready ]; do sleep 0.1; done; fi
/usr/lib/pibake/alerts; code=$?
if [ -n "$1" ]; then kill %1; fi
exit $code
`

interface Post {
  readonly device: string
  readonly subject: string
  readonly text: string
  readonly content: string
}

for (const release of releases) {
  let root: string
  const at = (...names: string[]) => join(root, ...names)

  test.before(() => {
    root = scratch(debianRoot(release, 'full'))
    const { spec } = sound(
      {
        ...smallSpec(),
        fail2ban: { mail: true },
        updates: { mail: true },
        alerts: { to: ['alice@example.org'], webhookFile: 'hook' },
      },
      { hook: 'https://localhost/T0/secret-path' },
    )
    writeOperations(root, alerts.compile(contextOf(spec, { release })).operations)
    writeFileSync(at('etc/hostname'), 'kit-07\n')
    mkdirSync(at('srv'), { recursive: true })
    writeFileSync(at('srv/server.py'), SERVER)
    const made = attemptIn(root, [
      'sh',
      '-euc',
      'cd /srv; export TMPDIR=/tmp; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout key -out crt; cat key crt > tls.pem; cp crt /usr/local/share/ca-certificates/test.crt; update-ca-certificates',
    ])
    assert.is(made.status, 0, made.stderr)
    // Nothing here is to ask a network for lists of packages.
    writeFileSync(at('usr/bin/apt-get'), '#!/bin/sh\ncat /srv/simulated 2>/dev/null || :\n', { mode: 0o755 })
  })
  test.after(() => discard(root))

  const once = (server: boolean) => {
    const { status, stderr } = attemptIn(root, ['sh', '-c', ONCE, 'sh', server ? 'yes' : ''])
    assert.is(status, 0, stderr)
    return stderr
  }
  const posts = (): Post[] => {
    if (!existsSync(at('srv/posts'))) return []
    const lines = readFileSync(at('srv/posts'), 'utf8').trim().split('\n')
    rmSync(at('srv/posts'))
    return lines.map((line) => {
      assert.match(line, /^\/T0\/secret-path /)
      return JSON.parse(line.slice(line.indexOf(' ')))
    })
  }
  const waiting = () => readdirSync(at('var/lib/pibake/alerts/spool')).filter((name) => !name.startsWith('.'))
  const LOG = 'var/log/fail2ban.log'
  const banned = (address: string, jail = 'sshd', verb = 'Ban') =>
    `2026-11-30 10:00:00,123 fail2ban.actions        [99]: NOTICE  [${jail}] ${verb} ${address}\n`

  test(`${release}: nothing has happened, nothing is sent`, () => {
    once(true)
    assert.equal(posts(), [])
    assert.equal(waiting(), [])
  })

  test(`${release}: bans are told of once, over the rotation of the log, and wait for a network`, () => {
    writeFileSync(
      at(LOG),
      banned('192.0.2.1') + banned('192.0.2.9', 'sshd', 'Restore Ban') + banned('2001:db8::1', 'recidive'),
    )
    assert.match(once(false), 'cannot be sent, and waits: banned: 2')
    assert.is(waiting().length, 1)
    appendFileSync(at(LOG), banned('192.0.2.3'))
    renameSync(at(LOG), at(`${LOG}.1`))
    writeFileSync(at(LOG), banned('192.0.2.4', 'a"b\\c'))
    once(true)
    const [first, second, ...more] = posts()
    assert.equal(more, [])
    assert.equal([first?.device, first?.subject, second?.subject], ['kit-07', 'banned: 2', 'banned: 2'])
    assert.match(first?.text ?? '', '2026-11-30 10:00:00 sshd 192.0.2.1\n2026-11-30 10:00:00 recidive 2001:db8::1')
    assert.not.match(first?.text ?? '', '192.0.2.9')
    assert.match(second?.text ?? '', 'sshd 192.0.2.3\n2026-11-30 10:00:00 a"b\\c 192.0.2.4')
    assert.is(second?.text, second?.content)
    once(true)
    assert.equal(posts(), [])
    assert.equal(waiting(), [])
  })

  test(`${release}: upgrades, and security updates that still wait on the next day`, () => {
    appendFileSync(
      at('var/log/dpkg.log'),
      '2026-11-30 11:00:00 upgrade openssh-server:amd64 1:1 1:2\n2026-11-30 11:00:01 status installed x\n',
    )
    writeFileSync(
      at('srv/simulated'),
      'Inst openssl [3.0.1] (3.0.2 Debian-Security:12/stable-security [amd64])\nInst nano [7] (8 Debian:12/stable [amd64])\n',
    )
    rmSync(at('var/lib/pibake/alerts/pending'), { force: true })
    once(true)
    assert.equal(
      posts().map(({ subject, text }) => [subject, text.split('\n').slice(1).join('\n')]),
      [['upgraded: 1', '2026-11-30 11:00:00 openssh-server:amd64 1:1 -> 1:2']],
    )
    const pending = at('var/lib/pibake/alerts/pending')
    assert.match(readFileSync(pending, 'utf8'), 'openssl 3.0.2')
    const yesterday = () => writeFileSync(pending, readFileSync(pending, 'utf8').replace(/^.*\n/, '2026-01-01\n'))
    yesterday()
    once(true)
    assert.equal(
      posts().map(({ subject, text }) => [subject, text]),
      [['security updates wait', 'kit-07: security updates wait\nopenssl 3.0.2']],
    )
    yesterday()
    once(true)
    assert.equal(posts(), [], 'the same is told once')
  })

  test(`${release}: a first start that left something undone, and that it is complete`, () => {
    const says = (code: number, text: string) =>
      writeFileSync(at('usr/sbin/pibake-firstboot'), `#!/bin/sh\necho '${text}'\nexit ${code}\n`, { mode: 0o755 })
    for (const [code, text, subjects] of [
      [3, 'running', []],
      [2, 'ufw failed', ['the first start left something undone']],
      [2, 'ufw failed', []],
      [1, 'users failed', ['the first start left something undone']],
      [0, 'ok', ['the first start is complete']],
      [0, 'ok', []],
    ] as const) {
      says(code, text)
      once(true)
      assert.equal(
        posts().map(({ subject }) => subject),
        subjects,
        `${code} ${text}`,
      )
    }
    rmSync(at('usr/sbin/pibake-firstboot'))
  })

  test(`${release}: mail goes to sendmail, whatever becomes of the request`, () => {
    writeFileSync(at('usr/sbin/sendmail'), '#!/bin/sh\necho "$@" >/srv/mail\ncat >>/srv/mail\n', { mode: 0o755 })
    appendFileSync(at(LOG), banned('192.0.2.5'))
    once(false)
    const mail = readFileSync(at('srv/mail'), 'utf8')
    assert.match(mail, /^-oi -t\nTo: alice@example\.org\nSubject: kit-07: banned: 1\nAuto-Submitted: auto-generated\n/)
    assert.match(mail, /\n\n2026-11-30 10:00:00 sshd 192\.0\.2\.5\n$/)
    assert.equal(waiting(), [])
    rmSync(at('usr/sbin/sendmail'))
  })

  test(`${release}: fifty messages wait, the newest; the address is in no argument and in no file for others`, () => {
    for (let i = 0; i < 54; i++) {
      appendFileSync(at(LOG), banned(`198.51.100.${i}`))
      once(false)
    }
    assert.is(waiting().length, 50)
    once(true)
    const texts = posts().map(({ text }) => text)
    assert.match(texts[0] ?? '', '198.51.100.4')
    assert.match(texts.at(-1) ?? '', '198.51.100.53')
    assert.not.match(readFileSync(at('srv/arguments'), 'latin1'), 'secret-path')
    assert.is(
      attemptIn(root, ['stat', '-c', '%a %U', '/var/lib/pibake/alerts/spool', '/etc/pibake/alerts/webhook']).stdout,
      '700 root\n600 root\n',
    )
  })

  test(`${release}: systemd takes the units`, () => {
    const { status, stdout, stderr } = attemptIn(root, [
      'systemd-analyze',
      'verify',
      '--man=no',
      'pibake-alerts.service',
      'pibake-alerts.timer',
    ])
    assert.equal([status, stdout + stderr], [0, ''])
  })
}
