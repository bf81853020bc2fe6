import * as assert from 'uvu/assert'
import { consoles } from '../../src/controls/console.ts'
import type { Context, Control } from '../../src/controls/control.ts'
import { fail2ban } from '../../src/controls/fail2ban.ts'
import { files } from '../../src/controls/files.ts'
import { hardening } from '../../src/controls/hardening.ts'
import { hardware } from '../../src/controls/hardware.ts'
import { modules } from '../../src/controls/modules.ts'
import { packages } from '../../src/controls/packages.ts'
import { services } from '../../src/controls/services.ts'
import { sysctl } from '../../src/controls/sysctl.ts'
import { updates } from '../../src/controls/updates.ts'
import { inspect } from '../../src/inspect/inspect.ts'
import { compile } from '../../src/plan/compile.ts'
import { planDigest } from '../../src/plan/digest.ts'
import { overlay } from '../../src/tree/overlay.ts'
import { suite } from '../support/suite.ts'
import { sampleContext, samples } from './context.ts'

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
  return JSON.stringify([planDigest(part.operations ?? []), names, part.packages?.map((p) => p.name), part.problems])
}

for (const options of samples) {
  for (const profile of ['standard', 'strict'] as const) {
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
      const first = compile(context.spec, context.inventory, { locate, specDigest: 'sha256:0', epoch: context.epoch })
      const result = overlay({ root, boot }, first.plan.operations)
      const again: Context = { ...context, inventory: inspect(result, { allowBooted: true }) }
      for (const control of own) assert.is(outcome(control, again), outcome(control, context), control.name)
    })
  }
}
