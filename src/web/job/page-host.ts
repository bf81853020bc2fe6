import type { Host } from '../../core/spec-file/referenced-files.ts'

/** Files that belong to a spec, by the paths that it has for them, or by their names whatever folder it has for them. */
export type SpecFolder = Readonly<Record<string, Uint8Array>>

/** What a spec may ask of the machine it is read on, where that is a page: the files that its owner has put there. */
export function pageHost(files: SpecFolder): Host {
  return {
    read: (path) => {
      const bytes = files[path.replace(/^(?:\.\/)+/, '')] ?? files[path.replace(/^.*\//, '')]
      if (bytes === undefined) return { failure: 'the page has no such file: add it under "Files that the spec names"' }
      return { bytes, readByAll: false }
    },
    verify: () => 'a page has no gpgv; the pibake program can check it: pibake bake SPEC BASE -o OUT',
    unpack: () => 'a page cannot look into packages; the pibake program can: pibake bake SPEC BASE -o OUT',
    ask: () => ({ failure: 'a page has no environment and starts no programs: give a file in its place' }),
  }
}
