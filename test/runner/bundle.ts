import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const sources = fileURLToPath(new URL('../../src', import.meta.url))
/** Where `test/support/cli.ts` starts it; in a folder `cli`, by which the program knows its own files. */
const place = fileURLToPath(new URL('../bundle/cli', import.meta.url))

/**
 * Makes a few files of the compiled program, as `npm run build` does: tests start it hundreds of times, and its 400 files take
 * as long to load as it then works.
 */
export async function bundleProgram(): Promise<void> {
  await build({
    entryPoints: [`${sources}/cli/main.js`, `${sources}/cli/fleet-worker.js`, `${sources}/base/disk/hash-worker.js`],
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    outdir: place,
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    logLevel: 'warning',
  })
}
