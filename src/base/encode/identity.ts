import { only } from './encode.ts'

/** Names of one host in hosts(5) and hostname(5). */
export const hostName = only(/[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?/, 'not a host name')

/** The value of an assignment in /etc/default/locale and /etc/default/keyboard, which a shell reads too. */
export const assignedWord = only(/[A-Za-z0-9_.@:,-]*/, 'not a plain word for a shell assignment')

/** The name of a zone below /usr/share/zoneinfo. */
export const zoneName = only(/[A-Za-z0-9_+-]+(?:\/[A-Za-z0-9_+-]+){0,2}/, 'not the name of a time zone')

/** The value of a line of /etc/environment, which pam_env reads without quotes. */
export const environmentValue = only(/[A-Za-z0-9_.@:,/+-]*/, 'not a plain value for /etc/environment')
