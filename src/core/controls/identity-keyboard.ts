import { assignedWord } from '../../base/encode/identity.ts'
import { setLine } from '../../device/formats/lines.ts'
import { type Operation, remove } from '../plan/operation.ts'
import type { Context, Contribution } from './control.ts'
import { editedFile, imageText, linesOf } from './edited-file.ts'
import { layoutProblems, variantProblems } from './keyboard-layouts.ts'

const FILE = '/etc/default/keyboard'
/** keyboard-setup and console-setup take these for the settings as long as they are there (console-setup-linux). */
const CACHES = ['keyboard', 'terminal'].map((name) => `/etc/console-setup/cached_setup_${name}.sh`)
/** By this line a later run knows that the variant is not the image's own. */
const MARK = '# XKBVARIANT is set by pibake.'
const PLAIN = 'XKBVARIANT=""'

const isLayout = (line: string) => /^\s*XKBLAYOUT=/.test(line)
const isVariant = (line: string) => /^\s*XKBVARIANT=/.test(line)

/** keyboard(5). The variant belongs to the layout: another layout has the plain one unless the spec names one. */
export function keyboard({ spec, inventory, because }: Context): Contribution {
  const { keyboard: layout, keyboardVariant: variant } = spec.device
  if (layout === undefined) return {}
  const { root } = inventory
  const problems = [...layoutProblems(root, layout), ...variantProblems(root, layout, variant)]
  if (problems.length > 0) return { problems }
  const origin = because(['device', 'keyboard'], 'the layout of the keyboard')
  const own = because(['device', 'keyboardVariant'], 'the variant of the layout')
  const wanted = variant === undefined ? PLAIN : `XKBVARIANT="${assignedWord(variant)}"`
  const before = imageText(root, FILE)
  const after = withVariant(before, `XKBLAYOUT="${assignedWord(layout)}"`, variant === undefined ? undefined : wanted)
  const lines = new Map([
    ...linesOf(after, (line) => isLayout(line) || line === PLAIN, origin),
    ...(variant === undefined ? [] : linesOf(after, (line) => line === MARK || line === wanted, own)),
  ])
  const caches = after === before ? [] : CACHES.filter((path) => root.lstat(path) !== undefined)
  return {
    operations: [
      editedFile(root, FILE, after, origin, lines),
      ...caches.map((path): Operation => remove(path, { origin })),
    ],
  }
}

/** @param variant the line of the spec's own; undefined: what the image has for this layout, or the plain one */
function withVariant(before: string, layout: string, variant: string | undefined): string {
  const isMarked = before.split('\n').includes(MARK)
  const isSame = before.split('\n').includes(layout)
  const bare = before
    .split('\n')
    .filter((line) => line !== MARK)
    .join('\n')
  if (variant !== undefined) return setLine(setLine(bare, isLayout, layout), isVariant, `${MARK}\n${variant}`)
  if (isSame && !isMarked) return before
  return setLine(setLine(bare, isLayout, layout), isVariant, PLAIN)
}
