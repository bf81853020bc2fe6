/** In a bundle, in place of node:module: what the program loads when it first needs it is in the bundle too. */
import * as progress from 'cli-progress'

const packages: Readonly<Record<string, unknown>> = { 'cli-progress': progress }

export function createRequire(): (name: string) => unknown {
  return (name) => {
    if (name in packages) return packages[name]
    throw new Error(`${name} is not in the bundle`)
  }
}
