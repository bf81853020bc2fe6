/** Words that stand for a whole expression (systemd.time(7), "Calendar Events"). */
const WORDS =
  /^(minutely|hourly|daily|monthly|weekly|yearly|annually|quarterly|biannually|bi-annually|semiannually|semi-annually)$/i

const DAYS: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const FULL: readonly string[] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const DATE = /^(?:([^-~]+)-)?([^-~]+)([-~])([^-~]+)$/
const ZONE = /^(?:UTC|[A-Z][A-Za-z]+(?:\/[A-Za-z0-9_+-]+){1,2})$/

/** What each place of a date and a time may hold. */
const LIMITS = {
  year: [1970, 2199],
  month: [1, 12],
  day: [1, 31],
  hour: [0, 23],
  minute: [0, 59],
  second: [0, 59],
} as const

/**
 * Whether systemd takes a text for a calendar event: `daily`, `Mon..Fri *-*-* 04:30`, `*:0/15`, `Sun 03:00 UTC`. A few that
 * systemd takes as well, such as `@0` and fractions of a second, are refused: they are slips of the pen more often than not.
 */
export function isCalendarEvent(text: string): boolean {
  const parts = text.split(' ')
  if (parts.length > 1 && ZONE.test(parts.at(-1) as string)) parts.pop()
  if (parts.length === 1 && WORDS.test(parts[0] as string)) return true
  const hadDays = areDays(parts[0] ?? '')
  if (hadDays) parts.shift()
  const hadDate = isDate(parts[0] ?? '')
  if (hadDate) parts.shift()
  const hadTime = isTime(parts[0] ?? '')
  if (hadTime) parts.shift()
  return parts.length === 0 && (hadDays || hadDate || hadTime)
}

/** `Mon`, `Mon,Wed..Fri`; a range does not go over the end of the week. */
function areDays(text: string): boolean {
  return text
    .toLowerCase()
    .split(',')
    .every((part) => {
      const ends = part.split('..').map((day) => [DAYS, FULL].map((names) => names.indexOf(day)))
      const [first = -1, last = first, ...rest] = ends.map((found) => Math.max(...found))
      return first >= 0 && last >= first && rest.length === 0
    })
}

function isDate(text: string): boolean {
  const [, year = '*', month = '', separator, day = ''] = DATE.exec(text) ?? []
  if (separator === undefined) return false
  // `~` counts from the month's end, and the first place from it is the last day.
  return isPlace(year, 'year') && isPlace(month, 'month') && isPlace(day, 'day')
}

function isTime(text: string): boolean {
  const [hour = '', minute = '', second = '0', ...rest] = text.split(':')
  if (rest.length > 0 || !text.includes(':')) return false
  return isPlace(hour, 'hour') && isPlace(minute, 'minute') && isPlace(second, 'second')
}

/** `*`, or values with commas in between: `5`, `1..5`, each with a step (`0/15`). */
function isPlace(text: string, place: keyof typeof LIMITS): boolean {
  const [least, most] = LIMITS[place]
  const fits = (value: string | undefined) => value === undefined || (Number(value) >= least && Number(value) <= most)
  return text.split(',').every((part) => {
    const [, first, last, step] = /^(?:\*|(\d{1,4})(?:\.\.(\d{1,4}))?)(?:\/(\d{1,4}))?$/.exec(part) ?? ['', '-1']
    if (!fits(first) || !fits(last)) return false
    if (part.startsWith('*') && part !== '*' && text !== part) return false
    if (first !== undefined && last !== undefined && Number(first) > Number(last)) return false
    return step === undefined || (Number(step) >= 1 && Number(step) <= most)
  })
}
