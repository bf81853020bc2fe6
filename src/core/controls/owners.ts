import { remembered } from '../../base/remembered.ts'
import { type Accounts, readAccounts } from '../../device/formats/accounts.ts'
import { MemoryTree } from '../../storage/tree/memory.ts'
import { accounts } from './accounts.ts'
import type { Context } from './control.ts'

/** The users and groups that the device will have: the image's, without those that go, with those that come. */
export const accountsAfter = remembered((context: Context): Accounts => {
  const files = (accounts.compile(context).operations ?? []).flatMap((operation) =>
    operation.kind === 'file' && /^\/etc\/(passwd|group)$/.test(operation.path) ? [operation] : [],
  )
  const tree = new MemoryTree('accounts')
  for (const { path, content } of files) tree.nodes.set(path, { kind: 'file', content, mode: 0o644, uid: 0, gid: 0 })
  return readAccounts(tree)
})
