import { type CST, Parser } from 'yaml'

type Holder = { readonly items?: readonly CST.CollectionItem[]; readonly value?: CST.Token | undefined }

/**
 * Whether collections in `text` nest deeper than `limit`. Looked up in the token tree without recursion, for the step
 * from tokens to nodes recurses and a few thousand brackets would exhaust the stack there.
 */
export function tooDeep(text: string, limit: number): boolean {
  const open: { token: CST.Token; depth: number }[] = []
  for (const token of new Parser().parse(text)) open.push({ token, depth: 0 })
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { items, value } = next.token as Holder
    const depth = items === undefined ? next.depth : next.depth + 1
    if (depth > limit) return true
    if (value !== undefined && typeof value === 'object') open.push({ token: value, depth })
    for (const item of items ?? []) {
      for (const token of [item.key, item.value]) if (token != null) open.push({ token, depth })
    }
  }
  return false
}
