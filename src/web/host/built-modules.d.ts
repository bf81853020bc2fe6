/** Modules that scripts/build-web.mjs makes. */

declare module 'pibake:assets' {
  /** The files that ship with pibake and that a plan needs, by their paths; line ends are LF. */
  const files: Readonly<Record<string, string>>
  export default files
}

declare module 'pibake:templates' {
  export type Compiled = (it: object, encode: (value: unknown) => string) => string
  /** By their paths below `templates/`. */
  const templates: Readonly<Record<string, Compiled>>
  export default templates
}

declare module 'pibake:xz-wasm' {
  /** The WebAssembly module of the package xz-decompress, in base64. */
  const binary: string
  export default binary
}

declare module 'pibake:licences' {
  /** The packages that are in the page, with the texts of their licences. */
  const licences: readonly { readonly name: string; readonly text: string }[]
  export default licences
}
