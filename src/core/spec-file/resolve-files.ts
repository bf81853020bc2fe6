import { utf8 } from '../../base/host/bytes.ts'
import type { SpecPath } from '../../base/report/report.ts'
import type { References } from './referenced-files.ts'
import type { FilledSpec } from './schema.ts'

type FilledFile = FilledSpec['files'][number]

/** The further files of a spec with their content read. */
export function resolveFiles(files: FilledSpec['files'], references: References) {
  return files.map(({ content, source, ...file }, i) => {
    const place: SpecPath = ['files', i]
    if ((content === undefined) === (source === undefined)) {
      references.error('SPC009', place, `files[${i}] has either content or source`, 'write one of them')
    }
    const mode = Number.parseInt(file.mode, 8)
    const isOpen = (mode & 0o004) !== 0
    const read = (path: string) =>
      isOpen ? references.bytes(path, [...place, 'source']) : references.private(path, [...place, 'source'])
    const bytes =
      source === undefined ? contentOfFile(content, isOpen, [...place, 'content'], references) : read(source)
    return { ...file, content: bytes ?? new Uint8Array(), mode }
  })
}

function contentOfFile(content: FilledFile['content'], isOpen: boolean, path: SpecPath, references: References) {
  if (typeof content === 'object') {
    if (isOpen)
      references.error('FIL015', path, 'a secret in a file that every user of the device may read', 'mode: "0600"')
    return references.secretBytes(content, path)
  }
  if (content !== undefined && !isOpen) references.inline(path)
  return utf8(content ?? '')
}

const PLAIN = { when: 'last', timeout: undefined, retries: undefined } as const

/** The scripts of a spec, by the last part of their names, with their content read. */
export function resolveScripts(scripts: FilledSpec['firstBoot']['scripts'], references: References) {
  return scripts.map((entry, i) => {
    const isPlain = typeof entry === 'string'
    const { path: file, when, timeout, retries } = isPlain ? { path: entry, ...PLAIN } : entry
    const path: SpecPath = ['firstBoot', 'scripts', i, ...(isPlain ? [] : ['path'])]
    const name = file.split('/').at(-1) as string
    const content = references.private(file, path) ?? new Uint8Array()
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name)) {
      references.error('FBT010', path, 'the name of a script may hold only letters, digits, . _ -')
    }
    const seconds = timeout ?? (when === 'before-network' ? 60 : 600)
    return { name, content, when, seconds, retries, hasLimits: !isPlain }
  })
}
