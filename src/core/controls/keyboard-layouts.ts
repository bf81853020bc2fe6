import type { Problem } from '../../base/report/report.ts'
import { suggest } from '../../base/report/suggest.ts'
import type { Tree } from '../../storage/tree/tree.ts'

/** The list of xkb-data: sections that begin with `! NAME`, a name and what it means a line. */
const RULES = '/usr/share/X11/xkb/rules/base.lst'

/** What people write for a layout, most of them the code of its language. */
const MEANT: Readonly<Record<string, string>> = {
  uk: 'gb',
  en: 'us',
  cs: 'cz',
  da: 'dk',
  el: 'gr',
  et: 'ee',
  ja: 'jp',
  ko: 'kr',
  sl: 'si',
  sv: 'se',
  zh: 'cn',
}

/** What is wrong with a keyboard layout on this image; one without a list is taken at its word. */
export function layoutProblems(root: Tree, layout: string): Problem[] {
  const known = layoutsOf(root)
  if (known.length === 0 || known.includes(layout)) return []
  const near = MEANT[layout] ?? suggest(layout, known)
  return [
    {
      severity: 'error',
      code: 'NET004',
      path: ['device', 'keyboard'],
      message: `the image has no keyboard layout '${layout}'`,
      hint: near === undefined ? `${RULES} of the image lists them` : `did you mean '${near}'?`,
    },
  ]
}

function layoutsOf(root: Tree): string[] {
  const bytes = root.read(RULES)
  if (bytes === undefined) return []
  const [, section = ''] = /^! layout\n(.*?)(?:^!|$(?![\s\S]))/ms.exec(new TextDecoder().decode(bytes)) ?? []
  return section.split('\n').flatMap((line) => /^\s+(\S+)/.exec(line)?.[1] ?? [])
}
