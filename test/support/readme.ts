import { assetText } from '../../src/base/host/assets.ts'

/** A block of code: `sh`, `yaml`, or `text` for what is printed. */
export interface Block {
  readonly language: string
  readonly text: string
}

/** The README's blocks of code, in their order; of the part under one heading where that is named. */
export function readmeBlocks(heading?: string): readonly Block[] {
  const parts = assetText('README.md').split(/^(?=#{2,3} )/m)
  const chosen = heading === undefined ? parts : parts.filter((part) => part.startsWith(`${heading}\n`))
  const blocks = chosen.join('').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)
  return [...blocks].map(([, language = '', text = '']) => ({ language, text }))
}
