// Makes dist/api/: the typed API as one module, and its declarations as one file that names no other.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const ENTRY = 'src/api/pibake.ts'

/** What users of the API see, in the order in which it is read: functions, the error, what they take and return. */
const PARTS = ['pibake', 'pibake-error', 'documents']

/** The declarations, those of one file after those of the other, without what they import of each other. */
function declarations() {
  const place = mkdtempSync(join(tmpdir(), 'pibake-api-'))
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
  try {
    execFileSync(process.execPath, [tsc, '-p', 'tsconfig.json', '--emitDeclarationOnly', '--outDir', place], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    const texts = PARTS.map((part) => readFileSync(join(place, 'api', `${part}.d.ts`), 'utf8'))
    const own = /^(?:import|export) (?:type )?(?:\{[^}]*\}|\*) from '\.\/(?:pibake-error|documents)\.(?:ts|js)';\n/gm
    const text = texts.map((one) => one.replace(own, '').trim()).join('\n')
    const left = /^.*\b(?:from|import)\b\s*\(?['"].*$/m.exec(text)
    if (left !== null) throw new Error(`the declarations of the API name another file: ${left[0]}`)
    return `${text}\n`
  } finally {
    rmSync(place, { recursive: true })
  }
}

/** @param out with a file as its argument, the declarations are all that is made, and go there */
async function make(out) {
  if (out !== undefined) return writeFileSync(out, declarations())
  const folder = join(root, 'dist/api')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'pibake.d.ts'), declarations())
  await build({
    absWorkingDir: root,
    bundle: true,
    entryPoints: [ENTRY],
    format: 'esm',
    logLevel: 'warning',
    outdir: folder,
    packages: 'external',
    platform: 'node',
    target: 'node20.19',
  })
}

await make(process.argv[2])
