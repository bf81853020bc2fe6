import type { Chains, FilterRule } from './ruleset.ts'

/** Linux, include/net/netfilter/nf_tables.h: NFT_JUMP_STACK_SIZE is 16, and the chain that the kernel calls is one of them. */
const DEEPEST = 15

/** Why a table is refused that has such a rule. */
export const TOO_DEEP = `its chains call each other in a circle, or more than ${DEEPEST} deep`

/**
 * The kernel refuses a table whose chains call each other too deep, and a circle has no end: whether a packet could go
 * that way does not matter.
 *
 * @param starts chains that the kernel calls
 * @returns a rule that goes too deep
 */
export function tooDeep(chains: Chains, starts: readonly string[]): FilterRule | undefined {
  let level = new Map<string, FilterRule | undefined>(starts.map((name) => [name, undefined]))
  for (let depth = 0; depth <= DEEPEST; depth++) {
    const calls = [...level.keys()].flatMap((name) => chains.get(name)?.rules ?? [])
    level = new Map(calls.filter(({ target }) => chains.has(target)).map((rule) => [rule.target, rule]))
  }
  return [...level.values()][0]
}
