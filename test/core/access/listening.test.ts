import * as assert from 'uvu/assert'
import { ipv6Gates } from '../../../src/core/access/listening.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { memoryTree } from '../../support/memory.ts'
import { compiled } from '../../support/plan.ts'
import { smallSpec, sound } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('whom sshd answers, without IPv6')

for (const [words, closed] of [
  ['ipv6.disable=1', true],
  ['quiet ipv6.disable=0 ipv6.disable=1', true],
  ['ipv6.disable=0', false],
  ['ipv6.disable_ipv6=1', false],
  ['', false],
] as const) {
  test(`'${words}' ${closed ? 'leaves clients of IPv4' : 'is no gate'}`, () => {
    assert.is(ipv6Gates({ boot: memoryTree({ '/cmdline.txt': `${words}\n` }) }).length, closed ? 1 : 0)
  })
}

/** Who gets in by a rule, with a word in cmdline.txt. */
function proved(rule: string) {
  const target = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  const text = new TextDecoder().decode(target.boot?.read('/cmdline.txt')).trim()
  const boot = memoryTree({ ...Object.fromEntries(namesOf(target.boot)), '/cmdline.txt': `${text} ipv6.disable=1\n` })
  return compiled(sound({ ...smallSpec(), firewall: { rules: [rule] } }), { root: target.root, boot }).verdict
}

function namesOf(boot: ReturnType<typeof samplePiOs>['boot']): [string, string][] {
  const names = boot?.list('/').filter((name) => boot.lstat(`/${name}`)?.kind === 'file') ?? []
  return names.map((name) => [`/${name}`, new TextDecoder().decode(boot?.read(`/${name}`))])
}

test('a rule for IPv6 alone lets nobody in, one for both only who comes by IPv4', () => {
  const { ways, lockouts } = proved('limit from 2001:db8::/32 to any port 22 proto tcp')
  assert.equal(
    ways.filter(({ by }) => by !== 'console'),
    [],
  )
  assert.equal(
    lockouts.map(({ code }) => code),
    ['ACC001', 'ACC006'],
  )
  const both = proved('limit 22/tcp').ways.filter(({ by }) => by === 'key')
  assert.equal(
    both.map(({ from }) => from),
    [['0.0.0.0/0']],
  )
})
