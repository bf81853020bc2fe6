import type { Tree } from '../../storage/tree/tree.ts'
import type { Statement } from './statement.ts'

const FILE = '/etc/network/interfaces'
const FOLDER = `${FILE}.d`

/** The lines of /etc/network/interfaces that give an interface to ifupdown (interfaces(5)). */
export function interfaceStatements(root: Tree, name: string): readonly Statement[] {
  const isSourced = /^\s*source(-directory)?\s+\/etc\/network\/interfaces\.d\b/m.test(textOf(root, FILE))
  const more = isSourced ? root.list(FOLDER).filter((file) => !file.startsWith('.')) : []
  return [FILE, ...more.map((file) => `${FOLDER}/${file}`)].flatMap((file) =>
    textOf(root, file)
      .split('\n')
      .flatMap((text, index) => {
        const [word, link] = text.trim().split(/\s+/)
        return word === 'iface' && link === name ? [{ isManaged: false, file, line: index + 1 }] : []
      }),
  )
}

function textOf(root: Tree, file: string): string {
  return root.lstat(root.resolve(file))?.kind === 'file' ? new TextDecoder().decode(root.read(file)) : ''
}
