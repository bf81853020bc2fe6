import type { Inventory } from '../inspect/inventory.ts'
import type { Plan } from '../plan/plan.ts'
import type { Spec } from '../spec/spec.ts'
import { OverlayTree } from '../tree/overlay.ts'
import { admits } from '../ufw/admits.ts'
import { compileRules } from '../ufw/compile.ts'
import { imageNames } from '../ufw/names.ts'
import type { Reach } from './facts.ts'
import { accountFacts } from './gather.ts'
import { answered, sshUnreachable } from './listening.ts'
import { prove, type Verdict } from './prove.ts'
import { shared } from './reach.ts'

/**
 * Lays the plan over the image and decides who gets in.
 *
 * @param today `YYYY-MM-DD`, against which expiry is judged
 */
export function proveAccess(spec: Spec, inventory: Inventory, plan: Plan, today: string): Verdict {
  const root = new OverlayTree(
    inventory.root,
    plan.operations.filter((operation) => operation.partition === 'root'),
  )
  const wanted = new Map(spec.users.map((user) => [user.name, { admin: user.sudo !== 'none' }]))
  const stock = inventory.stockUser
  if (spec.defaultUser === 'keep' && stock !== undefined && !wanted.has(stock)) wanted.set(stock, { admin: false })
  return prove({
    today,
    ssh: {
      enabled: spec.ssh.enabled,
      port: spec.ssh.port,
      unreachable: sshUnreachable(root, inventory.release, spec.ssh.port, plan),
    },
    firewall: shared(firewallReach(spec, inventory), answered(root, inventory.release)),
    accounts: accountFacts(root, inventory.release, wanted),
  })
}

function firewallReach(spec: Spec, inventory: Inventory): Reach {
  if (!spec.firewall.enabled) return 'everywhere'
  const { lists } = compileRules(spec.firewall.rules, imageNames(inventory))
  return admits(lists, spec.firewall.incoming, { direction: 'in', protocol: 'tcp', port: spec.ssh.port }).from
}
