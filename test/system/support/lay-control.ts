import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Control } from '../../../src/core/controls/control.ts'
import { readAccounts } from '../../../src/device/formats/accounts.ts'
import type { Release } from '../../../src/device/inspect/inventory.ts'
import { DirectoryTree } from '../../../src/storage/tree/directory.ts'
import { contextOf } from '../../support/control.ts'
import { type LooseSpec, smallSpec, specOf } from '../../support/spec.ts'

/** Writes into a real root what controls make of it by the profile cis, and what of `hardening` is said otherwise. */
export function layControls(
  root: string,
  release: Release,
  controls: readonly Control[],
  hardening: LooseSpec = {},
): void {
  for (const control of controls) {
    const tree = new DirectoryTree(root)
    try {
      const spec = specOf({ ...smallSpec(), profile: 'cis', hardening })
      const inventory = { root: tree, release, accounts: readAccounts(tree) }
      for (const operation of control.compile(contextOf(spec, inventory)).operations ?? []) {
        const place = join(root, operation.path)
        mkdirSync(dirname(place), { recursive: true })
        if (operation.kind === 'remove') rmSync(place, { recursive: true, force: true })
        if (operation.kind === 'directory') mkdirSync(place, { recursive: true })
        if (operation.kind === 'file') writeFileSync(place, operation.content)
        if (operation.kind === 'symlink') {
          rmSync(place, { force: true })
          symlinkSync(operation.target, place)
        }
        if (operation.kind !== 'file' && operation.kind !== 'directory') continue
        chmodSync(place, operation.mode)
        chownSync(place, operation.owner.uid, operation.owner.gid)
      }
    } finally {
      tree.close()
    }
  }
}
