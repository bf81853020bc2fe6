import type { Code } from '../../../base/report/codes.ts'
import { isCalendarEvent } from '../../../device/systemd/calendar.ts'
import { checked, shaped } from '../values.ts'

/** Days, times of day, moments, zones and calendars. */

export const timezone = (description: string) =>
  shaped(
    /^(?:UTC|[A-Z][A-Za-z]+(?:\/[A-Za-z0-9_+-]+){1,2})$/,
    {
      code: 'NET002',
      predicate: 'is not a time zone',
      hint: 'as in timedatectl list-timezones, e.g. Europe/Vienna or UTC',
    },
    description,
  )

/** A day that the calendar has, `YYYY-MM-DD`. */
export const day = (code: Code, description: string) =>
  checked((date) => {
    const time = Date.parse(`${date}T00:00:00Z`)
    const real = /^\d{4}-\d\d-\d\d$/.test(date) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(date)
    return real ? undefined : { code, predicate: 'is not a date', hint: 'YYYY-MM-DD, e.g. 2027-01-31' }
  }, description)

export const timeOfDay = (description: string) =>
  shaped(
    /^([01]\d|2[0-3]):[0-5]\d$/,
    { code: 'UPD001', predicate: 'is not a time of day', hint: 'HH:MM, e.g. 04:30' },
    description,
    { code: 'UPD001', predicate: 'is not a time of day', hint: 'HH:MM in quotes, e.g. "04:30"' },
  )

/** A moment in UTC that the calendar has. */
export const moment = (description: string) =>
  checked((text) => {
    const time = Date.parse(text)
    const isReal =
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) &&
      !Number.isNaN(time) &&
      new Date(time).toISOString() === text.replace('Z', '.000Z')
    return isReal ? undefined : { code: 'PKG007', predicate: 'is not a moment', hint: '"2026-11-01T00:00:00Z", in UTC' }
  }, description)

export const calendarEvent = (description: string) =>
  checked((text) => {
    const hint = 'as in systemd.time(7): daily, "04:30", "Mon *-*-* 06:00", "*:0/15"'
    return isCalendarEvent(text)
      ? undefined
      : { code: 'SVC019', predicate: 'is not a time for a timer of systemd', hint }
  }, description)
