import { existsSync, mkdirSync } from 'node:fs'
import { run } from '../test/system/support/run.ts'
import type { Contender, Missing } from './measure.ts'
import type { Place } from './place.ts'

/** What `pibake audit` takes for an image, beside lynis on the mounted root and a walk of it. */
export function audit(place: Place): readonly (Contender | Missing)[] {
  const { img } = place.images
  return [
    { name: 'pibake audit', command: place.pibake('audit', img) },
    { name: 'pibake audit --deep', command: place.pibake('audit', img, '--deep') },
    ...mounted(place),
    { name: 'pibake check', command: place.pibake('check', place.spec) },
  ]
}

/** The same of a packed image: entered where it is needed, not unpacked. */
export function auditPacked(place: Place): readonly Contender[] {
  const { xz } = place.images
  return [
    { name: 'pibake audit', command: place.pibake('audit', xz) },
    { name: 'xz -dc -T0', command: ['sh', '-euc', 'xz -dc -T0 "$1" >/dev/null', 'sh', xz] },
  ]
}

function mounted(place: Place): readonly (Contender | Missing)[] {
  const folder = place.at('audited')
  mkdirSync(folder)
  const { partitiontable: table } = JSON.parse(run(['sfdisk', '--json', place.images.img]))
  const offset = table.partitions[1].start * 512
  run(['mount', '-o', `loop,ro,noload,offset=${offset}`, place.images.img, folder])
  // Before the folder around it is removed.
  process.prependOnceListener('exit', () => run(['umount', folder]))
  const lynis = '/usr/sbin/lynis'
  return [
    existsSync(lynis)
      ? {
          name: 'lynis --rootdir',
          command: [lynis, 'audit', 'system', '--quick', '--quiet', '--rootdir', folder],
          runs: 1,
        }
      : { name: 'lynis --rootdir', missing: 'lynis is not installed' },
    { name: 'find -xdev -perm /6000', command: ['find', folder, '-xdev', '-perm', '/6000'] },
  ]
}
