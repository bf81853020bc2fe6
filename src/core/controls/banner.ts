import { latin1 } from '../../base/host/bytes.ts'
import { file, type Operation, remove } from '../plan/operation.ts'
import type { Context, Contribution, Control } from './control.ts'
import { editedFile, imageText } from './edited-file.ts'

/** What is said before a log-in: agetty shows issue(5), sshd the other file, by its line Banner. */
export const banner: Control = { name: 'banner', compile }

const FILES = ['issue', 'issue.net'] as const

/** What the image had in the place of the text; empty: no such file. */
const BEFORE = '/etc/pibake/before'

function compile(context: Context): Contribution {
  return { operations: FILES.flatMap((name) => operationsFor(name, context)) }
}

function operationsFor(name: (typeof FILES)[number], { spec, inventory: { root }, because }: Context): Operation[] {
  const text = spec.hardening.banner
  const [path, before] = [`/etc/${name}`, `${BEFORE}/${name}`]
  const origin = because(['hardening', 'banner'], 'who logs in reads the rules first')
  const kept = root.lstat(before) === undefined ? undefined : imageText(root, before)
  if (text !== '') {
    const content = text.endsWith('\n') ? text : `${text}\n`
    return [editedFile(root, path, content, origin), file(before, latin1(kept ?? imageText(root, path)), { origin })]
  }
  if (kept === undefined) return []
  const restored = kept === '' ? remove(path, { origin }) : { ...editedFile(root, path, kept, origin), undoes: true }
  return [restored, remove(before, { origin })]
}
