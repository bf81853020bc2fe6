import type { MemoryNode } from '../storage/tree/memory.ts'
import { file } from './layout.ts'

/** A unit file from its sections: `{ Unit: { Description: '…' }, Install: { WantedBy: '…' } }`. */
export function serviceUnit(sections: Readonly<Record<string, Readonly<Record<string, string>>>>): MemoryNode {
  const blocks = Object.entries(sections).map(
    ([name, settings]) =>
      `[${name}]\n${Object.entries(settings)
        .map(([key, value]) => `${key}=${value}\n`)
        .join('')}`,
  )
  return file(blocks.join('\n'))
}
