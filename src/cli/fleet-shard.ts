import { InvalidArgumentError } from 'commander'
import { parseShard, type Shard, shardOfEngine } from '../write/fleet/shard.ts'
import { type Io, say } from './io.ts'
import { UsageError } from './usage-error.ts'

/** A part, or the one that the job engine names; `parts`: how many there are, for engines that do not say it. */
export type AskedShard = Shard | { readonly parts: number | undefined }

/** Reads `2/16`, `auto`, `auto/16`. @throws InvalidArgumentError */
export function shardOption(text: string): AskedShard {
  const auto = /^auto(?:\/([1-9]\d{0,5}))?$/.exec(text)
  const parts = auto?.[1] === undefined ? undefined : Number(auto[1])
  const shard = auto === null ? parseShard(text) : { parts }
  if (shard === undefined) throw new InvalidArgumentError('give it as 1/4, auto, or auto/4.')
  return shard
}

/** The part of the fleet that is to be made, and says so where the job engine named it. @throws UsageError when none has */
export function shardOf(io: Io, given: AskedShard | undefined): Shard | undefined {
  if (given === undefined || 'index' in given) return given
  const found = shardOfEngine(io.env, given.parts)
  if (found === undefined)
    throw new UsageError(
      '--shard auto: no job engine says which part this is, of how many',
      'auto/N where the engine does not say how many there are, or I/N',
    )
  if (given.parts !== undefined && given.parts !== found.count)
    throw new UsageError(`--shard auto/${given.parts}: ${found.engine} says that there are ${found.count} parts`)
  const { engine, ...shard } = found
  say(io, `part ${shard.index} of ${shard.count}, as ${engine} says`)
  return shard
}
