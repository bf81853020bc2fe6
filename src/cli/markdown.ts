import { wrapped } from '../core/presentation/screen.ts'
import type { Io } from './io.ts'

/** A blank inside a word that is not to be broken. */
const FIXED = '\u00a0'
/** Around code, for as long as lines are filled: no text has these characters, which are for private use. */
const [OPEN, CLOSE] = ['\ue000', '\ue001']
const CODE = new RegExp(`${OPEN}([^${CLOSE}]*)${CLOSE}`, 'g')

/**
 * A page of the docs as a terminal shows it: headings, paragraphs, lists and blocks of code, what Markdown marks in them
 * shown by style where there are styles. Other Markdown the pages do not have.
 */
export function markdownLines(io: Io, page: string): string[] {
  const lines: string[] = []
  for (const [i, part] of page
    .trimEnd()
    .split(/^(```[\s\S]*?^```)$/m)
    .entries()) {
    // Blocks of code are every second part.
    if (i % 2 === 1) lines.push(...codeLines(part))
    else lines.push(...part.split(/\n{2,}/).flatMap((block) => blockLines(io, block.trim())))
  }
  return lines.map((line) => line.trimEnd()).slice(0, -1)
}

function codeLines(fenced: string): string[] {
  return [
    ...fenced
      .split('\n')
      .slice(1, -1)
      .map((line) => `    ${line}`),
    '',
  ]
}

function blockLines(io: Io, block: string): string[] {
  if (block === '') return []
  const heading = /^#+ (.*)$/.exec(block)?.[1]
  if (heading !== undefined) return [io.style('bold', heading), '']
  const items = block.startsWith('- ') ? block.split(/\n(?=- )/) : [block]
  const indent = items.length > 1 || block.startsWith('- ') ? 2 : 0
  const filled = items.flatMap((item) => wrapped(plain(item.replace(/\s*\n\s*/g, ' ')), io.screen, indent))
  return [...filled.map((line) => styled(io, line)), '']
}

/** Without links; a piece of code is not broken. */
function plain(text: string): string {
  return text
    .replace(/\[([^\]]*)\]\((?:\.\.\/)?([^)]*)\)/g, (_, name, target) =>
      target === `${name}.md` ? name : `${name} (docs/${target})`,
    )
    .replace(/(`+)(.+?)\1(?!`)/g, (_, marks, code) => {
      // Several marks are for code that has one in it, and blanks keep the two apart.
      const own = marks.length > 1 ? code.trim() : code
      return `${OPEN}${own.replaceAll(' ', FIXED)}${CLOSE}`
    })
}

/** Code by its style; where there are none, several words of it in quotes. */
function styled(io: Io, line: string): string {
  return line.replace(CODE, (_, fixed) => {
    const code = fixed.replaceAll(FIXED, ' ')
    const shown = io.style('cyan', code)
    return shown === code && code.includes(' ') ? `'${code}'` : shown
  })
}
