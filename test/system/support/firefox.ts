import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { patient } from '../../runner/patience.ts'
import { isDownloaded, type Looks, type OpenPage, until } from './browsers.ts'
import { webSocket } from './web-socket.ts'

/**
 * Debian's Firefox, driven by WebDriver BiDi (w3.org/TR/webdriver-bidi): playwright-core sends commands that the extended
 * support release does not know.
 */
export async function openInFirefox(url: string, looks: Looks): Promise<OpenPage> {
  const profile = mkdtempSync(join(tmpdir(), 'pibake-firefox-'))
  const { scheme, downloads = profile } = looks
  const override = scheme === 'dark' ? 0 : 1
  writeFileSync(
    join(profile, 'user.js'),
    [
      `user_pref("layout.css.prefers-color-scheme.content-override", ${override});`,
      'user_pref("browser.startup.page", 0);',
      'user_pref("browser.download.folderList", 2);',
      `user_pref("browser.download.dir", ${JSON.stringify(downloads)});`,
      'user_pref("browser.download.useDownloadDir", true);',
      'user_pref("browser.download.always_ask_before_handling_new_types", false);',
    ].join('\n'),
  )
  const args = ['--headless', '--no-remote', '--remote-debugging-port=0', '--profile', profile, 'about:blank']
  const browser = spawn('/usr/bin/firefox-esr', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const closed = new Promise<void>((resolve) => browser.once('exit', () => resolve()))
  const end = async () => {
    browser.kill('SIGKILL')
    await closed
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    return await session(`${await addressOf(browser)}/session`, url, looks, end)
  } catch (error) {
    await end()
    throw error
  }
}

/** Firefox prints where it listens. */
function addressOf({ stderr }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const limit = setTimeout(() => reject(new Error(`Firefox does not listen: ${text}`)), patient(60) * 1000)
    stderr?.on('data', (bytes) => {
      text += bytes
      const address = /listening on (ws:\S+)/.exec(text)?.[1]
      if (address === undefined) return
      clearTimeout(limit)
      resolve(address)
    })
  })
}

/** Firefox's own style draws the bullets of lists with a font that is in its text (-moz-bullet-font in html.css). */
const BULLETS = /^data:font\/woff2;/

interface Message {
  readonly id?: number
  readonly method?: string
  readonly error?: string
  readonly message?: string
  // biome-ignore lint/suspicious/noExplicitAny: each command answers something else.
  readonly result?: any
  // biome-ignore lint/suspicious/noExplicitAny: and so does each event.
  readonly params?: any
}

async function session(address: string, url: string, looks: Looks, end: () => Promise<void>): Promise<OpenPage> {
  const waiting = new Map<number, (message: Message) => void>()
  const [requests, complaints]: [string[], string[]] = [[], []]
  const line = await webSocket(address, (text) => {
    const message = JSON.parse(text) as Message
    if (message.method === 'network.beforeRequestSent' && !BULLETS.test(message.params.request.url))
      requests.push(message.params.request.url)
    if (message.method === 'log.entryAdded') complaints.push(message.params.text)
    if (message.id !== undefined) waiting.get(message.id)?.(message)
  })
  let last = 0
  const call = (method: string, params: object) =>
    // biome-ignore lint/suspicious/noExplicitAny: each command answers something else.
    new Promise<any>((resolve, reject) => {
      const id = ++last
      waiting.set(id, ({ error, message, result }) =>
        error === undefined ? resolve(result) : reject(new Error(`${method}: ${message}`)),
      )
      line.send(JSON.stringify({ id, method, params }))
    })
  await call('session.new', { capabilities: {} })
  const { contexts } = await call('browsingContext.getTree', {})
  const { context } = contexts[0]
  await call('session.subscribe', { events: ['network.beforeRequestSent', 'log.entryAdded'], contexts: [context] })
  await call('browsingContext.setViewport', { context, viewport: { width: looks.width, height: looks.height } })
  await call('browsingContext.navigate', { context, url, wait: 'complete' })
  return {
    requests,
    complaints,
    async run(program) {
      const done = await call('script.evaluate', { expression: program, target: { context }, awaitPromise: true })
      if (done.type === 'exception') throw new Error(done.exceptionDetails.text)
    },
    async evaluate(expression) {
      const asText = `(async () => JSON.stringify(await (${expression})))()`
      const done = await call('script.evaluate', { expression: asText, target: { context }, awaitPromise: true })
      if (done.type === 'exception') throw new Error(done.exceptionDetails.text)
      return JSON.parse(done.result.value)
    },
    async tab() {
      const value = '\ue004'
      const actions = [{ type: 'key', id: 'keyboard', actions: ['keyDown', 'keyUp'].map((type) => ({ type, value })) }]
      await call('input.performActions', { context, actions })
    },
    async choose(input, ...files) {
      const expression = `document.querySelector(${JSON.stringify(input)})`
      const found = await call('script.evaluate', { expression, target: { context }, awaitPromise: false })
      await call('input.setFiles', { context, element: { sharedId: found.result.sharedId }, files })
    },
    async downloaded(name, start) {
      const file = join(looks.downloads ?? '', name)
      await start()
      await until(`${name} is downloaded`, () => isDownloaded(file))
      return file
    },
    async close() {
      line.close()
      await end()
    },
  }
}
