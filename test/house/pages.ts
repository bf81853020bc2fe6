import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../src/base/host/assets.ts'

/** Every page for readers, from the top of the repository. */
export function pages(): readonly string[] {
  const docs = readdirSync(join(packageRoot, 'docs'), { recursive: true, encoding: 'utf8' })
  return [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
  ]
}
