/** In a single-file executable, in place of src/write/emit/tool.ts. */
import { getAsset } from 'node:sea'

export function toolVersion(): string {
  return (JSON.parse(getAsset('package.json', 'utf8')) as { version: string }).version
}

/** That of the package that the executable was made from: what both write is the same. */
export function toolDigest(): string {
  return getAsset('tool-digest', 'utf8')
}
