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

/** What is wrong with the variant of a layout on this image. */
export function variantProblems(root: Tree, layout: string, variant: string | undefined): Problem[] {
  const lines = linesOf(root, 'variant')
  if (variant === undefined || lines.length === 0) return []
  const known = lines.flatMap((line) => {
    const [, name, of] = /^\s+(\S+)\s+(\S+):/.exec(line) ?? []
    return name !== undefined && of === layout ? [name] : []
  })
  if (known.includes(variant)) return []
  const near = suggest(variant, known)
  return [
    {
      severity: 'error',
      code: 'NET026',
      path: ['device', 'keyboardVariant'],
      message: `the image has no variant '${variant}' of the keyboard layout '${layout}'`,
      hint: near === undefined ? `${RULES} of the image lists them` : `did you mean '${near}'?`,
    },
  ]
}

function layoutsOf(root: Tree): string[] {
  return linesOf(root, 'layout').flatMap((line) => /^\s+(\S+)/.exec(line)?.[1] ?? [])
}

/** The lines of a section of the list; none where the image has no list. */
function linesOf(root: Tree, name: 'layout' | 'variant'): string[] {
  const bytes = root.read(RULES)
  if (bytes === undefined) return []
  const section = new RegExp(`^! ${name}\\n(.*?)(?:^!|$(?![\\s\\S]))`, 'ms').exec(new TextDecoder().decode(bytes))?.[1]
  return section?.split('\n') ?? []
}
