import type { Tree } from '../../storage/tree/tree.ts'

const FILE = '/etc/pibake/first-boot/groups'

/** Whom the first start puts into which group, as firstboot/steps/66-groups.sh reads it. */
export function joinedAtFirstStart(root: Tree): readonly { readonly user: string; readonly group: string }[] {
  const lines = new TextDecoder().decode(root.read(FILE) ?? new Uint8Array()).split('\n')
  return lines.flatMap((line) => {
    const [user = '', group = ''] = line.split(':')
    return user === '' || group === '' ? [] : [{ user, group }]
  })
}
