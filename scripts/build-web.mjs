// Makes dist/web/pibake.html: src/web and all that it reaches, in one file that asks for nothing.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deflateRawSync } from 'node:zlib'
import ejs from 'ejs'
import { build, transform } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const out = join(root, 'dist/web/pibake.html')
const read = (path) => readFileSync(join(root, path), 'utf8').replaceAll('\r\n', '\n')

/** The files below a folder, hidden ones left out. */
const filesBelow = (folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()

/** Those of the device and of an audit; the others are the program's. */
const templates = ['templates/root', 'templates/audit-page'].flatMap(filesBelow).filter((path) => path.endsWith('.ejs'))
const AUDIT_STYLE = 'templates/audit-page/style.css'

/** What src/web/host/assets.ts hands out. Of a template only the first line is asked for, which names its grammar. */
function assets() {
  const { version } = JSON.parse(read('package.json'))
  const whole = [...filesBelow('firstboot'), AUDIT_STYLE].map((path) => [path, read(path)])
  const heads = templates.map((path) => [path, read(path).replace(/(?<=\n).*/s, '')])
  return { ...Object.fromEntries([...whole, ...heads]), 'package.json': JSON.stringify({ version }) }
}

/** EJS compiles by `new Function`, which the page's policy forbids; what it would compile, `compile` leaves in `source`. */
function compiledTemplates() {
  const functions = templates.map((path) => {
    const filename = path.slice('templates/'.length)
    const template = new ejs.Template(read(path), { filename, strict: true, localsName: 'it', compileDebug: false })
    template.compile()
    return `${JSON.stringify(filename)}: function (it, escapeFn) {${template.source}}`
  })
  return `export default {${functions.join(',\n')}}`
}

/** The module inside the package xz-decompress, of which src/web/worker/xz-decoder.ts knows the exports and the layout. */
function xzWasm() {
  const program = readFileSync(createRequire(import.meta.url).resolve('xz-decompress'), 'utf8')
  const [, binary] = /data:application\/wasm;base64,([A-Za-z0-9+/=]+)/.exec(program) ?? []
  const known = 'eb37d130fd379597765e87a044b243fb6ac6d0870ea468374003b9d4c2bee0e4'
  const digest = createHash('sha256')
    .update(Buffer.from(binary ?? '', 'base64'))
    .digest('hex')
  if (digest !== known) throw new Error(`the module of xz-decompress is another one: ${digest}`)
  return binary
}

const DOORS = ['addresses', 'assets', 'certificates', 'hash']
const asModule = (value) => `export default ${JSON.stringify(value)}`

/** @param licences what the page says of the packages that are in it */
function plugin(licences) {
  const made = {
    assets: () => asModule(assets()),
    templates: compiledTemplates,
    'xz-wasm': () => asModule(xzWasm()),
    licences: () => asModule(licences),
  }
  return {
    name: 'pibake',
    setup({ onResolve, onLoad }) {
      // The door to the host: where the program asks Node, the page asks the browser.
      onResolve({ filter: /\.ts$/ }, ({ path, resolveDir }) => {
        const name = DOORS.find((door) => join(resolveDir, path) === join(root, `src/base/host/${door}.ts`))
        return name && { path: join(root, `src/web/host/${name}.ts`) }
      })
      onResolve({ filter: /^ejs$/ }, () => ({ path: join(root, 'src/web/host/ejs.ts') }))
      onResolve({ filter: /^pibake:/ }, ({ path }) => ({ path: path.slice('pibake:'.length), namespace: 'made' }))
      onLoad({ filter: /.*/, namespace: 'made' }, ({ path }) => ({ contents: made[path](), loader: 'js' }))
    },
  }
}

/** @param format the page awaits at its top, which modules alone may */
async function bundled(entry, format, licences = []) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    format,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    minify: true,
    platform: 'browser',
    plugins: [plugin(licences)],
    target: ['chrome110', 'firefox115', 'safari16.4'],
    write: false,
  })
  return { text: outputFiles[0].text, inputs: Object.keys(metafile.inputs) }
}

/** The packages that some files are of, with their licences. */
function licencesOf(inputs) {
  const names = inputs.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [])
  // Of these a part is in the page, and no file of theirs.
  const all = new Set([...names, 'xz-decompress', 'ejs'])
  return [...all].sort().map((name) => {
    const folder = `node_modules/${name}`
    const { version, license } = JSON.parse(read(`${folder}/package.json`))
    const file = readdirSync(join(root, folder)).find((one) => /^licen[cs]e/i.test(one))
    const head = /^\/\*!(.*?)\*\//s.exec(
      existsSync(join(root, folder, 'dist/package')) ? read(`${folder}/dist/package/${name}.js`) : '',
    )
    const text = file === undefined ? (head?.[1] ?? '').replace(/^ \* ?/gm, '').trim() : read(`${folder}/${file}`)
    if (text === '') throw new Error(`${name} comes without its licence`)
    return { name: `${name} ${version} (${license})`, text }
  })
}

/** In a script element no text may look like its end, nor like a comment. */
const inScript = (text) => text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const worker = await bundled('src/web/worker/worker.ts', 'iife')
const { inputs } = await bundled('src/web/page/page.ts', 'esm')
const page = await bundled('src/web/page/page.ts', 'esm', licencesOf([...worker.inputs, ...inputs]))
const script = inScript(page.text)
const { code } = await transform(read('src/web/page/page.css'), { loader: 'css', minify: true })
const style = code.trim()
const policy = [
  "default-src 'none'",
  `script-src ${hashOf(script)} 'wasm-unsafe-eval'`,
  'worker-src blob:',
  // The icon, which is empty: without one, a browser asks the server for it.
  'img-src data:',
  // The page of an audit, in a frame, is bound by this policy and by its own.
  `style-src ${hashOf(style)} ${hashOf(read(AUDIT_STYLE))}`,
  // `default-src` does not reach these two.
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')
const html = read('src/web/page/page.html')
  .replace('<!--POLICY-->', () => `<meta http-equiv="Content-Security-Policy" content="${policy}">`)
  .replace('<!--VERSION-->', () => JSON.parse(read('package.json')).version)
  .replace('<!--STYLE-->', () => style)
  .replace(
    '<!--WORKER-->',
    () =>
      `<script type="text/plain" id="worker">${deflateRawSync(worker.text, { level: 9 }).toString('base64')}</script>`,
  )
  .replace('<!--PAGE-->', () => `<script type="module">${script}</script>`)
mkdirSync(dirname(out), { recursive: true })
writeFileSync(out, html)
