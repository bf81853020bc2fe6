import * as assert from 'uvu/assert'
import { parseControl } from '../../../src/device/pam/control.ts'
import { logicalLines, tokens } from '../../../src/device/pam/lines.ts'
import { PamConfig } from '../../../src/device/pam/stack.ts'
import { memoryTree } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'

const test = suite('PAM: reading')

test('a backslash continues a line, a comment ends it', () => {
  const text = 'auth \\\n  required \\ \n\tpam_unix.so # why \\\n\n# a comment\naccount required pam_permit.so\n'
  assert.equal(logicalLines(text), {
    lines: [
      { number: 1, text: 'auth  required  pam_unix.so ' },
      { number: 6, text: 'account required pam_permit.so' },
    ],
    isComplete: true,
  })
  assert.is(logicalLines('auth required pam_permit.so \\\n').isComplete, false)
})

test('what is in brackets is one word', () => {
  assert.equal(tokens('session\t[success=ok default=bad] pam_x.so [a b\\]c] d[e'), [
    'session',
    'success=ok default=bad',
    'pam_x.so',
    'a b]c',
    'd[e',
  ])
})

test('an answer without an action of its own has that of default, else it is bad', () => {
  const control = parseControl('success=2 new_authtok_reqd = done default=ignore')
  assert.equal([control.success, control.new_authtok_reqd, control.auth_err], [2, 'done', 'ignore'])
  assert.is(parseControl('success=ok').auth_err, 'bad')
})

test('what cannot be read is bad throughout', () => {
  for (const text of ['nothing', 'success', 'success=0', 'success=perhaps', 'sucess=ok']) {
    assert.equal(new Set(Object.values(parseControl(text))), new Set(['bad']), text)
  }
})

test('a service takes the phases that it lacks from `other`, and its modules from where they are', () => {
  const root = memoryTree({
    '/usr/lib/pam.d/sshd': 'auth substack inner\nauth required pam_own.so\n',
    '/etc/pam.d/inner': 'auth required pam_unix.so nullok\naccount required pam_deny.so\n',
    '/etc/pam.d/other': 'account required pam_deny.so\n',
    '/usr/lib/arm-linux-gnueabihf/security/pam_unix.so': '',
    '/var/lib/dpkg/status': 'Package: dpkg\nStatus: install ok installed\nVersion: 1.22\nArchitecture: armhf\n',
  })
  const stack = new PamConfig(root).stack('sshd')
  assert.equal(
    stack?.auth.map(({ level, module, library, isSubstack }) => [level, module, library?.name, isSubstack]),
    [
      [0, undefined, undefined, true],
      [1, 'pam_unix.so', 'pam_unix', false],
      [0, 'pam_own.so', undefined, false],
    ],
  )
  assert.equal(
    stack?.account.map(({ at }) => at),
    [{ file: '/etc/pam.d/other', line: 1 }],
  )
  assert.equal(stack?.session, [])
})

test('/etc/pam.conf counts where there is no folder', () => {
  const root = memoryTree({
    '/etc/pam.conf': 'sshd auth required pam_a.so\nlogin auth required pam_b.so\nOTHER account required pam_c.so\n',
  })
  const stack = new PamConfig(root).stack('sshd')
  assert.equal([stack?.auth[0]?.module, stack?.account[0]?.module], ['pam_a.so', 'pam_c.so'])
})

test('a configuration that cannot be read to its end is none', () => {
  const own = (text: string) => new PamConfig(memoryTree({ '/etc/pam.d/sshd': text })).stack('sshd')
  assert.is(own('auth required pam_permit.so\n@include gone\n'), undefined)
  assert.is(own('auth required pam_permit.so\nauth include\n'), undefined)
  assert.is(own('auth required pam_permit.so\\\n'), undefined)
  assert.is(new PamConfig(memoryTree({})).stack('sshd'), undefined)
})
