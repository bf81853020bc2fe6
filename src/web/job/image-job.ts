import type { Bytes } from '../../base/bytes/bytes.ts'
import { TargetError } from '../../base/errors.ts'
import { utf8 } from '../../base/host/bytes.ts'
import { type Placed, summary } from '../../base/report/print.ts'
import { auditTarget } from '../../core/audit/audit-target.ts'
import { compared } from '../../core/audit/compare.ts'
import { auditPage } from '../../core/audit/page/page.ts'
import { reportedImage } from '../../core/audit/page/reported-image.ts'
import { type ParsedSpec, parseSpec } from '../../core/check/parse.ts'
import { compileFor, type Evaluation } from '../../core/compile-for.ts'
import { hostnameOf } from '../../core/controls/hostname.ts'
import { changesOf } from '../../core/plan/changes.ts'
import type { Change } from '../../core/plan/state.ts'
import { accessReport, refuses } from '../../core/presentation/access-report.ts'
import { imageFacts } from '../../core/presentation/documents.ts'
import { noteLines } from '../../core/presentation/note-lines.ts'
import { loginCard } from '../../core/presentation/print-access.ts'
import { changeLines, countText } from '../../core/presentation/print-changes.ts'
import { headline, imageText, subjectsOf } from '../../core/presentation/print-plan.ts'
import { problemFacts } from '../../core/presentation/problem-facts.ts'
import type { Spec } from '../../core/spec-file/spec.ts'
import { inspect } from '../../device/inspect/inspect.ts'
import type { Extent } from '../../storage/image/edit.ts'
import type { Target } from '../../storage/tree/tree.ts'
import { imageTarget, OpenImage } from '../../write/apply/open-image.ts'
import { assertReadsBack } from '../../write/apply/read-back.ts'
import { manifestOf } from '../../write/emit/manifest.ts'
import type { Manifest } from '../../write/emit/manifest-schema.ts'
import { overlayBytes } from '../../write/emit/overlay-bytes.ts'
import { pageHost, type SpecFolder } from './page-host.ts'
import { sgrPaper } from './sgr-paper.ts'

/** A spec, and what it names. */
export interface SpecText {
  /** As messages call it. */
  readonly name: string
  readonly text: string
  readonly files: SpecFolder
}

/** A problem of a spec with its place; lines and columns count from 1. */
export type SpecProblem = ReturnType<typeof problemFacts>[number]

/** What is said of a spec without an image. */
export interface Checked {
  readonly problems: readonly SpecProblem[]
  /** `2 errors, 1 warning` */
  readonly summary: string
}

/** A path of the plan: what is done to it, which spec line wants it, and the lines that change. */
export interface ShownChange {
  readonly head: string
  readonly origin: string
  readonly diff: readonly string[]
}

/** A plan as a page shows it, in lines of {@link sgrPaper}. */
export interface Look extends Checked {
  readonly isRefused: boolean
  /** Why the device would lock its owner out, or what cannot be judged. */
  readonly access: readonly string[]
  /** Undefined: it is refused, and nothing of the rest is there. */
  readonly plan: ShownPlan | undefined
}

export interface ShownPlan {
  readonly headline: string
  readonly subjects: readonly {
    readonly name: string
    readonly rows: readonly string[]
    readonly changes: readonly ShownChange[]
  }[]
  /** `103 to create, 7 to change, 1 to remove` */
  readonly count: string
  readonly card: readonly string[]
  readonly notes: readonly string[]
  /** How the device is called in its network, and what its output should be called. */
  readonly hostname: string
  /** Names of the packages that the first start fetches from the network. */
  readonly fetched: readonly string[]
}

/** An audit of the image before and after, as `pibake audit BEFORE AFTER --html` writes it. */
export interface ShownAudit {
  readonly html: Uint8Array
  readonly closed: number
  readonly added: number
  readonly left: number
}

/** A plan that is carried out in memory: what has to be laid over the image. */
interface Made {
  readonly spec: Spec
  readonly specDigest: string
  readonly evaluation: Evaluation
  readonly changes: readonly Change[]
  readonly extents: readonly Extent[]
  /** The image as it will be. */
  readonly target: Target
}

/** Reads a spec as the program does. @param today `YYYY-MM-DD` */
function parsed({ name, text, files }: SpecText, today: string): ParsedSpec {
  return parseSpec(utf8(text), name, pageHost(files), today)
}

/** What is wrong with a spec. @param today `YYYY-MM-DD`, against which ends of accounts and keys are judged */
export function checkSpec(spec: SpecText, today: string): Checked {
  const { problems, locate } = parsed(spec, today)
  return { problems: problemFacts(problems, locate), summary: summary(problems) }
}

/** One image: looked at, planned on, edited in memory. The same steps as `pibake bake --no-bundle`, by the same code. */
export class ImageJob {
  readonly #bytes: Bytes
  readonly #name: string
  readonly #today: string
  #made: Made | undefined

