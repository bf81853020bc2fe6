/** A statement of a chain: its words, `{ … }` as one word. */
export interface Statement {
  readonly words: readonly string[]
  /** From 1. */
  readonly line: number
}

export interface NftChain {
  readonly table: string
  /** `inet`, `ip`, `ip6` … */
  readonly family: string
  readonly name: string
  readonly statements: readonly Statement[]
}

export interface NftText {
  readonly chains: readonly NftChain[]
  /** Lines at which the file does more than write chains and sets out: includes, commands of other kinds. */
  readonly others: readonly number[]
}

interface Token {
  readonly text: string
  readonly line: number
}

/** Reads the nested form of nft(8), as nftables.conf has it. */
export function readNft(text: string): NftText {
  const tokens = tokensOf(text)
  const chains: NftChain[] = []
  const others: number[] = []
  let at = 0
  const next = () => tokens[at++]
  while (at < tokens.length) {
    const words = head(tokens, at)
    const [first, family = '', second = ''] = words.map(({ text: word }) => word)
    const after = tokens[at + words.length]
    const line = words[0]?.line ?? after?.line ?? 0
    at += words.length + 1
    if (first === undefined || /^(flush|define)$/.test(first) || (first === 'table' && after?.text !== '{')) continue
    if (first !== 'table') {
      others.push(line)
      if (after?.text === '{') at = closing(tokens, at)
      continue
    }
    const [kind, name] = second === '' ? ['ip', family] : [family, second]
    for (let depth = 1; depth > 0 && at < tokens.length; ) {
      const inner = head(tokens, at)
      const end = tokens[at + inner.length]
      at += inner.length + 1
      if (end?.text === '}') depth -= 1
      else if (end?.text === '{' && inner[0]?.text === 'chain') {
        chains.push({
          table: `${kind} ${name}`,
          family: kind,
          name: inner[1]?.text ?? '',
          statements: statements(next),
        })
      } else if (end?.text === '{') at = closing(tokens, at)
    }
  }
  return { chains, others }
}

function tokensOf(text: string): Token[] {
  let line = 1
  const found: Token[] = []
  for (const [token] of text.matchAll(/#[^\n]*|\\\n|"[^"\n]*"|[{};\n]|[^\s{};"#\\]+|\S/g)) {
    if (token === '\\\n') line += 1
    else if (!token.startsWith('#')) found.push({ text: token, line })
    if (token === '\n') line += 1
  }
  return found
}

/** The words up to a brace or an end. */
function head(tokens: readonly Token[], at: number): Token[] {
  let end = at
  while (end < tokens.length && !/^[{};\n]$/.test(tokens[end]?.text ?? '')) end += 1
  return tokens.slice(at, end)
}

/** The place after the brace that closes one that is open. */
function closing(tokens: readonly Token[], start: number): number {
  let at = start
  for (let depth = 1; depth > 0 && at < tokens.length; at += 1) {
    if (tokens[at]?.text === '{') depth += 1
    if (tokens[at]?.text === '}') depth -= 1
  }
  return at
}

/** The statements of a chain, up to the brace that closes it. */
function statements(next: () => Token | undefined): Statement[] {
  const found: Statement[] = []
  let words: string[] = []
  let line = 0
  let set: string[] | undefined
  for (let token = next(); token !== undefined; token = next()) {
    if (set !== undefined) {
      if (token.text === '}') {
        words.push(`{${set.join(' ')}}`)
        set = undefined
      } else if (token.text !== '\n') set.push(token.text)
    } else if (token.text === '{') set = []
    else if (token.text === '}' || token.text === ';' || token.text === '\n') {
      if (words.length > 0) found.push({ words, line })
      words = []
      if (token.text === '}') break
    } else {
      if (words.length === 0) line = token.line
      words.push(token.text.replace(/^"(.*)"$/, '$1'))
    }
  }
  return found
}
