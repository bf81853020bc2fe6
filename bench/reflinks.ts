import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { run } from '../test/system/support/run.ts'
import type { Contender, Missing } from './measure.ts'
import type { Place } from './place.ts'

/** Where a copy can share its blocks with the base: on XFS, here in a file. */
export function reflinks(place: Place): readonly (Contender | Missing)[] {
  const folder = mounted(place)
  if (folder === undefined) return [{ name: 'pibake bake', missing: 'no mkfs.xfs' }]
  const at = (name: string) => `${folder}/${name}`
  run(['cp', '--sparse=always', place.images.img, at('base.img')])
  const before = (name: string) => () => rmSync(at(name), { force: true })
  return [
    {
      name: 'pibake bake, no checksums',
      command: place.pibake('bake', place.spec, at('base.img'), '-o', at('a.img'), '--no-checksums'),
      before: before('a.img'),
      check: () => place.verified('reflinks/a.img'),
    },
    {
      name: 'cp --reflink=always, sync',
      command: ['sh', '-euc', 'cp --reflink=always "$1" "$2"; sync "$2"', 'sh', at('base.img'), at('b.img')],
      before: before('b.img'),
    },
    { name: 'pibake check', command: place.pibake('check', place.spec) },
  ]
}

/** A new XFS file system, until this process ends. */
function mounted(place: Place): string | undefined {
  if (!existsSync('/usr/sbin/mkfs.xfs') && !existsSync('/sbin/mkfs.xfs')) return undefined
  const folder = place.at('reflinks')
  mkdirSync(folder)
  run(['truncate', '--size=8G', place.at('reflinks.xfs')])
  run(['mkfs.xfs', '-q', '-m', 'reflink=1', place.at('reflinks.xfs')])
  run(['mount', '-o', 'loop', place.at('reflinks.xfs'), folder])
  // Before the folder around it is removed.
  process.prependOnceListener('exit', () => run(['umount', folder]))
  return folder
}
