import { createRequire } from 'node:module'
import { performance } from 'node:perf_hooks'
import type { SingleBar } from 'cli-progress'
import { mediaSize } from '../base/encode/media-size.ts'
import type { Progress } from '../write/bake/bake-job.ts'
import type { Io } from './io.ts'

/** In ms: what is done sooner shows nothing. */
const PATIENCE = 1000
/** In ms: lines of a log come no faster, and no slower while something happens. */
const LINE_MIN = 5000
const LINE_MAX = 10_000
/** In percent: the step that is worth a line after {@link LINE_MIN}. */
const LINE_STEP = 10

/**
 * Shows progress on stderr: on a terminal a bar with rate and remaining time, else now and then a line. Nothing with
 * `--quiet`, nor in the first second. The terminal's cursor and wrapping stay as they are, so that a process that is
 * killed leaves nothing to repair.
 *
 * @param total bytes in all; undefined: not known, and neither are percent and remaining time
 * @param now milliseconds that only rise
 * @param sizeOf an amount in words, where it is not bytes
 */
export function progress(
  io: Io,
  title: string,
  total: number | undefined,
  now: () => number = () => performance.now(),
  sizeOf: SizeOf = mediaSize,
): Progress {
  if (io.quiet) return { update: () => {}, done: () => {} }
  const start = now()
  const show = isTerminal(io) ? bar(io, title, total, sizeOf) : lines(io, title, total, sizeOf)
  return {
    update(bytes) {
      const elapsed = now() - start
      if (elapsed >= PATIENCE) show.at(bytes, elapsed)
    },
    done: () => show.end(),
  }
}

type SizeOf = (amount: number) => string

interface Display {
  /** @param elapsed in ms since the start */
  at(bytes: number, elapsed: number): void
  end(): void
}

function isTerminal({ stderr, env }: Io): boolean {
  return 'isTTY' in stderr && stderr.isTTY === true && env.TERM !== 'dumb'
}

function bar(io: Io, title: string, total: number | undefined, sizeOf: SizeOf): Display {
  let shown: SingleBar | undefined
  return {
    at(bytes, elapsed) {
      const payload = { text: figures(bytes, total, elapsed, sizeOf) }
      if (shown === undefined) {
        shown = newBar(io, total === undefined ? `${title}  {text}` : `${title} [{bar}] {text}`)
        shown.start(total ?? 0, bytes, payload)
      } else shown.update(bytes, payload)
    },
    end: () => shown?.stop(),
  }
}

function newBar(io: Io, format: string): SingleBar {
  // Needed by few runs, and only after a second: no run waits for it to be loaded.
  const { SingleBar } = createRequire(import.meta.url)('cli-progress') as typeof import('cli-progress')
  // `linewrap` leaves wrapping on and cuts the line to the terminal's width instead.
  return new SingleBar({ stream: io.stderr, format, barsize: 24, hideCursor: false, linewrap: true })
}

function lines(io: Io, title: string, total: number | undefined, sizeOf: SizeOf): Display {
  let last = { elapsed: 0, percent: 0 }
  return {
    at(bytes, elapsed) {
      const percent = percentOf(bytes, total) ?? 0
      const since = elapsed - last.elapsed
      if (since < LINE_MIN || (since < LINE_MAX && percent < last.percent + LINE_STEP)) return
      last = { elapsed, percent }
      io.stderr.write(`${title}: ${figures(bytes, total, elapsed, sizeOf)}\n`)
    },
    end: () => {},
  }
}

/** `35 %, 1.1 of 3.1 GB, 120 MB/s, 17 s left`. */
function figures(bytes: number, total: number | undefined, elapsed: number, sizeOf: SizeOf): string {
  const perSecond = (bytes / elapsed) * 1000
  const rate = `${sizeOf(perSecond)}/s`
  const percent = percentOf(bytes, total)
  if (total === undefined || percent === undefined) return `${sizeOf(bytes)}, ${rate}`
  const left = perSecond > 0 ? `${timeText(Math.max(0, total - bytes) / perSecond)} left` : 'time left unknown'
  return `${percent} %, ${sizeOf(bytes)} of ${sizeOf(total)}, ${rate}, ${left}`
}

function percentOf(bytes: number, total: number | undefined): number | undefined {
  return total === undefined || total === 0 ? undefined : Math.min(100, Math.floor((bytes / total) * 100))
}

function timeText(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
