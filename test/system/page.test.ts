import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { AxeResults } from 'axe-core'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { KEYS, smallSpec } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { makeSampleImage } from '../write/bake/support/sample-image.ts'
import { BROWSERS, type Looks, type OpenPage, startChromium, until } from './support/browsers.ts'
import { pibake } from './support/pibake.ts'
import { run } from './support/run.ts'

/** pibake as a page, in the browsers of Debian: what it saves has the bytes of `pibake bake`. */
const test = suite('the page in browsers')

const PAGE = join(packageRoot, 'dist/web/pibake.html')
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const PICTURE_SIZE = { width: 1120, height: 900 }
const RELEASES = ['bookworm-2023', 'trixie-2026'] as const

let work = ''
/** SHA-256 of what `pibake bake` makes of each release's image. */
const baked: Record<string, string> = {}

const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const sha256 = (file: string) => digestOf(readFileSync(file))
const imageOf = (release: string) => join(work, `${release}.img`)

const SPEC = JSON.stringify({
  ...smallSpec(),
  device: { hostname: 'kit-07', timezone: 'Europe/Vienna' },
  firewall: { rules: ['limit 22/tcp', "allow from 192.0.2.0/24 to any port 1883 proto tcp comment 'mqtt'"] },
  network: { wifi: { country: 'AT', networks: [{ ssid: 'kit', pskFile: 'secrets/wifi' }] } },
})
const PSK = 'correct-horse-battery\n'
/** A spec by which nobody gets in. */
const SHUT = JSON.stringify({ ...smallSpec(), firewall: { rules: ['allow 80/tcp'] } })

test.before(() => {
  work = mkdtempSync(join(tmpdir(), 'pibake-page-'))
  mkdirSync(join(work, 'secrets'))
  writeFileSync(join(work, 'pibake.yaml'), SPEC)
  writeFileSync(join(work, 'secrets/wifi'), PSK, { mode: 0o600 })
  writeFileSync(join(work, 'alice.pub'), `${KEYS.alice}\n`)
  run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(work, 'id_ed25519')])
  for (const behaviour of RELEASES) {
    makeSampleImage(imageOf(behaviour), { behaviour })
    const out = join(work, `${behaviour}.baked.img`)
    const args = ['bake', join(work, 'pibake.yaml'), imageOf(behaviour), '-o', out, '--no-bundle', '--no-checksums']
    const { status, stderr } = pibake(args)
    assert.is(status, 0, stderr)
    baked[behaviour] = sha256(out)
    rmSync(out)
    // Of several blocks, as pi-gen has xz make them.
    run(['xz', '--keep', '-0', '-T2', '--block-size=16MiB', imageOf(behaviour)])
  }
  const xz = (name: string, ...args: string[]) =>
    run([
      'sh',
      '-c',
      'out=$1; shift; exec xz -c -0 "$@" >"$out"',
      'sh',
      join(work, name),
      ...args,
      imageOf('trixie-2026'),
    ])
  xz('sha256.img.xz', '-T2', '--block-size=24MiB', '--check=sha256')
  xz('whole.img.xz', '-T1')
  const overlay = ['--image', imageOf('bookworm-2023'), '--overlay', join(work, 'cli.overlay.tar'), '--no-bundle']
  assert.is(pibake(['apply', join(work, 'pibake.yaml'), ...overlay]).status, 0)
  run(['zstd', '-q', '-1', imageOf('bookworm-2023')])
  run(['gzip', '--keep', '-1', imageOf('trixie-2026')])
  copyFileSync(imageOf('trixie-2026'), join(work, 'cut.img'))
  truncateSync(join(work, 'cut.img'), 60 << 20)
  const gz = readFileSync(`${imageOf('trixie-2026')}.gz`)
  writeFileSync(join(work, 'cut.img.gz'), gz.subarray(0, gz.length / 2))
  const packed = readFileSync(`${imageOf('bookworm-2023')}.xz`)
  packed.fill(0xa5, packed.length / 2, packed.length / 2 + 64)
  writeFileSync(join(work, 'damaged.img.xz'), packed)
  zip('trixie-2026.img.zip', 'trixie-2026.img')
  zip('pub.zip', 'alice.pub')
  const zipped = readFileSync(join(work, 'trixie-2026.img.zip'))
  writeFileSync(join(work, 'cut.img.zip'), zipped.subarray(0, zipped.length / 2))
  zipped.fill(0xa5, zipped.length / 2, zipped.length / 2 + 64)
  writeFileSync(join(work, 'damaged.img.zip'), zipped)
  writeFileSync(join(work, 'page.img'), '<!doctype html>\n<title>Not found</title>\n')
})

