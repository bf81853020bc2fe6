import * as assert from 'uvu/assert'
import { commandsOf } from '../../../src/device/systemd/command.ts'
import { environmentOf } from '../../../src/device/systemd/environment.ts'
import { Units } from '../../../src/device/systemd/units.ts'
import { memoryTree } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'

const test = suite('commands of units')

const variables = new Map([
  ['OPTS', '-p 2222  -4'],
  ['ONE', 'a b'],
])
const commands = (value: string) =>
  commandsOf({ section: 'Service', key: 'ExecStart', value, file: '/x', line: 1 }, 'u@i.service', variables).map(
    (command) => ('reason' in command ? command.reason : [command.program, ...command.args]),
  )

for (const [value, ...wanted] of [
  ['/usr/sbin/sshd -D $OPTS', ['/usr/sbin/sshd', '-D', '-p', '2222', '-4']],
  ['-/usr/sbin/sshd $NONE x', ['/usr/sbin/sshd', 'x']],
  ['!!/bin/echo ${ONE} "$ONE" x${ONE}', ['/bin/echo', 'a b', '$ONE', 'xa b']],
  ['@/bin/sh name -c "exec x; y"', ['/bin/sh', '-c', 'exec x; y']],
  [':/bin/echo $OPTS', ['/bin/echo', '$OPTS']],
  ["/bin/echo 'a b' c\\x", ['/bin/echo', 'a b', 'cx']],
  ['/bin/a ; /bin/b x', ['/bin/a'], ['/bin/b', 'x']],
  ['/bin/echo %i %p %% $$', ['/bin/echo', 'i', 'u', '%', '$']],
  ['/bin/echo %h', 'what %h stands for depends on the device'],
  ['/bin/echo "x', 'a quote in it is not closed'],
] as [string, ...unknown[]][]) {
  test(value, () => assert.equal(commands(value), wanted))
}

test('a file’s values win, a missing one that must be there is told', () => {
  const root = memoryTree({
    '/etc/default/x': '# comment\nA=1 # 2\n  B = "x y" \nC=\'z\'w\n',
    '/etc/systemd/system/x.service':
      '[Service]\nEnvironment=A=0 "D=4 5"\nEnvironmentFile=-/etc/default/x\nEnvironmentFile=-/none\nEnvironmentFile=/gone\n',
  })
  const { variables: found, missing } = environmentOf(root, new Units(root, 'trixie').unit('x.service'))
  assert.equal(Object.fromEntries(found), { A: '1 # 2', D: '4 5', B: 'x y', C: 'zw' })
  assert.equal(missing, ['/gone'])
})
