import { bytewise } from '../../base/order.ts'
import type { Origin } from '../../base/report/origin.ts'
import type { Problem } from '../../base/report/report.ts'
import { installOf } from '../../device/systemd/install.ts'
import { parseUnit } from '../../device/systemd/settings.ts'
import { unitFile } from '../../device/systemd/unit-files.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { type FileOperation, file, type Operation, remove, symlink } from '../plan/operation.ts'
import type { UnitRequest } from '../plan/request.ts'
import { render, Traced } from '../render/render.ts'

const ETC = '/etc/systemd/system'

/**
 * What `systemctl enable`, `disable`, `mask` and `unmask` would do, as operations.
 *
 * Enabling makes the links of the unit's [Install] section; disabling removes every wants-, requires- and alias link
 * that leads to it. A preset file repeats both, for an image whose machine-id is unset applies presets at its first
 * start and would enable again what is merely not linked (systemd.preset(5)). A unit that is not in the image yet gets
 * its preset line only: its package's installation follows it.
 *
 * @param planned the plan's own files, for units that pibake itself brings
 * @param presets why there is a preset file; each of its lines has its unit's own reason
 */
export function unitOperations(
  root: Tree,
  planned: readonly Operation[],
  requests: readonly UnitRequest[],
  presets: Origin,
): { operations: Operation[]; settled: UnitRequest[]; problems: Problem[] } {
  const { settled, problems } = settle(requests)
  const links = installedLinks(root)
  const operations = settled.flatMap((request) => operationsFor(root, planned, links, request))
  if (settled.length > 0) operations.push(presetFile(settled, presets))
  return { operations, settled, problems }
}

/** One request a unit: masked outranks disabled; enabled against either is a contradiction in the spec. */
function settle(requests: readonly UnitRequest[]): { settled: UnitRequest[]; problems: Problem[] } {
  const byUnit = new Map<string, UnitRequest>()
  const problems: Problem[] = []
  for (const request of requests) {
    const other = byUnit.get(request.unit)
    if (other === undefined || other.state === request.state) {
      byUnit.set(request.unit, other ?? request)
    } else if (isOff(other) && isOff(request)) {
      byUnit.set(request.unit, other.state === 'masked' ? other : request)
    } else {
      problems.push({
        severity: 'error',
        code: 'SVC001',
        path: request.origin.path,
        message: `${request.origin.key} wants ${request.unit} ${request.state}, ${other.origin.key} wants it ${other.state}`,
        hint: `${request.origin.because}; ${other.origin.because}`,
      })
    }
  }
  return { settled: [...byUnit.values()].sort((a, b) => bytewise(a.unit, b.unit)), problems }
}

function isOff(request: UnitRequest): boolean {
  return request.state === 'disabled' || request.state === 'masked'
}

interface Link {
  readonly path: string
  /** The unit it leads to, by its last name. */
  readonly unit: string
}

/** The wants-, requires- and alias links in /etc/systemd/system. */
function installedLinks(root: Tree): Link[] {
  const names = root.list(ETC)
  const folders = names.filter((name) => /\.(wants|requires|upholds)$/.test(name)).map((name) => `${ETC}/${name}`)
  return [ETC, ...folders].flatMap((folder) =>
    root.list(folder).flatMap((name) => {
      const path = `${folder}/${name}`
      const entry = root.lstat(path)
      if (entry?.kind !== 'symlink' || entry.target === '/dev/null') return []
      // A wants-link counts by its own name (systemd.unit(5)), an alias by what it points to.
      return [{ path, unit: folder === ETC ? (entry.target.split('/').at(-1) as string) : name }]
    }),
  )
}

function operationsFor(
  root: Tree,
  planned: readonly Operation[],
  links: readonly Link[],
  request: UnitRequest,
): Operation[] {
  const { unit, origin } = request
  const own = `${ETC}/${unit}`
  switch (request.state) {
    case 'masked':
      return [symlink(own, '/dev/null', { origin })]
    case 'unmasked':
      return isMask(root, own) ? [remove(own, { origin })] : []
    case 'disabled':
      return links.filter((link) => link.unit === unit).map((link) => remove(link.path, { origin }))
    case 'enabled':
      return [...(isMask(root, own) ? [remove(own, { origin })] : []), ...enablingLinks(root, planned, request)]
  }
}

function isMask(root: Tree, path: string): boolean {
  const entry = root.lstat(path)
  return entry?.kind === 'symlink' && entry.target === '/dev/null'
}

function enablingLinks(root: Tree, planned: readonly Operation[], request: UnitRequest): Operation[] {
  const { unit, origin } = request
  const file = unitFile(root, unit, (path) => plannedFile(planned, path)?.content)
  if (file === undefined) return []
  const { links } = installOf(parseUnit(file.text, file.path), unit)
  return links.map((link) => symlink(`${ETC}/${link}`, file.path, { origin }))
}

function plannedFile(planned: readonly Operation[], path: string): FileOperation | undefined {
  return planned.find((o): o is FileOperation => o.kind === 'file' && o.partition === 'root' && o.path === path)
}

function presetFile(settled: readonly UnitRequest[], origin: Origin): FileOperation {
  const units = settled
    .filter((request) => request.state !== 'unmasked')
    .map((request) => ({
      verb: new Traced(request.state === 'enabled' ? 'enable' : 'disable', request.origin),
      unit: request.unit,
    }))
  const { content, lines } = render('root/etc/systemd/system-preset/00-pibake.preset.ejs', { units })
  return file('/etc/systemd/system-preset/00-pibake.preset', content, {
    origin,
    lines,
  })
}
