import type { Tree } from '../../storage/tree/tree.ts'

export const ZONES = '/usr/share/zoneinfo'

/** Has the image a file for that zone? Those in lower case (`zone.tab`, `posix/`, `leapseconds`) are something else. */
export function isZone(root: Tree, zone: string): boolean {
  const kind = root.lstat(`${ZONES}/${zone}`)?.kind
  return kind !== undefined && kind !== 'directory' && zone.split('/').every((part) => /^[A-Z]/.test(part))
}

/** The names of the image's time zones. */
export function zonesOf(root: Tree, directory = ZONES): string[] {
  return root.list(directory).flatMap((name) => {
    if (!/^[A-Z]/.test(name)) return []
    const place = `${directory}/${name}`
    return root.lstat(place)?.kind === 'directory' ? zonesOf(root, place) : [place.slice(ZONES.length + 1)]
  })
}

/**
 * The name that a zone has today, if the image has it under that: the package tzdata knows the old names (zic(8), `L TARGET
 * NAME`), but in Debian 13 tzdata-legacy alone has files for them.
 */
export function successorOf(root: Tree, zone: string): string | undefined {
  const source = root.read(`${ZONES}/tzdata.zi`)
  if (source === undefined) return undefined
  const links = new TextDecoder().decode(source).matchAll(/^L (\S+) (\S+)$/gm)
  const target = [...links].find(([, , name]) => name === zone)?.[1]
  return target !== undefined && isZone(root, target) ? target : undefined
}

/** The time zone that is set: where /etc/localtime leads, else what /etc/timezone says (localtime(5)); undefined: none is. */
export function zoneOf(root: Tree): string | undefined {
  const link = root.lstat('/etc/localtime')
  const [, linked] = link?.kind === 'symlink' ? (/\/zoneinfo\/(.+)$/.exec(link.target) ?? []) : []
  const written = new TextDecoder().decode(root.read('/etc/timezone') ?? new Uint8Array()).trim()
  return linked ?? (written === '' ? undefined : written)
}
