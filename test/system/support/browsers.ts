import { type Browser, type BrowserType, chromium, firefox, type LaunchOptions } from 'playwright-core'
import { patient } from '../../runner/patience.ts'

/** Debian's own browsers: what a reader has, and not a build made for tests. */
const LAUNCHED: Readonly<Record<'chromium' | 'firefox', readonly [BrowserType, LaunchOptions]>> = {
  // The sandbox of Chromium does not start for root.
  chromium: [chromium, { executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] }],
  // This channel is Mozilla's own Firefox, driven by WebDriver BiDi.
  firefox: [firefox, { executablePath: '/usr/bin/firefox-esr', channel: 'moz-firefox' }],
}

export type BrowserName = keyof typeof LAUNCHED

/** Starts one of Debian's browsers, without a window. */
export function launched(name: BrowserName, options: LaunchOptions = {}): Promise<Browser> {
  const [type, own] = LAUNCHED[name]
  return type.launch({ ...own, timeout: patient(60) * 1000, ...options })
}
