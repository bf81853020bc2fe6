import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AxeResults } from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { auditPage } from '../../src/core/audit/page/page.ts'
import { NO_ROLE, type Role } from '../../src/core/audit/role.ts'
import { audited, reportOf, USED } from '../core/audit/page/reports.ts'
import { suite } from '../support/suite.ts'
import { type BrowserName, launched } from './support/browsers.ts'
import { run } from './support/run.ts'

/** The picture of the README, which is drawn anew with PIBAKE_GENERATE=1. */
const PICTURE = join(packageRoot, 'docs/pictures/audit.png')
const PICTURE_SIZE = { width: 1120, height: 1180 }

/** The page of an audit, as the browsers of Debian show it. */
const test = suite('audit: the page in browsers')

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const BROWSERS: readonly BrowserName[] = ['chromium', 'firefox']
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

async function inBrowser(name: BrowserName, work: (browser: Browser) => Promise<void>): Promise<void> {
  const browser = await launched(name)
  try {
    await work(browser)
  } finally {
    await browser.close()
  }
}

/** Opens a page, and notes what it asks for and what the browser says against it. */
async function opened(browser: Browser, name: keyof typeof pages, options: BrowserContextOptions = {}) {
  const page = await (await browser.newContext(options)).newPage()
  const [requests, complaints]: [string[], string[]] = [[], []]
  page.on('request', (request) => requests.push(request.url()))
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(`${url}/${name}.html`)
  return { page, requests, complaints }
}

/** What the rules of axe find, those of WCAG and of good practice. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const results = (await page.evaluate('axe.run()')) as AxeResults
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

const shown = (page: Page) => page.locator('.finding:visible').count()

for (const name of BROWSERS) {
  for (const scheme of SCHEMES) {
    test(`${name}, ${scheme}: no rule of axe is broken, nothing is asked for, nothing is wider than the window`, () =>
      inBrowser(name, async (browser) => {
        for (const report of Object.keys(pages) as (keyof typeof pages)[]) {
          for (const width of WIDTHS) {
            const { page, requests, complaints } = await opened(browser, report, { viewport: { width, height: 800 } })
            await page.emulateMedia({ colorScheme: scheme })
            assert.is(await page.evaluate('matchMedia("(prefers-color-scheme: dark)").matches'), scheme === 'dark')
            assert.equal(await violations(page), [], `${report} ${width}`)
            assert.is(
              await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
              true,
              `${report} ${width}`,
            )
            assert.equal([requests, complaints], [[`${url}/${report}.html`], []])
          }
        }
      }))
  }

  test(`${name}: a box that is not ticked hides its findings, and the count follows`, () =>
    inBrowser(name, async (browser) => {
      const { page } = await opened(browser, 'one')
      const all = titles.length
      assert.is(await shown(page), all)
      const network = await page.locator('.finding.by-network').count()
      await page.uncheck('#show-network')
      assert.is(await shown(page), all - network)
      await page.uncheck('#show-low')
      const left = await page.locator('.finding:not(.by-network, .low)').count()
      assert.is(await shown(page), left)
      await page.click('button[type=reset]')
      assert.is(await shown(page), all)
    }))

  test(`${name}: the keyboard reaches the links, the pictures and the boxes, in the order of the page`, () =>
    inBrowser(name, async (browser) => {
      const { page } = await opened(browser, 'one')
      const reached: string[] = []
      for (let i = 0; i < 100 && reached.at(-1) !== 'reset'; i++) {
        await page.keyboard.press('Tab')
        reached.push(
          (await page.evaluate(
            `(({ id, type, className, hash, role }) => type === 'reset' ? type : id || role || hash || className)(document.activeElement)`,
          )) as string,
        )
      }
      assert.is(reached[0], '#findings', 'the first leads over the rest')
      const marks = ['#f1', 'region', 'show-critical', 'show-network', 'reset'].map((one) => reached.indexOf(one))
      assert.ok(!marks.includes(-1), reached.join(' '))
      assert.equal(
        marks,
        [...marks].sort((a, b) => a - b),
        reached.join(' '),
      )
      await page.focus('#show-critical')
      await page.keyboard.press('Space')
      assert.is(await shown(page), await page.locator('.finding:not(.critical)').count())
    }))
}

test('without JavaScript everything is there', () =>
  inBrowser('chromium', async (browser) => {
    const { page } = await opened(browser, 'one', { javaScriptEnabled: false })
    const text = (await page.locator('body').innerText()).replaceAll(/\s+/g, ' ')
    for (const title of titles) assert.ok(text.includes(title), title)
    await page.uncheck('#show-critical')
    assert.is(await shown(page), await page.locator('.finding:not(.critical)').count())
  }))

test('what a policy has to stop is stopped', () =>
  inBrowser('chromium', async (browser) => {
    const { page, complaints } = await opened(browser, 'one')
    await page.evaluate(
      `document.body.insertAdjacentHTML('beforeend', '<p id=planted style="color: red">x</p><img src="https://example.org/x.png">')`,
    )
    await page.waitForTimeout(100)
    assert.is(await page.evaluate('getComputedStyle(planted).color !== "rgb(255, 0, 0)"'), true)
    assert.is(complaints.filter((text) => /Content Security Policy/.test(text)).length, 2, complaints.join('\n'))
  }))

test('on paper: A4, light, every finding, and no filters', () =>
  inBrowser('chromium', async (browser) => {
    const { page } = await opened(browser, 'one', { colorScheme: 'dark' })
    const file = join(work, 'one.pdf')
    await page.pdf({ path: file, preferCSSPageSize: true, printBackground: true })
    assert.match(run(['pdfinfo', file]), /^Page size: +59[45]\.\d+ x 84[12]\.\d+ pts \(A4\)$/m)
    const text = run(['pdftotext', file, '-']).replaceAll(/\s+/g, ' ')
    for (const title of titles) assert.ok(text.includes(title), title)
    assert.not.match(text, 'Show all')
  }))

test('the picture of the README is of this page, and small', () =>
  inBrowser('chromium', async (browser) => {
    const { page } = await opened(browser, 'one', { viewport: PICTURE_SIZE, colorScheme: 'light' })
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