  /**
   * @param name what to call the image in messages
   * @param today `YYYY-MM-DD`
   * @throws TargetError when it is not a fresh image of Raspberry Pi OS that pibake knows how to edit
   */
  constructor(bytes: Bytes, name: string, today: string) {
    this.#bytes = bytes
    this.#name = name
    this.#today = today
  }

  /** `Raspberry Pi OS Lite 2026-06-18 (trixie, arm64)` @throws as the constructor says */
  title(): string {
    return imageText(inspect(imageTarget(this.#bytes, this.#name), { allowBooted: false }))
  }

  /** What a spec would do. What it shows is ready to be saved, unless it is refused. */
  look(spec: SpecText): Look {
    this.#made = undefined
    const { spec: wanted, problems, locate, digest } = parsed(spec, this.#today)
    if (wanted === undefined || refuses(problems, false)) return refused(problems, locate)
    assertForPage(wanted)
    const image = new OpenImage(this.#bytes, this.#name, {})
    const { target } = image
    const options = { locate, specDigest: digest, epoch: undefined, today: this.#today, allowBooted: false }
    const evaluation = compileFor(wanted, target, options)
    const all = [...problems, ...evaluation.problems]
    if (refuses(all, false)) return refused(all, locate)
    const access = accessReport(evaluation.verdict, wanted.access.accept, {})
    if (access.isRefused) return { ...refused(all, locate), access: access.lines }
    const { plan, epoch } = evaluation
    const changes = changesOf(target, plan.operations)
    const shown = { ...evaluation, spec: wanted, locate, target, bundle: undefined }
    const subjects = subjectsOf(sgrPaper, shown, changes, { all: false, diffs: false })
    const look: Look = {
      ...refused(all, locate),
      isRefused: false,
      access: access.lines,
      plan: {
        headline: headline(shown, spec.name),
        subjects: subjects.map(({ subject, rows, changes: own }) => ({
          name: subject,
          rows,
          changes: own.map((change) => {
            const [head = '', origin = '', ...diff] = changeLines(sgrPaper, target, change, { diffs: true })
            return { head, origin: origin.trim(), diff: diff.map((line) => line.replace(/^(\S*?) {4}/, '$1')) }
          }),
        })),
        count: countText(changes),
        card: loginCard(shown, target.root),
        notes: noteLines(sgrPaper, plan.notes),
        hostname: hostnameOf(wanted, target.root),
        fetched: plan.packages.filter(({ action }) => action === 'install').map(({ name }) => name),
      },
    }
    // Last: it changes what the target shows.
    const { extents } = image.edit(changes, { epoch })
    this.#made = { spec: wanted, specDigest: digest, evaluation, changes, extents, target }
    return look
  }

  /** The audit of the image before and after what {@link look} has shown. */
  audit(version: string): ShownAudit {
    const { spec, target } = this.#ready()
    const { waivers, ...role } = spec.risk
    const question = { role, waivers, today: this.#today }
    const before = auditTarget(imageTarget(this.#bytes, this.#name), question)
    const after = auditTarget(target, question)
    const images = [reportedImage(this.#name, before), reportedImage(hostnameOf(spec, target.root), after)]
    const { closed, added, left } = compared(before.findings, after.findings)
    const html = auditPage({ images, role, today: this.#today, version })
    return { html, closed: closed.length, added: added.length, left: left.length }
  }

  /** What differs from the image once it is made, by offset. */
  extents(): readonly Extent[] {
    return this.#ready().extents
  }

  /** The paths that change, as `pibake apply --overlay` writes them. */
  overlay(): Promise<Uint8Array> {
    const { changes, evaluation } = this.#ready()
    const operations = changes.map(({ operation }) => operation)
    return overlayBytes(operations, { epoch: evaluation.epoch })
  }

  /** @throws ReadBackError unless `made` is an image that shows all that was planned */
  assertReadsBack(made: Bytes): void {
    assertReadsBack(imageTarget(made, this.#name), this.#ready().evaluation.plan.operations)
  }

  /** What `pibake bake` puts beside its output as OUT.manifest.json. */
  manifest(version: string): Manifest {
    const { changes, evaluation, specDigest } = this.#ready()
    const { plan, epoch, inventory } = evaluation
    return manifestOf(changes, { version, planDigest: plan.digest, specDigest, epoch, image: imageFacts(inventory) })
  }

  #ready(): Made {
    if (this.#made === undefined) throw new Error('nothing is planned')
    return this.#made
  }
}

function refused(problems: readonly Placed[] | Evaluation['problems'], locate: ParsedSpec['locate']): Look {
  const said = { problems: problemFacts(problems, locate), summary: summary(problems) }
  return { ...said, isRefused: true, access: [], plan: undefined }
}

/** @throws TargetError for what the program alone can do */
function assertForPage({ ssh }: Spec): void {
  if (ssh.hostKeys !== 'bake') return
  throw new TargetError('a page makes no host keys for the device (ssh.hostKeys: bake)', {
    hint: 'leave the key out: the device makes its own at its first start; or run the program: pibake bake SPEC BASE -o OUT',
  })
}
