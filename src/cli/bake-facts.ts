import { basename } from 'node:path'
import { digestOf } from '../base/digest.ts'
import { hostnameOf } from '../core/controls/hostname.ts'
import type { Change } from '../core/plan/state.ts'
import { imageFacts } from '../core/presentation/documents.ts'
import type { Baked } from '../write/bake/bake-job.ts'
import type { Output } from '../write/bake/place-output.ts'
import { manifestOf } from '../write/emit/manifest.ts'
import { toolDigest, toolVersion } from '../write/emit/tool.ts'
import type { BakeWords } from './bake-usage.ts'
import { sourceDateEpoch } from './clock.ts'
import type { Io } from './io.ts'
import type { Prepared, PrepareOptions } from './prepare.ts'
import { sbomFacts } from './sbom-facts.ts'

type BakedBy = BakeWords & PrepareOptions

/** What is said of an output in the files beside it. */
export function outputOf(
  io: Io,
  specFile: string,
  base: string,
  options: BakedBy,
  prepared: Prepared,
  changes: readonly Change[],
  baked: Baked,
): Omit<Output, 'baseBmap' | 'sign'> {
  const { plan, epoch, inventory, inputs, specDigest, spec } = prepared
  const host = hostnameOf(spec, inventory.root)
  // A source may be for all to read, and the folder on the device that it goes to not.
  const secrets = new Set(
    plan.operations.flatMap((one) => (one.kind === 'file' && one.secret ? [digestOf(one.content)] : [])),
  )
  const isSecret = holdsSecret(inputs, plan.operations)
  return {
    base,
    out: options.output,
    manifest: manifestOf(changes, {
      version: toolVersion(),
      planDigest: plan.digest,
      specDigest,
      epoch,
      image: imageFacts(inventory),
    }),
    provenance: {
      spec: {
        name: basename(specFile),
        sha256: isSecret ? undefined : inputs.sha256,
        digest: specDigest,
      },
      files: [...(isSecret ? [] : inputs.included), ...inputs.files].filter(
        ({ sha256 }) => !secrets.has(`sha256:${sha256}`),
      ),
      flags: {
        acceptLockout: options.acceptLockout ?? false,
        ...(options.acceptUnproved && { acceptUnproved: options.acceptUnproved.join(',') }),
        allowBooted: options.allowBooted ?? false,
        ...baseFlags(options, baked),
      },
      tool: { version: toolVersion(), digest: toolDigest() },
      epoch,
      sourceDateEpoch: sourceDateEpoch(io.env),
    },
    sbom: sbomFacts(prepared, basename(options.output)),
    imager: {
      urlBase: options.urlBase,
      name: `${host} (Raspberry Pi OS, ${inventory.release})`,
      description: `Made by pibake from ${basename(base)}`,
      image: inventory,
      epoch,
    },
  }
}

/** Whether the spec has the content of a file in it that not everybody may read: then its bytes get no digest. */
function holdsSecret({ inline }: Prepared['inputs'], operations: Prepared['plan']['operations']): boolean {
  const secret = operations.filter((one) => one.kind === 'file' && one.secret && one.origin.path[0] === 'files')
  return secret.some(({ origin }) => inline.includes(origin.path[1] as number))
}

/** What of BASE was taken, and how; only what was said, and only where it made a difference. */
function baseFlags(options: BakedBy, { baseBytes }: Baked): Record<string, string | boolean> {
  const { rootPartition, bootPartition, strip, allowUnterminated } = options
  return {
    ...(rootPartition !== undefined && { rootPartition: `${rootPartition}` }),
    ...(bootPartition !== undefined && { bootPartition: `${bootPartition}` }),
    ...(strip !== undefined && { strip }),
    ...(allowUnterminated && { allowUnterminated }),
    ...(baseBytes === 'trusted' && { trustBase: true }),
  }
}
