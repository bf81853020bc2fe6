import { repr } from './python.ts'

/** The words that mytime.py, `str2seconds`, puts a factor for, and Python's eval() then works out. */
const UNITS: readonly (readonly [pattern: RegExp, factor: number])[] = [
  [/(?<=[\d\s])(?:days?|da|dd?)\b/gi, 86_400],
  [/(?<=[\d\s])(?:weeks?|wee?|ww?)\b/gi, 604_800],
  [/(?<=[\d\s])(?:months?|mon?)\b/gi, 2_629_800],
  [/(?<=[\d\s])(?:years?|yea?|yy?)\b/gi, 31_557_600],
  [/(?<=[\d\s])(?:seconds?|sec?|ss?)\b/gi, 1],
  [/(?<=[\d\s])(?:minutes?|min?|mm?)\b/gi, 60],
  [/(?<=[\d\s])(?:hours?|hou?|hh?)\b/gi, 3600],
]

/** Why fail2ban takes something for no span of time, in Python's words; undefined: it is one. */
export function notSeconds(text: string): string | undefined {
  let expression = text.replace(/(?<=[a-z])(\d)/gi, ' $1')
  for (const [pattern, factor] of UNITS) expression = expression.replace(pattern, `*${factor}`)
  return notArithmetic(expression.replace(/(\d)\s+(\d)/g, '$1+$2'))
}

/** Why Python's eval() makes no number of an expression of numbers, `+ - * / // % **` and parentheses. */
export function notArithmetic(text: string): string | undefined {
  const expression = text.replace(/#.*/, '').trim()
  if (isSum(expression, [NUMBER])) return undefined
  if (isSum(expression, [NUMBER, NAME])) return `name ${repr(expression.match(FIRST_NAME)?.[0] ?? '')} is not defined`
  if (LEADING_ZERO.test(expression)) {
    return 'leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers'
  }
  return 'invalid syntax'
}

const NUMBER = /(?:0(?:_?0)*(?![\d_])|[1-9](?:_?\d)*|0(?=\.))(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?/iy
const NAME = /[a-z_]\w*/iy
const FIRST_NAME = /(?<![\w.])[a-z_]\w*/i
const LEADING_ZERO = /(?<![\w.])0+[1-9]/

function isSum(expression: string, operands: readonly RegExp[]): boolean {
  let at = 0
  const token = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    const found = pattern.exec(expression)
    at += found?.[0].length ?? 0
    return found !== null
  }
  const operand = (): boolean => {
    token(/[\s+-]*/y)
    if (!token(/\(/y)) return operands.some(token)
    return sum() && token(/\s*\)/y)
  }
  const sum = (): boolean => {
    do if (!operand()) return false
    while (token(/\s*(?:\*\*|\/\/|[-+*/%])/y))
    return true
  }
  return sum() && at === expression.length
}
