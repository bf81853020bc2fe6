/**
 * Makes single-file executables of what is built: `npm run build:executables`, or `… -- linux-x64` for some of them. Each is a
 * program of Node, fetched from npm, that carries pibake and all the files that it reads (nodejs.org/docs, "Single executable
 * applications").
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { build } from 'esbuild'
import { inject } from 'postject'
import { packageRoot } from '../src/base/host/assets.ts'
import { inPlaceOf } from './in-place-of.ts'
import { licencesOf } from './licences.ts'
import { fetchedNode, NODE_BINARIES, NODE_VERSION, type NodeBinary } from './node-binaries.ts'

/** What Node looks for in itself, to know that something was put in (its own documentation). */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'
const THREADS = ['src/cli/fleet-worker.ts', 'src/base/disk/hash-worker.ts']

const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
  readonly version: string
  readonly files: readonly string[]
}
const out = join(packageRoot, 'out')
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in NODE_BINARIES))
if (unknown.length > 0) throw new Error(`there are ${Object.keys(NODE_BINARIES).join(', ')}, and not ${unknown.join(', ')}`)

const stage = mkdtempSync(join(tmpdir(), 'pibake-executables-'))
try {
  const { main, assets, licences } = await bundle()
  const prepared = prepare(main, assets)
  mkdirSync(out, { recursive: true })
  for (const name of wanted.length > 0 ? wanted : Object.keys(NODE_BINARIES)) {
    await make(NODE_BINARIES[name] as NodeBinary, name, prepared)
  }
  writeFileSync(join(out, `pibake-${manifest.version}-licences.txt`), `${licences}\n${'-'.repeat(72)}\n\n${nodeLicence()}`)
} finally {
  rmSync(stage, { recursive: true })
}

/** The program and its threads as scripts, and what they read, by the name that they ask for it. */
async function bundle() {
  const entries = ['packaging/executable/main.ts', ...THREADS]
  const { metafile } = await build({
    absWorkingDir: packageRoot,
    bundle: true,
    // The modules lie where the package has them, as far as the program can see.
    define: { 'import.meta.url': '"file:///pibake/dist/cli/main.js"' },
    entryNames: '[name]',
    entryPoints: entries,
    format: 'cjs',
    logLevel: 'warning',
    metafile: true,
    outdir: stage,
    platform: 'node',
    plugins: [
      inPlaceOf({
        'src/base/host/assets.ts': 'executable/assets.ts',
        'src/write/emit/tool.ts': 'executable/tool.ts',
        'node:module': 'bundled-module.ts',
        'node:worker_threads': 'executable/threads.ts',
      }),
    ],
    target: `node${NODE_VERSION}`,
  })
  const threads = THREADS.map((path) => path.replace(/^.*\/(.*)\.ts$/, '$1.js'))
  const assets = Object.fromEntries([
    ...shipped().map((path) => [path, join(packageRoot, path)] as const),
    ...threads.map((name) => [`threads/${name}`, join(stage, name)] as const),
    ['tool-digest', written('tool-digest', await digestOfPackage())],
    ['assets', written('assets', JSON.stringify(shipped()))],
  ])
  return { main: join(stage, 'main.js'), assets, licences: licencesOf(metafile) }
}

/** The files of the package that the program reads, sorted. */
function shipped(): readonly string[] {
  const data = manifest.files.filter((name) => name !== 'dist' && !/^[A-Z]+(?:\.md)?$/.test(name))
  return ['package.json', 'dist/web/pibake.html', ...data.flatMap(filesBelow)].sort()
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(packageRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(packageRoot, join(entry.parentPath, entry.name)).split(sep).join('/'))
}

/** As the program in dist/ says it of itself. */
async function digestOfPackage(): Promise<string> {
  const file = join(stage, 'digest.mjs')
  const url = JSON.stringify(`file://${join(packageRoot, 'dist/cli/main.js')}`)
  await build({
    bundle: true,
    define: { 'import.meta.url': url },
    format: 'esm',
    outfile: file,
    platform: 'node',
    stdin: {
      contents: `import { toolDigest } from './src/write/emit/tool.ts'; process.stdout.write(toolDigest())`,
      loader: 'ts',
      resolveDir: packageRoot,
    },
  })
  return execFileSync(process.execPath, [file], { encoding: 'utf8' })
}

function written(name: string, text: string): string {
  const file = join(stage, name)
  writeFileSync(file, text)
  return file
}

/** What is put into each binary. Node of the same version has to make it. */
function prepare(main: string, assets: Readonly<Record<string, string>>): Buffer {
  const output = join(stage, 'sea.blob')
  const config = written('sea.json', JSON.stringify({ main, output, assets, disableExperimentalSEAWarning: true }))
  const here = NODE_BINARIES[`${process.platform}-${process.arch}`]
  if (here === undefined) throw new Error(`there is no Node ${NODE_VERSION} for this machine among ${Object.keys(NODE_BINARIES).join(', ')}`)
  execFileSync(join(fetchedNode(here), here.program), ['--experimental-sea-config', config], { stdio: ['ignore', 'ignore', 'inherit'] })
  return readFileSync(output)
}

async function make(binary: NodeBinary, platform: string, prepared: Buffer): Promise<void> {
  const file = join(out, `pibake-${manifest.version}-${binary.name}`)
  copyFileSync(join(fetchedNode(binary), binary.program), file)
  chmodSync(file, 0o755)
  await inject(file, 'NODE_SEA_BLOB', prepared, {
    sentinelFuse: FUSE,
    ...(platform.startsWith('darwin') ? { machoSegmentName: 'NODE_SEA' } : {}),
  })
  console.log(file)
}

/** Of Node and all that is linked into it; the same for every platform. */
function nodeLicence(): string {
  const binary = NODE_BINARIES['linux-x64'] as NodeBinary
  return readFileSync(join(fetchedNode(binary), 'LICENSE'), 'utf8')
}
