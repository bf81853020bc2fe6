/**
 * Makes a Debian package of what is built: `npm run build:deb`, from the program in one bundle with the npm packages that it
 * runs with, the files that ship with it, the pages of the manual and the completion scripts.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Metafile } from 'esbuild'
import { packageRoot } from '../src/base/host/assets.ts'
import { completionScript, SHELLS, type Shell } from '../src/cli/completion-script.ts'
import { today } from '../src/cli/clock.ts'
import { manualPages } from '../src/cli/manual.ts'
import { buildProgram } from '../src/cli/program.ts'
import { inPlaceOf } from './in-place-of.ts'
import { licencesOf } from './licences.ts'

interface Manifest {
  readonly version: string
  readonly description: string
  readonly license: string
  readonly files: readonly string[]
  readonly engines: { readonly node: string }
}

/** Where the program is on the machine that it is installed on. */
const HOME = 'usr/lib/pibake'
const DOC = 'usr/share/doc/pibake'
/** Where each shell looks for completion scripts of packages. */
const COMPLETIONS: Readonly<Record<Shell, string>> = {
  bash: 'usr/share/bash-completion/completions/pibake',
  zsh: 'usr/share/zsh/vendor-completions/_pibake',
  fish: 'usr/share/fish/vendor_completions.d/pibake.fish',
}

const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as Manifest
// As everybody may read what is installed, whatever the umask is.
process.umask(0o022)
const stage = mkdtempSync(join(tmpdir(), 'pibake-deb-'))
chmodSync(stage, 0o755)
try {
  const bundled = await bundle()
  shipped()
  await manual()
  documents(bundled)
  control()
  const file = join(packageRoot, 'out', `pibake_${manifest.version}_all.deb`)
  mkdirSync(dirname(file), { recursive: true })
  execFileSync('dpkg-deb', ['--root-owner-group', '--build', stage, file], { stdio: 'inherit' })
} finally {
  rmSync(stage, { recursive: true })
}

function put(path: string, content: string | Uint8Array, mode = 0o644): void {
  const file = join(stage, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
  chmodSync(file, mode)
}

/** The program with every npm package that it imports. @returns what is in it */
async function bundle(): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: ['src/cli/main.ts', 'src/cli/fleet-worker.ts', 'src/base/disk/hash-worker.ts'].map((path) => join(packageRoot, path)),
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    outdir: join(stage, HOME, 'dist/cli'),
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    metafile: true,
    plugins: [inPlaceOf({ 'node:module': 'bundled-module.ts' })],
    logLevel: 'warning',
    // What is written for CommonJS asks for Node's own modules by `require`.
    banner: { js: "import { createRequire as pibakeRequire } from 'node:module'; const require = pibakeRequire(import.meta.url);" },
  })
  put('usr/bin/pibake', `#!/bin/sh\nexec node /${HOME}/dist/cli/main.js "$@"\n`, 0o755)
  return metafile
}

/** The files that the program reads; it knows its folder by package.json. */
function shipped(): void {
  const own = manifest.files.filter((name) => name !== 'dist' && !/^[A-Z]+(?:\.md)?$/.test(name))
  for (const name of own) cpSync(join(packageRoot, name), join(stage, HOME, name), { recursive: true })
  put(`${HOME}/package.json`, `${JSON.stringify({ name: 'pibake', version: manifest.version, type: 'module' })}\n`)
}

async function manual(): Promise<void> {
  const program = await buildProgram(undefined, () => undefined)
  for (const { file, text } of manualPages(program, today(process.env))) put(`usr/share/man/man1/${file}.gz`, packed(text))
  for (const shell of SHELLS) put(COMPLETIONS[shell], completionScript(program, shell))
}

/** The licences of what is in the bundle lie beside pibake's own. */
function documents(bundled: Metafile): void {
  put(`${DOC}/changelog.gz`, packed(readFileSync(join(packageRoot, 'CHANGELOG.md'), 'utf8')))
  put(`${DOC}/copyright`, licencesOf(bundled))
}

function control(): void {
  const files = filesBelow(stage)
  const size = Math.ceil(files.reduce((sum, file) => sum + readFileSync(join(stage, file)).length, 0) / 1024)
  const sums = files.map((file) => `${createHash('md5').update(readFileSync(join(stage, file))).digest('hex')}  ${file}\n`)
  put('DEBIAN/md5sums', sums.join(''))
  const fields = {
    Package: 'pibake',
    Version: manifest.version,
    Architecture: 'all',
    Maintainer: 'the pibake authors <pibake@localhost>',
    'Installed-Size': String(size),
    Depends: `nodejs (${manifest.engines.node.replace('>=', '>= ')})`,
    Recommends: 'apt, e2fsprogs, gpgv, libcap2-bin, openssh-client, perl-base, xz-utils, zstd',
    Section: 'admin',
    Priority: 'optional',
    Description: `${manifest.description}\n One spec file makes an image of Raspberry Pi OS whose owner still gets in, and nobody else.`,
  }
  put('DEBIAN/control', Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`).join(''))
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
}

/** As gzip(1) with `-9n`: without a time, so that the same text gives the same bytes. */
function packed(text: string): Uint8Array {
  return gzipSync(text, { level: 9 })
}
