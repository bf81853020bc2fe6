import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type Browser, chromium } from 'playwright-core'
import { patient } from '../../runner/patience.ts'
import { openInFirefox } from './firefox.ts'

/** How a page is looked at. */
export interface Looks {
  readonly scheme: 'light' | 'dark'
  readonly width: number
  readonly height: number
  /** The folder that downloads go to; without it they are dropped. */
  readonly downloads?: string
}

/** A page in a browser, which is ended with it. */
export interface OpenPage {
  /** The addresses that were asked for. */
  readonly requests: readonly string[]
  /** What the browser says against the page. */
  readonly complaints: readonly string[]
  /** Runs a program in the page, whatever its policy. */
  run(program: string): Promise<void>
  /** The value of an expression in the page, awaited. */
  evaluate(expression: string): Promise<unknown>
  /** Presses the key that goes on to the next thing that can be used. */
  tab(): Promise<void>
  /** Chooses files in an input. */
  choose(input: string, ...files: readonly string[]): Promise<void>
  /** Does what starts a download, and waits for it. @returns the path of the file, whole */
  downloaded(name: string, start: () => Promise<void>): Promise<string>
  close(): Promise<void>
}

/** Debian's own browsers: what a reader has, and not a build made for tests. */
export const BROWSERS: Readonly<Record<string, (url: string, looks: Looks) => Promise<OpenPage>>> = {
  chromium: openInChromium,
  firefox: openInFirefox,
}

/** Debian's Chromium without a window; its sandbox does not start for root. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
    timeout: patient(60) * 1000,
  })
}

async function openInChromium(url: string, { scheme, width, height, downloads = '' }: Looks): Promise<OpenPage> {
  const browser = await startChromium()
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme })
  const page = await context.newPage()
  const [requests, complaints]: [string[], string[]] = [[], []]
  page.on('request', (request) => requests.push(request.url()))
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(url)
  return {
    requests,
    complaints,
    run: async (program) => {
      await page.evaluate(program)
    },
    evaluate: (expression) => page.evaluate(expression),
    tab: () => page.keyboard.press('Tab'),
    choose: (input, ...files) => page.setInputFiles(input, files),
    downloaded: async (name, start) => {
      const [download] = await Promise.all([page.waitForEvent('download', { timeout: patient(60) * 1000 }), start()])
      const file = join(downloads, download.suggestedFilename())
      if (download.suggestedFilename() !== name) throw new Error(`${download.suggestedFilename()} in place of ${name}`)
      await download.saveAs(file)
      return file
    },
    close: () => browser.close(),
  }
}

/** Waits for something to become true. @param what it is, for the error */
export async function until(what: string, isTrue: () => unknown, seconds = 60): Promise<void> {
  const end = Date.now() + patient(seconds) * 1000
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error(`in vain: ${what}`)
    await setTimeout(50)
  }
}

/** Firefox makes an empty file, writes to another one, whose name ends with `.part`, and renames that. */
export function isDownloaded(file: string): boolean {
  return existsSync(file) && statSync(file).size > 0 && !existsSync(`${file}.part`)
}
