import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Control } from '../../src/core/controls/control.ts'
import { firewall } from '../../src/core/controls/firewall.ts'
import { interimFirewall } from '../../src/core/controls/interim-firewall.ts'
import type { Spec } from '../../src/core/spec-file/spec.ts'
import { corpus } from '../device/ufw/corpus.ts'
import { firewall as wanted } from '../device/ufw/firewall.ts'
import { contextOf, written } from '../support/control.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { addresses } from './support/network.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'
import { addresses6, Wire } from './support/wire.ts'

const { device, owner, attacker } = addresses
const RULES = [
  `allow from ${owner} to any port 22 proto tcp`,
  `allow from ${addresses6.owner} to any port 22 proto tcp`,
]
/** Who gets to ssh, and who to anything else, over IPv4 and IPv6. */
const WAYS = [
  `${owner},${device},22`,
  `${attacker},${device},22`,
  `${owner},${device},80`,
  `${addresses6.owner},${addresses6.device},22`,
  `${addresses6.attacker},${addresses6.device},22`,
  `${addresses6.owner},${addresses6.device},80`,
]

for (const release of releases) {
  const test = suite(`interim firewall, ${release}`)
  const root = () => debianRoot(release, 'full')

  test('nft takes the table of every list of the corpus, with either policy for what goes out', () => {
    const tables = corpus.flatMap((rules) =>
      (['allow', 'deny'] as const).map((outgoing) => table({ firewall: wanted({ rules, outgoing }) })),
    )
    // Port 80 meets more of the corpus than port 22.
    const others = corpus.map((rules) =>
      table({ firewall: wanted({ rules }), ssh: { ...contextOf({}).spec.ssh, port: 80 } }),
    )
    runIn(root(), ['nft', '-c', '-f', '-'], { input: [...tables, ...others].join('') })
  })

  test('its units and its script are sound', () => {
    const part = interimFirewall.compile(contextOf({ firewall: wanted() }))
    const copy = scratch(root())
    try {
      for (const operation of part.operations ?? []) {
        if (operation.kind === 'file') put(copy, operation.path, operation.content, operation.mode)
      }
      runIn(copy, ['sh', '-n', '/usr/lib/pibake/interim-firewall-yield'])
      const units = (part.units ?? []).map(({ unit }) => unit)
      assert.is(runIn(copy, ['systemd-analyze', 'verify', '--man=no', ...units]), '')
    } finally {
      discard(copy)
    }
  })

  test('lets the owner to ssh and nobody to anything else; goes for ufw, and only for ufw', async () => {
    const copy = scratch(root())
    const wire = new Wire()
    try {
      await wire.listen('device', [22, 80])
      await wire.listen('outside', [443, 8080])
      const out = [`${device},${owner},443`, `${device},${owner},8080`, `${addresses6.device},${addresses6.owner},443`]
      assert.equal(
        wire.connect('outside', WAYS),
        WAYS.map(() => 'open'),
        'without any filter',
      )

      const spec = { firewall: wanted({ rules: RULES }) }
      for (const control of [firewall, interimFirewall]) {
        for (const operation of control.compile(contextOf(spec)).operations ?? []) {
          if (operation.kind === 'file') put(copy, operation.path, operation.content, operation.mode)
        }
      }
      const expected = ['open', 'silent', 'silent', 'open', 'silent', 'silent']
      for (const time of ['first', 'second']) {
        succeed(wire.attemptIn(copy, ['nft', '-f', '/etc/pibake/interim.nft']), `${time} load`)
      }
      assert.equal(wire.connect('outside', WAYS), expected, 'interim table')
      assert.equal(wire.connect('device', out), ['open', 'open', 'open'], 'outgoing: allow')

      const yielding = ['/usr/lib/pibake/interim-firewall-yield']
      assert.match(succeed(wire.attemptIn(copy, yielding), 'yield'), /stays/)
      assert.equal(wire.connect('outside', WAYS), expected, 'no ufw: the table stays')

      succeed(wire.attemptIn(copy, ['/lib/ufw/ufw-init', 'start']), 'ufw-init')
      assert.equal(wire.connect('outside', WAYS), expected, 'both at once')
      assert.match(succeed(wire.attemptIn(copy, yielding), 'yield'), /is gone/)
      assert.not.match(succeed(wire.attemptIn(copy, ['nft', 'list', 'tables']), 'list'), /pibake/)
      assert.equal(wire.connect('outside', WAYS), expected, 'ufw alone')
      assert.is(succeed(wire.attemptIn(copy, yielding), 'yield'), '')

      put(copy, '/etc/pibake/interim.nft', table({ firewall: wanted({ rules: RULES, outgoing: 'deny' }) }), 0o644)
      succeed(wire.attemptIn(copy, ['/lib/ufw/ufw-init', 'force-stop']), 'ufw-init force-stop')
      succeed(wire.attemptIn(copy, ['nft', '-f', '/etc/pibake/interim.nft']), 'load')
      assert.equal(wire.connect('device', out), ['open', 'silent', 'open'], 'outgoing: deny')
    } finally {
      wire.remove()
      discard(copy)
    }
  })
}

function table(spec: Partial<Spec>): string {
  return written(compileOf(interimFirewall, spec), '/etc/pibake/interim.nft')
}

function compileOf(control: Control, spec: Partial<Spec>) {
  return control.compile(contextOf(spec))
}

function put(root: string, path: string, content: Uint8Array | string, mode: number): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content, { mode })
}

function succeed(done: { status: number | null; stdout: string; stderr: string }, what: string): string {
  if (done.status !== 0) throw new Error(`${what}: exit ${done.status}\n${done.stdout}${done.stderr}`)
  return done.stdout
}
