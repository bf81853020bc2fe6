import { visible } from '../base/encode/visible.ts'
import { TargetError } from '../base/errors.ts'
import type { Problem } from '../base/report/report.ts'
import type { Carried } from '../core/carried/bundle.ts'
import { imageState, type Request, requestDifferences } from '../core/carried/request.ts'
import type { Evaluation } from '../core/compile-for.ts'
import { missingPackages } from '../core/controls/first-boot.ts'
import { OverlayTree } from '../core/plan/overlay.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Spec } from '../core/spec-file/spec.ts'
import { imageSources } from '../device/apt/sources.ts'
import type { Tree } from '../storage/tree/tree.ts'
import { bundleIn } from '../write/packages/bundle-in.ts'
import { PackageError, UnknownPackages } from '../write/packages/errors.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { unlessInterrupted } from './interrupt.ts'
import { type Io, printJson, say } from './io.ts'
import { type ChoiceOptions, PackageJob } from './package-job.ts'

export type PackageChoice =
  | { readonly carried: Carried }
  | { readonly problems: readonly Problem[] }
  | { readonly exit: ExitCode }

/**
 * The packages that the image is to carry: those of the lock, those that it carries already, or what apt chooses now.
 *
 * @param evaluation the plan without them
 * @throws PackageError, TargetError when they cannot be fetched and the mode says that they must
 */
export async function choosePackages(
  io: Io,
  spec: Spec,
  root: Tree,
  evaluation: Pick<Evaluation, 'plan' | 'inventory'>,
  options: ChoiceOptions,
): Promise<PackageChoice> {
  if (options.bundle === false && spec.packages.debs.length > 0) {
    io.stderr.write('pibake: packages.debs are carried in the image; --no-bundle leaves no way for them\n')
    return { exit: EXIT.usage }
  }
  if (options.bundle === false || !spec.packages.bundle) return { carried: undefined }
  const install = missingPackages({ spec, inventory: evaluation.inventory }, evaluation.plan.packages)
  const upgrade = spec.updates.firstBoot
  if (install.length === 0 && upgrade === 'none' && spec.packages.debs.length === 0) return { carried: undefined }
  try {
    return await unlessInterrupted(() => found(io, spec, root, evaluation, install, options))
  } catch (error) {
    if (error instanceof UnknownPackages) return { problems: unknownProblems(error.names, spec, evaluation) }
    const isOurs = error instanceof PackageError || error instanceof TargetError
    if (!isOurs || options.mode === 'must' || options.mode === 'update') throw error
    const unknown = `${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`
    return { carried: { unknown } }
  }
}

async function found(
  io: Io,
  spec: Spec,
  image: Tree,
  { plan, inventory }: Pick<Evaluation, 'plan' | 'inventory'>,
  install: readonly string[],
  options: ChoiceOptions,
): Promise<PackageChoice> {
  const root = withSources(image, plan)
  const sources = imageSources(root)
  const request: Request = {
    image: imageState(root, inventory.release, sources),
    install,
    upgrade: spec.updates.firstBoot,
    debs: spec.packages.debs.map(({ file, sha256 }) => ({ file, sha256 })),
    snapshot: spec.packages.snapshot ?? null,
  }
  const job = new PackageJob(io, spec, root, request, sources, options)
  const lock = job.locked()
  const differences = lock === undefined ? ['there is no entry for such an image'] : requestDifferences(lock, request)
  const isFresh = lock !== undefined && differences.length === 0
  if (isFresh && options.mode !== 'update') return { carried: job.fitting(await job.fromLock(lock)) }
  if (options.frozen) {
    const message = `${job.lockFile} is not what the spec and the image need`
    io.stderr.write(`pibake: ${visible(message)}:\n`)
    for (const line of differences) io.stderr.write(`  ${visible(line)}\n`)
    io.stderr.write('  hint: pibake lock --update makes it anew\n')
    if (io.json) printJson(io, { schema: 'pibake.failure/1', exit: EXIT.usage, message, differences })
    return { exit: EXIT.usage }
  }
  const there = options.mode === 'update' ? undefined : bundleIn(root)
  if (there !== undefined && requestDifferences(there.lock, request).length === 0) return { carried: there }
  if (options.mode === 'known') {
    throw new PackageError(lock === undefined ? 'there is no pibake.lock' : `pibake.lock is stale: ${differences[0]}`, {
      hint: 'pibake lock makes one',
    })
  }
  // Neither could the first start fetch anything, so there is nothing that the owner could choose.
  if (sources.length === 0 && request.debs.length === 0)
    return { carried: { unknown: 'apt has no sources in this image' } }
  if (lock !== undefined && !isFresh) say(io, `pibake.lock is stale: ${differences.join('; ')}`)
  return { carried: job.fitting(await job.resolved()) }
}

/** The image as its apt will see it: with the sources, keys and pins of the plan. */
function withSources(image: Tree, { operations }: Pick<Plan, 'operations'>): Tree {
  const own = operations.filter(({ partition, path }) => partition === 'root' && APT.test(path))
  return own.length === 0 ? image : new OverlayTree(image, own)
}

const APT = /^\/etc\/apt\/(sources\.list\.d|keyrings|preferences\.d)(\/pibake-[^/]+)?$/

/** Which key of the spec a name comes from. */
function unknownProblems(names: readonly string[], spec: Spec, { plan }: Pick<Evaluation, 'plan'>): Problem[] {
  return names.map((name) => {
    const index = spec.packages.install.indexOf(name)
    const origin = plan.packages.find((request) => request.name === name)?.origin
    return {
      severity: 'error',
      code: 'PKG004',
      path: index >= 0 ? ['packages', 'install', index] : (origin?.path ?? ['packages']),
      message: `no source of the image has a package '${name}'`,
      hint: 'check the name; a package of your own goes into packages.debs',
    }
  })
}
