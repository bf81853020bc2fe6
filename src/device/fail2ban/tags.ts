import { StartError } from './errors.ts'

/** What a setting of a jail, a filter or an action is, once it is read; null: set, and to nothing that fail2ban can use. */
export type Setting = string | number | boolean | null

/** fail2ban/helpers.py, MAX_TAG_REPLACE_COUNT. */
const REPEATS = 25
const TAG = /<([^ <>]+)>/g

/**
 * Replaces each `<tag>` in the settings by the setting of that name, until none is left that can be (helpers.py,
 * `substituteRecursiveTags`).
 *
 * @param more what a tag stands for that none of the settings has
 * @throws StartError for settings that refer to themselves
 */
export function withTags(
  settings: ReadonlyMap<string, Setting>,
  ignored: ReadonlySet<string>,
  more: (tag: string) => string | undefined,
): Map<string, Setting> {
  const found = new Map(settings)
  const counts = new Map<string, Map<string, number>>()
  for (let isOpen = true; isOpen; ) {
    isOpen = false
    for (const [name, setting] of found) {
      if (ignored.has(name) || typeof setting !== 'string') continue
      const count = counts.get(name) ?? new Map<string, number>()
      const value = replaced(name, setting, count, (tag) =>
        ignored.has(tag) ? undefined : (textOf(found.get(tag)) ?? more(tag)),
      )
      if (value === setting) continue
      found.set(name, value)
      if (value.search(TAG) === -1) continue
      counts.set(name, count)
      isOpen = true
    }
  }
  return found
}

function replaced(
  name: string,
  setting: string,
  count: Map<string, number>,
  meaning: (tag: string) => string | undefined,
): string {
  let value = setting
  TAG.lastIndex = 0
  for (let match = TAG.exec(value); match !== null; match = TAG.exec(value)) {
    const tag = match[1] as string
    if (tag === name || (count.get(tag) ?? 1) > REPEATS) {
      throw new StartError(
        `properties contain self referencing definitions and cannot be resolved, fail tag: ${name}, found: ${tag}`,
      )
    }
    const meant = meaning(tag)
    if (meant === undefined) continue
    value = value.replaceAll(`<${tag}>`, () => meant)
    count.set(tag, (count.get(tag) ?? 0) + 1)
    TAG.lastIndex = match.index
  }
  return value
}

function textOf(setting: Setting | undefined): string | undefined {
  return setting === undefined || setting === null ? undefined : String(setting)
}
