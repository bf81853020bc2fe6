import { statSync } from 'node:fs'
import { run } from '../test/system/support/run.ts'
import type { Contender } from './measure.ts'
import type { Place } from './place.ts'

/** Room behind the image: a card is larger. */
const MORE = 64 * 1024 * 1024

/** A card, which is a loop device, written from an .img.xz and read back. */
export function flash(place: Place): readonly Contender[] {
  const { images, spec } = place
  const file = place.at('card')
  const size = String(statSync(images.img).size + MORE)
  const empty = () => run(['sh', '-euc', 'truncate -s 0 "$1"; truncate -s "$2" "$1"; sync "$1"', 'sh', file, size])
  empty()
  const card = run(['losetup', '--find', '--show', file]).trim()
  process.once('exit', () => run(['losetup', '--detach', card]))
  const bmap = place.at('base.bmap')
  run(['bmaptool', 'create', '--output', bmap, images.img])
  const contender = (name: string, script: string): Contender => ({
    name,
    command: ['sh', '-euc', script, 'sh', images.xz, card, bmap],
    before: empty,
  })
  return [
    {
      name: 'pibake flash',
      command: place.pibake('flash', spec, images.xz, '--to', card, '--force-device', file, '--yes'),
      before: empty,
    },
    contender(
      'xz -dc | dd conv=fsync, cmp',
      'xz -dc -T0 "$1" | dd of="$2" bs=4M conv=fsync status=none; blockdev --flushbufs "$2"; size=$(xz -l --robot "$1" | awk \'$1 == "file" { print $5 }\'); xz -dc -T0 "$1" | cmp -n "$size" - "$2"',
    ),
    contender(
      'bmaptool copy, cmp',
      'bmaptool --quiet copy --bmap "$3" "$1" "$2"; blockdev --flushbufs "$2"; size=$(xz -l --robot "$1" | awk \'$1 == "file" { print $5 }\'); xz -dc -T0 "$1" | cmp -n "$size" - "$2"',
    ),
  ]
}
