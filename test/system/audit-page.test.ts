import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AxeResults } from 'axe-core'
import type { BrowserContextOptions, Page } from 'playwright-core'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { auditPage } from '../../src/core/audit/page/page.ts'
import { NO_ROLE, type Role } from '../../src/core/audit/role.ts'
import { audited, reportOf, USED } from '../core/audit/page/reports.ts'
import { suite } from '../support/suite.ts'
import { BROWSERS, type Looks, type OpenPage, startChromium } from './support/browsers.ts'
import { run } from './support/run.ts'

/** The picture of the README, which is drawn anew with PIBAKE_GENERATE=1. */
const PICTURE = join(packageRoot, 'docs/pictures/audit.png')
const PICTURE_SIZE = { width: 1120, height: 1180 }

/** The page of an audit, as the browsers of Debian show it. */
const test = suite('audit: the page in browsers')

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const SCHEMES = ['light', 'dark'] as const
/** Of a phone, of a window. */
const WIDTHS = [390, 1280] as const

let work = ''
let url = ''
const used = audited(USED)
const role: Role = { ...NO_ROLE, exposure: 'internet', place: 'public', holds: ['credentials'], controls: ['door'] }
const pages = {
  one: reportOf([used]),
  two: reportOf([audited(USED, role), audited({}, role)], role),
}
const titles = used.audit.findings.map(({ title }) => title)

test.before(() => {
  work = mkdtempSync(join(tmpdir(), 'pibake-page-'))
  for (const [name, report] of Object.entries(pages)) writeFileSync(join(work, `${name}.html`), auditPage(report))
  url = pathToFileURL(work).href
})

test.after(() => rmSync(work, { recursive: true, force: true }))

/** Opens a page in a browser that ends with the work. */
async function looking(
  [name, report]: readonly [browser: string, report: keyof typeof pages],
  looks: Partial<Looks>,
  work: (page: OpenPage) => Promise<void>,
): Promise<void> {
  const open = BROWSERS[name]
  if (open === undefined) throw new Error(name)
  const page = await open(`${url}/${report}.html`, { scheme: 'light', width: 1280, height: 800, ...looks })
  try {
    await work(page)
  } finally {
    await page.close()
  }
}

async function inChromium(options: BrowserContextOptions, work: (page: Page) => Promise<void>): Promise<void> {
  const browser = await startChromium()
  try {
    const page = await (await browser.newContext(options)).newPage()
    await page.goto(`${url}/one.html`)
    await work(page)
  } finally {
    await browser.close()
  }
}

/** What the rules of axe find, those of WCAG and of good practice. */
async function violations(page: OpenPage): Promise<string[]> {
  await page.run(axe)
  const results = (await page.evaluate('axe.run()')) as AxeResults
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

/** How many of some findings are seen. */
const shown = (page: OpenPage, which = '') =>
  page.evaluate(`[...document.querySelectorAll('.finding${which}')].filter((one) => one.checkVisibility()).length`)
const click = (page: OpenPage, what: string) => page.run(`document.querySelector(${JSON.stringify(what)}).click()`)

for (const name of Object.keys(BROWSERS)) {
  for (const scheme of SCHEMES) {
    for (const report of ['one', 'two'] as const) {
      for (const width of WIDTHS) {
        test(`${name}, ${scheme}, ${report}, ${width}: axe finds nothing, nothing is asked for, nothing is too wide`, () =>
          looking([name, report], { scheme, width }, async (page) => {
            assert.is(await page.evaluate('matchMedia("(prefers-color-scheme: dark)").matches'), scheme === 'dark')
            assert.is(await page.evaluate('innerWidth'), width)
            assert.equal(page.complaints, [])
            assert.equal(
              page.requests.filter((one) => one !== `${url}/${report}.html`),
              [],
            )
            assert.equal(await violations(page), [])
            assert.is(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
          }))
      }
    }
  }

  test(`${name}: a box that is not ticked hides its findings, and all are shown again`, () =>
    looking([name, 'one'], {}, async (page) => {
      const all = titles.length
      assert.is(await shown(page), all)
      const network = (await shown(page, '.by-network')) as number
      assert.ok(network > 0)
      await click(page, '#show-network')
      assert.is(await shown(page), all - network)
      const left = await shown(page, ':not(.low)')
      await click(page, '#show-low')
      assert.is(await shown(page), left)
      await click(page, 'button[type=reset]')
      assert.is(await shown(page), all)
    }))

  test(`${name}: the keyboard reaches the links, the pictures and the boxes, in the order of the page`, () =>
    looking([name, 'one'], {}, async (page) => {
      const reached: unknown[] = []
      const what = `(({ id, type, className, hash, role }) => type === 'reset' ? type : id || hash || role || className)(document.activeElement)`
      for (let i = 0; i < 100 && reached.at(-1) !== 'reset'; i++) {
        await page.tab()
        reached.push(await page.evaluate(what))
      }
      assert.is(reached[0], '#findings', 'the first leads over the rest')
      const marks = ['#f1', 'region', 'show-critical', 'show-network', 'reset'].map((one) => reached.indexOf(one))
      assert.ok(!marks.includes(-1), reached.join(' '))
      assert.equal(
        marks,
        [...marks].sort((a, b) => a - b),
        reached.join(' '),
      )
    }))
}

test('without JavaScript everything is there, and the space bar takes the tick off a box', () =>
  inChromium({ javaScriptEnabled: false }, async (page) => {
    const text = (await page.locator('body').innerText()).replaceAll(/\s+/g, ' ')
    for (const title of titles) assert.ok(text.includes(title), title)
    await page.focus('#show-critical')
    await page.keyboard.press('Space')
    assert.is(await page.locator('.finding:visible').count(), await page.locator('.finding:not(.critical)').count())
  }))

test('what the policy has to stop is stopped', () =>
  looking(['chromium', 'one'], {}, async (page) => {
    const planted = '<p id=planted style="color: red">x</p><img src="https://example.org/x.png">'
    await page.run(`document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(planted)})`)
    await page.evaluate('new Promise((done) => setTimeout(done, 300))')
    assert.is(await page.evaluate('getComputedStyle(planted).color !== "rgb(255, 0, 0)"'), true)
    const said = page.complaints.join('\n')
    assert.match(said, /inline style violates the following Content Security Policy/)
    assert.match(said, /loading the image .* violates the following Content Security Policy/i)
  }))

test('on paper: A4, light, every finding, and no filters', () =>
  inChromium({ colorScheme: 'dark' }, async (page) => {
    const file = join(work, 'one.pdf')
    await page.pdf({ path: file, preferCSSPageSize: true, printBackground: true })
    assert.match(run(['pdfinfo', file]), /^Page size: +59[45](\.\d+)? x 84[12](\.\d+)? pts \(A4\)$/m)
    const text = run(['pdftotext', file, '-']).replaceAll(/\s+/g, ' ')
    for (const title of titles) assert.ok(text.includes(title), title)
    assert.not.match(text, 'Show all')
  }))

test('the picture of the README is of this page, and small', () =>
  inChromium({ viewport: PICTURE_SIZE, colorScheme: 'light' }, async (page) => {
    const drawn = await page.screenshot()
    if (process.env.PIBAKE_GENERATE !== undefined) writeFileSync(PICTURE, drawn)
    const kept = readFileSync(PICTURE)
    assert.ok(kept.length <= 150 << 10, `${kept.length} bytes`)
    // A PNG begins with its width and height.
    assert.equal(
      [16, 20].map((at) => kept.readUInt32BE(at)),
      [PICTURE_SIZE.width, PICTURE_SIZE.height],
    )
  }))