function zip(name: string, of: string): void {
  run(['zip', '-q', '-1', name, of], { cwd: work })
}

test.after(() => rmSync(work, { recursive: true, force: true }))

async function open(name: string, looks: Partial<Looks> = {}): Promise<OpenPage> {
  const openIn = BROWSERS[name]
  if (openIn === undefined) throw new Error(name)
  const downloads = mkdtempSync(join(work, 'downloads-'))
  const url = pathToFileURL(PAGE).href
  const page = await openIn(url, { scheme: 'light', width: 1280, height: 900, downloads, ...looks })
  await until('there is a spec to start from', async () => ((await contentOf(page, '#spec textarea')) as string) !== '')
  return page
}

const of = (what: string) => `document.querySelector(${JSON.stringify(what)})`
const contentOf = (page: OpenPage, what: string) => page.evaluate(`${of(what)}?.value ?? ''`)
const textOf = async (page: OpenPage, what: string) => String(await page.evaluate(`${of(what)}?.textContent ?? ''`))
const click = (page: OpenPage, what: string) => page.run(`${of(what)}.click()`)
/** A button of a step by its words. */
const press = (page: OpenPage, words: string) =>
  page.run(
    `[...document.querySelectorAll('button')].find((one) => one.textContent === ${JSON.stringify(words)}).click()`,
  )

/** Fills something in as a person does who then goes on. */
const fill = (page: OpenPage, what: string, text: string) =>
  page.run(
    `(() => { const one = ${of(what)}; one.value = ${JSON.stringify(text)}; one.dispatchEvent(new Event('input', { bubbles: true })); one.dispatchEvent(new Event('change', { bubbles: true })) })()`,
  )

/** The same by its label. */
async function field(page: OpenPage, label: string, text: string): Promise<void> {
  const found = `[...document.querySelectorAll('label')].find((one) => one.textContent === ${JSON.stringify(label)})`
  await fill(page, `#${await page.evaluate(`${found}.htmlFor`)}`, text)
}

/** Chooses an image, and waits until it is open or refused. */
async function choose(page: OpenPage, file: string): Promise<string> {
  await page.choose('#image-file', file)
  await until('the image is read', () =>
    page.evaluate(`${of('#image-state')}.textContent !== '' && ${of('#busy')}.hidden`),
  )
  return textOf(page, '#image-state')
}

async function look(page: OpenPage): Promise<void> {
  await click(page, '#look button.main')
  await until('the plan is there', () =>
    page.evaluate(`${of('#look-result')}.childElementCount > 0 && ${of('#busy')}.hidden`),
  )
}

async function save(page: OpenPage, format = 'img'): Promise<string> {
  await field(page, 'What to save', format)
  const file = await page.downloaded(`kit-07.${format}`, () => click(page, '#download'))
  await until('it is said', async () => (await textOf(page, '#save-state')) !== '')
  return file
}

/** What is asked for over a network: the page itself and its worker are not. */
const asked = ({ requests }: OpenPage) => requests.filter((one) => !/^(?:file|blob|data|about):/.test(one))

