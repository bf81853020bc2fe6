import { createHash } from 'node:crypto'

/** One of several parts of a fleet; `index` counts from 1. */
export interface Shard {
  readonly index: number
  readonly count: number
}

/** Reads `2/16`; undefined: it is not that. */
export function parseShard(text: string): Shard | undefined {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []
  const shard = { index: Number(index), count: Number(count) }
  return shard.index >= 1 && shard.index <= shard.count ? shard : undefined
}

/**
 * The part that a device belongs to: by rendezvous hashing (Thaler and Ravishankar, 1998), so that with one part more only the
 * devices move that go there. It depends on nothing but the id and the number of parts.
 *
 * @returns its index, from 1
 */
export function shardOf(id: string, count: number): number {
  let best = { index: 1, weight: '' }
  for (let index = 1; index <= count; index += 1) {
    const weight = createHash('sha256').update(`${index}\0${id}`).digest('hex')
    if (weight > best.weight) best = { index, weight }
  }
  return best.index
}

/** A job engine's variables for the number of a job and how many there are; `first`: the number of the first job. */
interface Engine {
  readonly name: string
  readonly index: string
  /** Absent: it does not say how many there are. */
  readonly count?: string
  readonly first: number | string
}

/** From the engines' own documentation, 2025. */
const ENGINES: readonly Engine[] = [
  { name: 'Kubernetes', index: 'JOB_COMPLETION_INDEX', first: 0 },
  { name: 'Slurm', index: 'SLURM_ARRAY_TASK_ID', count: 'SLURM_ARRAY_TASK_COUNT', first: 'SLURM_ARRAY_TASK_MIN' },
  { name: 'GitLab', index: 'CI_NODE_INDEX', count: 'CI_NODE_TOTAL', first: 1 },
  { name: 'Buildkite', index: 'BUILDKITE_PARALLEL_JOB', count: 'BUILDKITE_PARALLEL_JOB_COUNT', first: 0 },
  { name: 'CircleCI', index: 'CIRCLE_NODE_INDEX', count: 'CIRCLE_NODE_TOTAL', first: 0 },
  { name: 'AWS Batch', index: 'AWS_BATCH_JOB_ARRAY_INDEX', count: 'AWS_BATCH_JOB_ARRAY_SIZE', first: 0 },
  { name: 'Cloud Run', index: 'CLOUD_RUN_TASK_INDEX', count: 'CLOUD_RUN_TASK_COUNT', first: 0 },
  { name: 'Nomad', index: 'NOMAD_ALLOC_INDEX', first: 0 },
]

/**
 * The part that a job engine has given this process, and the engine's name.
 *
 * @param parts how many there are, for engines that do not say it; what an engine says itself counts
 * @returns undefined: no engine says which part this is, or how many there are
 */
export function shardOfEngine(
  env: NodeJS.ProcessEnv,
  parts?: number,
): (Shard & { readonly engine: string }) | undefined {
  for (const { name, index, count, first } of ENGINES) {
    const own = numberOf(env[index])
    const all = count === undefined ? parts : numberOf(env[count])
    const start = typeof first === 'number' ? first : numberOf(env[first])
    if (own === undefined || all === undefined || start === undefined) continue
    const shard = parseShard(`${own - start + 1}/${all}`)
    if (shard !== undefined) return { ...shard, engine: name }
  }
  return undefined
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : undefined
}
