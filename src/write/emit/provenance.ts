import { basename } from 'node:path'
import { bytewise } from '../../base/order.ts'

/**
 * Names of ours in a provenance: package URLs (ECMA-427) of pibake. They name the tool and not a place, so they need no
 * domain that somebody has to keep; a verifier compares them as strings.
 */
const PURL = 'pkg:npm/pibake'
/** How the parameters and dependencies are to be read; another number when that changes. */
const BUILD_TYPE = `${PURL}#bake/v1`
/** pibake, run wherever its user runs it: nothing is claimed about that place. */
const BUILDER = `${PURL}#local`

/** A file by name and SHA-256 in hex. */
export interface Digested {
  readonly name: string
  readonly sha256: string
}

export interface ProvenanceFacts {
  /** OUT and what lies beside it, but for the provenance itself. */
  readonly subjects: readonly Digested[]
  readonly base: Digested
  /** The spec's own bytes, where they hold no secret file, and `sha256:…` of what of it and of the files it names is none. */
  readonly spec: { readonly name: string; readonly sha256: string | undefined; readonly digest: string }
  /** Files that the spec names, as it names them; those with secrets are left out. */
  readonly files: readonly Digested[]
  /** Flags that decide what is written, none of them a secret or a path of this machine. */
  readonly flags: Readonly<Record<string, string | boolean>>
  /** See {@link toolVersion} and {@link toolDigest}. */
  readonly tool: { readonly version: string; readonly digest: string }
  /** Seconds since 1970: the time of all that is written. */
  readonly epoch: number
  /** SOURCE_DATE_EPOCH, where it is set: the only time that the statement gives for the run. */
  readonly sourceDateEpoch?: number | undefined
}

/**
 * Where OUT comes from: an in-toto Statement (v1) with SLSA provenance (v1). The same inputs give the same statement:
 * it names neither machine nor user, and no time but SOURCE_DATE_EPOCH. Folders are cut from the names of files.
 */
export function provenanceOf(facts: ProvenanceFacts) {
  const { base, spec, files, tool } = facts
  const sorted = (list: readonly Digested[]) => [...list].sort((a, b) => bytewise(a.name, b.name))
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: sorted(facts.subjects).map(named),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: {
          base: basename(base.name),
          spec: basename(spec.name),
          specDigest: spec.digest,
          flags: Object.fromEntries(Object.entries(facts.flags).sort(([a], [b]) => bytewise(a, b))),
        },
        internalParameters: { epoch: facts.epoch },
        resolvedDependencies: [
          named(base),
          spec.sha256 === undefined ? withoutBytes(spec) : named({ ...spec, sha256: spec.sha256 }),
          ...sorted(files).map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
          { name: 'pibake', uri: `${PURL}@${tool.version}`, digest: { dirHash: tool.digest } },
        ],
      },
      runDetails: {
        builder: { id: BUILDER, version: { pibake: tool.version } },
        ...(facts.sourceDateEpoch === undefined ? {} : { metadata: timesOf(facts.sourceDateEpoch) }),
      },
    },
  }
}

function named({ name, sha256 }: Digested) {
  return { name: basename(name), digest: { sha256 } }
}

/** What cannot be named by its bytes is named by `specDigest`, which a digest of its own kind is for. */
function withoutBytes({ name, digest }: ProvenanceFacts['spec']) {
  return { name: basename(name), digest: { pibakeSpec: digest.replace(/^sha256:/, '') } }
}

/** A run that is to be the same at any time has no beginning and end of its own. */
function timesOf(epoch: number) {
  const time = new Date(epoch * 1000).toISOString().replace('.000Z', 'Z')
  return { startedOn: time, finishedOn: time }
}