test('pibake page writes it, with the version in it, over nothing but a plain file', () => {
  const out = join(work, 'out.html')
  const { status, stderr } = pibake(['page', '-o', out])
  assert.is(status, 0, stderr)
  const html = readFileSync(out, 'utf8')
  assert.is(html, readFileSync(PAGE, 'utf8'))
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
  assert.match(html, `content="pibake ${version}"`)
  assert.is(pibake(['page', '-o', work]).status, 2)
})

test('its size: at most 900 KB, 525 KB packed', () => {
  const page = readFileSync(PAGE)
  assert.ok(page.length <= 900_000, `${page.length} bytes`)
  const packed = gzipSync(page, { level: 9 }).length
  assert.ok(packed <= 525_000, `${packed} bytes packed`)
})

test('its policy lets nothing in but its own program and styles', () => {
  const html = readFileSync(PAGE, 'utf8')
  const hashOf = (text = '') => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  const [, program] = /<script type="module">(.*?)<\/script>/s.exec(html) ?? []
  const [, style] = /<style>(.*?)<\/style>/s.exec(html) ?? []
  const auditStyle = readFileSync(join(packageRoot, 'templates/audit-page/style.css'), 'utf8')
  const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html) ?? []
  assert.equal(policy.split('; '), [
    "default-src 'none'",
    `script-src ${hashOf(program)} 'wasm-unsafe-eval'`,
    'worker-src blob:',
    'img-src data:',
    `style-src ${hashOf(style)} ${hashOf(auditStyle)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ])
})

/** Work in a page, which ends with it: nothing was asked for, and the browser had nothing to say against it. */
async function visiting(name: string, looks: Partial<Looks>, work: (page: OpenPage) => Promise<void>): Promise<void> {
  const page = await open(name, looks)
  try {
    await work(page)
    assert.equal(asked(page), [])
    assert.equal(page.complaints, [])
  } finally {
    await page.close()
  }
}

/** What the rules of axe find, those of WCAG and of good practice. */
async function violations(page: OpenPage): Promise<string[]> {
  await page.run(axe)
  const results = (await page.evaluate('axe.run()')) as AxeResults
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
}

for (const name of Object.keys(BROWSERS)) {
  test(`${name}: what it saves of both releases, packed or not, are the bytes of pibake bake`, () =>
    visiting(name, {}, async (page) => {
      await fill(page, '#spec textarea', SPEC)
      await page.choose('#spec input[multiple]', join(work, 'secrets/wifi'))
      await page.run(
        `window.said = []; new MutationObserver(() => said.push(${of('#busy')}.textContent)).observe(${of('#busy')}, { subtree: true, childList: true })`,
      )
      for (const file of [
        'bookworm-2023.img',
        'trixie-2026.img',
        'bookworm-2023.img.xz',
        'trixie-2026.img.gz',
        'trixie-2026.img.zip',
        'bookworm-2023.img.zst',
      ]) {
        assert.match(await choose(page, join(work, file)), /: Raspberry Pi OS Lite .* 112 MiB$/)
        await look(page)
        assert.match(await textOf(page, '#look-result'), 'ssh alice@kit-07.local')
        const saved = await save(page)
        assert.is(sha256(saved), baked[file.replace(/\.img.*/, '')], file)
        rmSync(saved)
      }
      const said = (await page.evaluate('said')) as string[]
      assert.ok(said.some((text) => /which takes 112\.0 MiB of free space/.test(text)))
      assert.match(await textOf(page, '#card'), 'ssh alice@kit-07.local')
      assert.ok(((await page.evaluate(`${of('#card svg path')}.getAttribute('d').length`)) as number) > 1000)
      const name = 'kit-07.img.manifest.json'
      const manifest = await page.downloaded(name, () => press(page, 'Save the manifest'))
      const ofProgram = join(work, 'bookworm-2023.baked.img.manifest.json')
      assert.is(readFileSync(manifest, 'utf8'), readFileSync(ofProgram, 'utf8'))
      const packed = await save(page, 'img.gz')
      assert.is(digestOf(gunzipSync(readFileSync(packed))), baked['bookworm-2023'])
      assert.match(await textOf(page, '#saved'), 'Raspberry Pi Imager')
      const overlay = await save(page, 'overlay.tar')
      assert.equal(readFileSync(overlay), readFileSync(join(work, 'cli.overlay.tar')))
      assert.match(await textOf(page, '#saved'), '.wh.NAME')
    }))

  test(`${name}: an .img.xz of several blocks is saved as .img.xz, which decodes to the bytes of pibake bake`, () =>
    visiting(name, {}, async (page) => {
      await fill(page, '#spec textarea', SPEC)
      await page.choose('#spec input[multiple]', join(work, 'secrets/wifi'))
      const offered = () => page.evaluate(`!${of('#save option[value="img.xz"]')}.disabled`)
      for (const file of ['trixie-2026.img.xz', 'sha256.img.xz']) {
        assert.match(await choose(page, join(work, file)), / 112 MiB$/)
        assert.is(await offered(), true, file)
        await look(page)
        const saved = await save(page, 'img.xz')
        run(['xz', '-t', saved])
        run(['xz', '-d', saved])
        assert.is(sha256(saved.slice(0, -3)), baked['trixie-2026'], file)
        rmSync(saved.slice(0, -3))
      }
      for (const [file, note] of [
        ['whole.img.xz', /is one block/],
        ['trixie-2026.img', /^$/],
      ] as const) {
        await choose(page, join(work, file))
        assert.is(await offered(), false, file)
        assert.match(await textOf(page, '#save-note'), note)
        assert.is(await contentOf(page, '#save select'), 'img')
      }
    }))

  test(`${name}: somebody who knows no YAML fills in the form; a private key, a lock-out and damage are refused`, () =>
    visiting(name, {}, async (page) => {
      for (const [file, said] of [
        ['cut.img', /truncated/],
        ['cut.img.gz', /cut\.img\.gz: damaged, or truncated/],
        ['damaged.img.xz', /damaged\.img\.xz: .*(damaged|not a whole)/],
        ['cut.img.zip', /cut\.img\.zip: damaged, or truncated/],
        ['damaged.img.zip', /damaged\.img\.zip: damaged, or truncated: .*CRC/],
        ['pub.zip', /pub\.zip: a zip archive: no image \(\.img\) is in it, but alice\.pub.*Hint: unpack it first/],
        ['page.img', /page\.img: it is an HTML page.*Hint: the download failed/],
      ] as const) {
        assert.match(await choose(page, join(work, file)), said)
        assert.is(await page.evaluate(`${of('#look button.main')}.disabled`), true, file)
      }
      await page.choose('#image-file', `${imageOf('trixie-2026')}.xz`)
      await click(page, '#cancel')
      await until('it is called off', async () => /^Cancelled/.test(await textOf(page, '#image-state')))
      await page.choose('#who input[accept=".pub"]', join(work, 'id_ed25519'))
      await until('the private key is refused', async () => /is a PRIVATE key/.test(await textOf(page, '#who')))
      assert.not.match((await contentOf(page, '#spec textarea')) as string, 'PRIVATE')
      await page.choose('#who input[accept=".pub"]', join(work, 'alice.pub'))
      await field(page, 'Login name', 'alice')
      await field(page, 'Name of the device', 'kit-07')
      await field(page, 'Password', 'correct horse battery')
      await until('the password is hashed', async () =>
        /rounds=100000/.test((await contentOf(page, '#spec textarea')) as string),
      )
      await field(page, 'Wi-Fi network', 'kit')
      await field(page, 'Country of the radio', 'AT')
      await field(page, 'Wi-Fi password', 'correct-horse-battery')
      await field(page, 'Web (80)', 'everywhere')
      await until('the form is in the spec', async () => {
        const text = (await contentOf(page, '#spec textarea')) as string
        return [KEYS.alice, 'name: "alice"', '- "allow 80/tcp"', 'pskFile: "secrets/wifi"'].every((one) =>
          text.includes(one),
        )
      })
      await until('it is sound', async () => /^No problems/.test(await textOf(page, '#spec [role=status]')))
      await choose(page, imageOf('trixie-2026'))
      await look(page)
      const shown = await textOf(page, '#look-result')
      assert.match(shown, 'ssh alice@kit-07.local')
      assert.match(shown, 'allow 80/tcp')
      await press(page, 'Show the audit')
      await until('the audit is there', async () => /\d+ closed, /.test(await textOf(page, '#audit-count')))
      await fill(page, '#spec textarea', SHUT)
      assert.is(await page.evaluate(`${of('#download')}.disabled`), true, 'another spec has to be looked at')
      await look(page)
      assert.match(await textOf(page, '#look-result'), /Refused.*ACC006/s)
      assert.is(await page.evaluate(`${of('#download')}.disabled`), true)
    }))

  for (const [scheme, width] of [
    ['light', 1280],
    ['dark', 390],
  ] as const) {
    test(`${name}, ${scheme}, ${width}: axe finds nothing, before and after a look, and nothing is too wide`, () =>
      visiting(name, { scheme, width }, async (page) => {
        assert.equal(await violations(page), [])
        await fill(page, '#spec textarea', SPEC.replace('"kit-07"', '"kit_07"'))
        await until('the problem is at its line', async () =>
          /pibake\.yaml:1:\d+ error/.test(await textOf(page, '#spec')),
        )
        assert.equal(await violations(page), [])
        await fill(page, '#spec textarea', SPEC)
        await page.choose('#spec input[multiple]', join(work, 'secrets/wifi'))
        await choose(page, imageOf('trixie-2026'))
        await look(page)
        await page.run(`for (const one of document.querySelectorAll('#look details')) one.open = true`)
        assert.equal(await violations(page), [])
        assert.is(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
      }))
  }
}

test('the pictures of docs/page.md are of this page, and small', async () => {
  const browser = await startChromium()
  try {
    const page = await (await browser.newContext({ viewport: PICTURE_SIZE, colorScheme: 'light' })).newPage()
    await page.goto(pathToFileURL(PAGE).href)
    const isThere = (what: string) => until(what, () => page.evaluate(what))
    await isThere(`${of('#spec textarea')}?.value`)
    const spec = readFileSync(join(packageRoot, 'test/system/support/page-picture.yaml'), 'utf8')
    await page.locator('#spec textarea').first().fill(spec)
    await page.setInputFiles('#spec input[multiple]', join(work, 'secrets/wifi'))
    await page.setInputFiles('#image-file', imageOf('trixie-2026'))
    await isThere(`/^trixie/.test(${of('#image-state')}.textContent)`)
    await isThere(`/^No problems/.test(${of('#spec [role=status]')}.textContent)`)
    await drawn('page-form.png', () => page.screenshot())
    await page.locator('#look button.main').click()
    await isThere(`${of('#count')} !== null && ${of('#busy')}.hidden`)
    await page.evaluate(`${of('#look')}.scrollIntoView()`)
    await drawn('page-look.png', () => page.screenshot())
  } finally {
    await browser.close()
  }
})

/** Draws a picture of the documents anew with PIBAKE_GENERATE=1; the one that is kept has its size. */
async function drawn(name: string, draw: () => Promise<Buffer>): Promise<void> {
  const picture = join(packageRoot, 'docs/pictures', name)
  const now = await draw()
  if (process.env.PIBAKE_GENERATE !== undefined) writeFileSync(picture, now)
  const kept = readFileSync(picture)
  assert.ok(kept.length <= 200 << 10, `${kept.length} bytes`)
  // A PNG begins with its width and height.
  assert.equal(
    [16, 20].map((at) => kept.readUInt32BE(at)),
    [PICTURE_SIZE.width, PICTURE_SIZE.height],
  )
}
