import * as assert from 'uvu/assert'
import { compileControls, finish } from '../../../src/core/compile/compile.ts'
import { consoles } from '../../../src/core/controls/console.ts'
import type { Context, Control } from '../../../src/core/controls/control.ts'
import { fail2ban } from '../../../src/core/controls/fail2ban.ts'
import { files } from '../../../src/core/controls/files.ts'
import { hardening } from '../../../src/core/controls/hardening.ts'
import { hardware } from '../../../src/core/controls/hardware.ts'
import { modules } from '../../../src/core/controls/modules.ts'
import { packages } from '../../../src/core/controls/packages.ts'
import { services } from '../../../src/core/controls/services.ts'
import { sysctl } from '../../../src/core/controls/sysctl.ts'
import { updates } from '../../../src/core/controls/updates.ts'
import { fullResult } from '../../../src/core/plan/digest.ts'
import { inspect } from '../../../src/device/inspect/inspect.ts'
import { sampleContext } from '../../support/control.ts'
import { overlay } from '../../support/overlay.ts'
import { samples } from '../../support/samples.ts'
import { suite } from '../../support/suite.ts'

const test = suite('system controls, a second time')

const own: readonly Control[] = [
  consoles,
  fail2ban,
  files,
  hardening,
  hardware,
  modules,
  packages,
  services,
  sysctl,
  updates,
]

/** What a control leaves behind and asks for; removals leave nothing. */
function outcome(control: Control, context: Context): string {
  const part = control.compile(context)
  const names = (part.units ?? []).map(({ unit, state }) => `${unit} ${state}`)
  return JSON.stringify([
    (part.operations ?? []).map((one) => `${one.kind} ${one.path} ${fullResult(one)}`),
    names,
    part.packages?.map((p) => p.name),
    part.problems,
  ])
}

for (const options of samples) {
  for (const profile of ['standard', 'strict', 'cis'] as const) {
    test(`${options.behaviour} ${options.variant}, ${profile}: the same on its own result`, () => {
      const extra = {
        path: '/etc/kit/name',
        content: new TextEncoder().encode('kit\n'),
        mode: 0o644,
        owner: 'root',
        group: 'gpio',
      }
      const context = sampleContext(options, profile, { defaultUser: 'remove', files: [extra] })
      const { root, boot } = context.inventory
      const locate = () => ({ file: 'spec.yaml', line: 1, column: 1 })
      const first = finish(
        compileControls(context.spec, context.inventory, { locate, specDigest: 'sha256:0', epoch: context.epoch }),
        {},
      )
      const result = overlay({ root, boot }, first.plan.operations)
      const again: Context = { ...context, inventory: inspect(result, { allowBooted: true }) }
      for (const control of own) assert.is(outcome(control, again), outcome(control, context), control.name)
    })
  }
}
