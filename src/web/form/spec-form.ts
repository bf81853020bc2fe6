import { type Document, isMap, isScalar, isSeq, parseDocument, Scalar, type YAMLSeq } from 'yaml'
import { type FormValues, LISTS, type ListName, TEXTS, type TextName, WIFI, type WifiName } from './form-values.ts'

type Path = readonly (string | number)[]

/** What a spec says of what the form asks for; undefined: it is not YAML, or not a section with keys. */
export function readForm(text: string): FormValues | undefined {
  const document = documentOf(text)
  return document && valuesOf(document)
}

/**
 * A spec that says what the form does. What has not changed stays as it is; comments stay, and so does all that the form does not
 * ask for. A text that is not YAML is given back as it is.
 */
export function writeForm(text: string, values: FormValues): string {
  const document = documentOf(text)
  if (document === undefined) return text
  const before = valuesOf(document)
  let hasChanged = false
  const change = (work: () => void) => {
    work()
    hasChanged = true
  }
  for (const name of Object.keys(TEXTS) as TextName[]) {
    if (values[name] !== before[name]) change(() => setText(document, TEXTS[name], values[name]))
  }
  for (const name of Object.keys(LISTS) as ListName[]) {
    if (!isSame(values[name], before[name])) change(() => setList(document, LISTS[name], values[name]))
  }
  if (values.wifi.ssid === '' && before.wifi.ssid !== '') change(() => remove(document, WIFI.ssid.slice(0, -1)))
  for (const name of Object.keys(WIFI) as WifiName[]) {
    if (values.wifi[name] !== before.wifi[name]) change(() => setText(document, WIFI[name], values.wifi[name]))
  }
  return hasChanged ? document.toString({ lineWidth: 0 }) : text
}

function documentOf(text: string): Document | undefined {
  const document: Document = parseDocument(text, { uniqueKeys: false })
  return document.errors.length === 0 && isMap(document.contents) ? document : undefined
}

function valuesOf(document: Document): FormValues {
  const textAt = (path: Path) => textOf(document.getIn(path))
  const texts = Object.fromEntries(Object.entries(TEXTS).map(([name, path]) => [name, textAt(path)]))
  const lists = Object.fromEntries(Object.entries(LISTS).map(([name, path]) => [name, listAt(document, path)]))
  const wifi = Object.fromEntries(Object.entries(WIFI).map(([name, path]) => [name, textAt(path)]))
  return {
    ...(texts as Record<TextName, string>),
    ...(lists as Record<ListName, string[]>),
    wifi: wifi as Record<WifiName, string>,
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** The texts of a list; what else is in it is not the form's. */
function listAt(document: Document, path: Path): string[] {
  const list = document.getIn(path)
  return isSeq(list) ? list.items.flatMap((item) => (isText(item) ? [String(item.value)] : [])) : []
}

function isText(item: unknown): item is Scalar<string> {
  return isScalar(item) && typeof item.value === 'string'
}

function setText(document: Document, path: Path, text: string): void {
  if (text === '') {
    remove(document, path)
    return
  }
  prepare(document, path)
  const known = document.getIn(path, true)
  // A new scalar would lose the comment behind the old one.
  if (isScalar(known)) Object.assign(known, { value: text, type: Scalar.QUOTE_DOUBLE, source: undefined })
  else document.setIn(path, quoted(text))
}

function setList(document: Document, path: Path, texts: readonly string[]): void {
  const known = document.getIn(path)
  const others = isSeq(known) ? known.items.filter((item) => !isText(item)) : []
  if (texts.length === 0 && others.length === 0) {
    remove(document, path)
    return
  }
  prepare(document, path)
  const list = isSeq(known) ? known : (document.createNode([]) as YAMLSeq)
  const had = new Map(list.items.filter(isText).map((item) => [item.value, item]))
  list.items = [...others, ...texts.map((text) => had.get(text) ?? quoted(text))]
  list.flow = false
  if (list !== known) document.setIn(path, list)
}

function quoted(text: string): Scalar<string> {
  const scalar = new Scalar(text)
  scalar.type = Scalar.QUOTE_DOUBLE
  return scalar
}

/** Makes what has to be there above a path: sections, and lists with a section in them. */
function prepare(document: Document, path: Path): void {
  for (let depth = 1; depth < path.length; depth++) {
    const above = path.slice(0, depth)
    const isList = typeof path[depth] === 'number'
    const known = document.getIn(above, true)
    const isThere = (isList && isSeq(known)) || (!isList && isMap(known))
    if (!isThere) document.setIn(above, document.createNode(isList ? [] : {}))
    // What is empty is written as `[]` or `{}`, and cannot take a line of its own.
    else if (known.items.length === 0) known.flow = false
  }
}

/** Takes a path out, and the sections above it that are empty then. */
function remove(document: Document, path: Path): void {
  if (!document.hasIn(path)) return
  document.deleteIn(path)
  const above = path.slice(0, -1)
  const left = above.length === 0 ? undefined : document.getIn(above)
  if ((isMap(left) || isSeq(left)) && left.items.length === 0) remove(document, above)
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i])
}
