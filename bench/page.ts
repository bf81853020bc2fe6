import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { sha256OfFile } from '../src/base/disk/hash-file.ts'
import { packageRoot } from '../src/base/host/assets.ts'
import { smallSpec } from '../test/support/spec.ts'
import { BROWSERS, until } from '../test/system/support/browsers.ts'
import { pibake } from '../test/system/support/pibake.ts'
import { makeSampleImage } from '../test/write/bake/support/sample-image.ts'

/**
 * The page with an image of 3 GB, most of it empty, in each browser: how long it takes to look, and to make and save, and how
 * much memory all processes of the browser have at most (PSS), beside what they have when the page is open and idle. It prints a
 * table, and fails when what is saved is not what `pibake bake` makes.
 */

const SIZE = 3_000_000_000 - (3_000_000_000 % 512)
const work = mkdtempSync(join(tmpdir(), 'pibake-bench-page-'))

/** MB of all processes below this one. */
function memory(): number {
  const children = new Map<string, string[]>()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const above = read(`/proc/${pid}/stat`).replace(/.*\) /s, '').split(' ')[1] ?? ''
    children.set(above, [...(children.get(above) ?? []), pid])
  }
  const sum = (pid: string): number => {
    const own = Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1024
    return (children.get(pid) ?? []).reduce((all, child) => all + sum(child), own)
  }
  return Math.round((children.get(String(process.pid)) ?? []).reduce((all, child) => all + sum(child), 0))
}

/** Empty for a process that has just ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

try {
  const image = join(work, 'base.img')
  makeSampleImage(image)
  truncateSync(image, SIZE)
  const spec = JSON.stringify({ ...smallSpec(), device: { hostname: 'kit-07' } })
  writeFileSync(join(work, 'pibake.yaml'), spec)
  const out = join(work, 'cli.img')
  const before = performance.now()
  const done = pibake(['bake', join(work, 'pibake.yaml'), image, '-o', out, '--no-bundle', '--no-checksums'])
  if (done.status !== 0) throw new Error(done.stderr)
  console.log(`pibake bake: ${Math.round(performance.now() - before)} ms`)
  const wanted = await sha256OfFile(out, {})
  rmSync(out)
  for (const [name, open] of Object.entries(BROWSERS)) {
    const downloads = join(work, name)
    mkdirSync(downloads)
    const url = pathToFileURL(join(packageRoot, 'dist/web/pibake.html')).href
    const page = await open(url, { scheme: 'light', width: 1280, height: 900, downloads })
    let peak = 0
    const watch = setInterval(() => {
      peak = Math.max(peak, memory())
    }, 500)
    const lap = async (what: string, work: () => Promise<unknown>) => {
      peak = memory()
      const start = performance.now()
      await work()
      console.log(`${name}, ${what}: ${Math.round(performance.now() - start)} ms, at most ${peak} MB`)
    }
    const isThere = (what: string) => () => page.evaluate(`Boolean(${what}) && document.querySelector('#busy').hidden`)
    const click = (what: string) => page.run(`document.querySelector('${what}').click()`)
    try {
      await until('the page is ready', isThere(`document.querySelector('#spec textarea')?.value`))
      await lap('idle', () => new Promise((resolve) => setTimeout(resolve, 3000)))
      await page.run(
        `(() => { const one = document.querySelector('#spec textarea'); one.value = ${JSON.stringify(spec)}; one.dispatchEvent(new Event('input')) })()`,
      )
      await lap('open', async () => {
        await page.choose('#image-file', image)
        await until('the image is open', isThere(`document.querySelector('#image-state').textContent !== ''`))
      })
      await lap('look', async () => {
        await click('#look button.main')
        await until('the plan is there', isThere(`document.querySelector('#count')`))
      })
      await lap('make, read back and save', async () => {
        const file = await page.downloaded('kit-07.img', () => click('#download'))
        await until('it is whole', () => statSync(file).size === SIZE, 600)
        if ((await sha256OfFile(file, {})) !== wanted) throw new Error(`${name} saves something else`)
        rmSync(file)
      })
    } finally {
      clearInterval(watch)
      await page.close()
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
