import { dirname } from 'node:path'
import { changesOf } from '../plan/changes.ts'
import type { Change } from '../plan/state.ts'
import type { Target } from '../tree/tree.ts'
import { changeFacts, hostKeyFacts, imageFacts, problemFacts } from './documents.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { type Io, printJson, say } from './io.ts'
import { knownHostsIn, saveKnownHosts } from './known-hosts.ts'
import type { Prepared } from './prepare.ts'
import { loginCard } from './print-access.ts'
import { printChanges } from './print-changes.ts'
import { printNotes } from './print-notes.ts'
import { knownVulnerabilities, printVulnerabilities } from './tracker.ts'

export interface DeliverOptions {
  /** Names the document of `--json`: `pibake.NAME/1`. */
  readonly command: 'apply' | 'bake'
  readonly specFile: string
  /** Where baked host keys are noted, in place of the file beside the spec. */
  readonly knownHosts: string | undefined
  /** A file of Debian's security tracker, for a list of known vulnerabilities. */
  readonly securityTracker: string | undefined
}

/** What a command that writes adds to its document. */
export type Facts = Readonly<Record<string, unknown>>

/**
 * What every command does that carries out a plan: shows it, notes the host keys that were made, has it written, and
 * ends with the way in.
 *
 * @param write makes the changes, reads them back, and tells what else the document is to say
 */
export async function deliver(
  io: Io,
  prepared: Prepared,
  { command, specFile, knownHosts: file, securityTracker }: DeliverOptions,
  write: (changes: readonly Change[]) => Promise<Facts>,
): Promise<ExitCode> {
  const { spec, target, hostKeys, plan } = prepared
  const isBaked = Object.keys(hostKeys).length > 0
  if (file !== undefined && !isBaked) {
    io.stderr.write('pibake: --known-hosts needs ssh.hostKeys: bake; else the device makes its keys itself\n')
    return EXIT.usage
  }
  // Before the target is changed, so that a file that cannot be read or written leaves it as it was.
  const vulnerabilities = knownVulnerabilities(prepared, securityTracker)
  const knownHosts = knownHostsIn(dirname(specFile), spec, target.root, file)
  saveKnownHosts(knownHosts, hostKeys)
  const changes = changesOf(target, plan.operations)
  // Made before anything is written: the diffs are against what is there then.
  const document = io.json ? { schema: `pibake.${command}/1`, ...receipt(prepared, target, changes) } : undefined
  if (!io.json) printChanges(io, target, changes, { diffs: io.verbose })
  printNotes(io, plan.notes)
  const facts = await write(changes)
  if (isBaked) say(io, `the host keys are noted in ${knownHosts.file}`)
  if (document !== undefined) {
    printJson(io, {
      ...document,
      ...facts,
      knownHosts: isBaked ? knownHosts.file : null,
      vulnerabilities: vulnerabilities ?? null,
    })
  } else {
    printVulnerabilities(io, vulnerabilities)
    io.stdout.write(`\n${loginCard(prepared, target.root).join('\n')}\n`)
  }
  return EXIT.ok
}

function receipt(prepared: Prepared, target: Target, changes: readonly Change[]) {
  const { plan, inventory, verdict, hostKeys } = prepared
  return {
    digest: plan.digest,
    image: imageFacts(inventory),
    changes: changes.map((change) => changeFacts(target, change)),
    notes: plan.notes,
    access: verdict,
    hostKeys: hostKeyFacts(hostKeys),
    problems: problemFacts(prepared.problems, prepared.locate),
  }
}
