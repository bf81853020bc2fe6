/**
 * Compares two versions of Debian packages (deb-version(7)): epoch, upstream version, revision.
 *
 * @returns less than, equal to or greater than zero
 */
export function compareDebVersions(a: string, b: string): number {
  const [x, y] = [split(a), split(b)]
  return x.epoch - y.epoch || compareParts(x.upstream, y.upstream) || compareParts(x.revision, y.revision)
}

function split(version: string) {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/s.exec(version) ?? []
  const dash = rest.lastIndexOf('-')
  return {
    epoch: Number(epoch),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  }
}

/** Text and numbers in turn; in text `~` comes before the end, the end before letters, letters before all else. */
function compareParts(a: string, b: string): number {
  const [x, y] = [pieces(a), pieces(b)]
  for (let i = 0; i < Math.max(x.length, y.length); i += 1) {
    const [s, t] = [x[i] ?? '', y[i] ?? '']
    const order = i % 2 === 0 ? compareText(s, t) : compareNumbers(s, t)
    if (order !== 0) return order
  }
  return 0
}

/** Text first, then a number, and so on; either may be empty. */
function pieces(part: string): string[] {
  return [...part.matchAll(/(\D*)(\d*)/g)].flatMap(([, text = '', digits = '']) => [text, digits])
}

function compareNumbers(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')]
  return x.length - y.length || (x < y ? -1 : x > y ? 1 : 0)
}

function compareText(a: string, b: string): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const order = rank(a[i]) - rank(b[i])
    if (order !== 0) return order
  }
  return 0
}

function rank(letter: string | undefined): number {
  if (letter === '~') return -1
  if (letter === undefined) return 0
  return /[A-Za-z]/.test(letter) ? letter.charCodeAt(0) : letter.charCodeAt(0) + 256
}
