import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { parseShard, shardOf, shardOfEngine } from '../../../src/write/fleet/shard.ts'
import { suite } from '../../support/suite.ts'

const test = suite('shards')

test('I/N counts from 1', () => {
  assert.equal(parseShard('1/1'), { index: 1, count: 1 })
  assert.equal(parseShard('16/16'), { index: 16, count: 16 })
  for (const text of ['0/4', '5/4', '1', '1/', '/4', '1/0', '-1/4', '1/4 ', 'a/b'])
    assert.is(parseShard(text), undefined, text)
})

test('each device has one part, all parts get their share, and one part more moves those alone that go there', () => {
  const ids = Array.from({ length: 2000 }, (_, i) => `kit-${i}`)
  const sizes = new Map<number, number>()
  for (const id of ids) {
    const [four, five] = [shardOf(id, 4), shardOf(id, 5)]
    assert.ok(four >= 1 && four <= 4)
    assert.ok(five === four || five === 5, id)
    sizes.set(four, (sizes.get(four) ?? 0) + 1)
  }
  for (const size of sizes.values()) assert.ok(size > 400 && size < 600, `${size} of 2000`)
  assert.is(sizes.size, 4)
})

test('job engines count from 0, from 1 or from anywhere', () => {
  const cases = [
    [{ SLURM_ARRAY_TASK_ID: '5', SLURM_ARRAY_TASK_COUNT: '16', SLURM_ARRAY_TASK_MIN: '0' }, '6/16 Slurm'],
    [{ SLURM_ARRAY_TASK_ID: '5', SLURM_ARRAY_TASK_COUNT: '16', SLURM_ARRAY_TASK_MIN: '5' }, '1/16 Slurm'],
    [{ CI_NODE_INDEX: '4', CI_NODE_TOTAL: '4' }, '4/4 GitLab'],
    [{ BUILDKITE_PARALLEL_JOB: '0', BUILDKITE_PARALLEL_JOB_COUNT: '2' }, '1/2 Buildkite'],
    [{ CIRCLE_NODE_INDEX: '1', CIRCLE_NODE_TOTAL: '2' }, '2/2 CircleCI'],
    [{ CLOUD_RUN_TASK_INDEX: '9', CLOUD_RUN_TASK_COUNT: '10' }, '10/10 Cloud Run'],
    [{ AWS_BATCH_JOB_ARRAY_INDEX: '0', AWS_BATCH_JOB_ARRAY_SIZE: '3' }, '1/3 AWS Batch'],
    [{ CI_NODE_INDEX: '5', CI_NODE_TOTAL: '4' }, undefined],
    [{ JOB_COMPLETION_INDEX: '1' }, undefined],
    [{}, undefined],
  ] as const
  for (const [env, wanted] of cases) {
    const found = shardOfEngine(env)
    assert.is(found && `${found.index}/${found.count} ${found.engine}`, wanted, JSON.stringify(env))
  }
  for (const [env, wanted] of [
    [{ JOB_COMPLETION_INDEX: '0' }, '1/4 Kubernetes'],
    [{ JOB_COMPLETION_INDEX: '3' }, '4/4 Kubernetes'],
    [{ JOB_COMPLETION_INDEX: '4' }, undefined],
    [{ NOMAD_ALLOC_INDEX: '2' }, '3/4 Nomad'],
    [{ CI_NODE_INDEX: '1', CI_NODE_TOTAL: '2' }, '1/2 GitLab'],
    [{}, undefined],
  ] as const) {
    const found = shardOfEngine(env, 4)
    assert.is(found && `${found.index}/${found.count} ${found.engine}`, wanted, JSON.stringify(env))
  }
  fc.assert(
    fc.property(
      fc.string(),
      (text) => shardOfEngine({ CI_NODE_INDEX: text, CI_NODE_TOTAL: text }) === undefined || /^\d+$/.test(text),
    ),
  )
})
