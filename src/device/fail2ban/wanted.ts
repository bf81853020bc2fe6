import type { Wanted } from './settings.ts'

/** filterreader.py, `_configOpts`. */
export const FILTER = {
  usedns: ['text', null],
  prefregex: ['text', null],
  ignoreregex: ['text', null],
  failregex: ['text', null],
  maxlines: ['int', null],
  datepattern: ['text', null],
  journalmatch: ['text', null],
} as const satisfies Wanted

/** jailreader.py, `_configOpts1st`: read of every jail, also of one that is switched off. */
export const FIRST = {
  enabled: ['bool', false],
  backend: ['text', 'auto'],
  filter: ['text', ''],
} as const satisfies Wanted

/** jailreader.py, `_configOpts`. */
export const JAIL = {
  enabled: ['bool', false],
  backend: ['text', 'auto'],
  maxretry: ['int', null],
  maxmatches: ['int', null],
  findtime: ['text', null],
  bantime: ['text', null],
  'bantime.increment': ['bool', null],
  'bantime.factor': ['text', null],
  'bantime.formula': ['text', null],
  'bantime.multipliers': ['text', null],
  'bantime.maxtime': ['text', null],
  'bantime.rndtime': ['text', null],
  'bantime.overalljails': ['bool', null],
  ignorecommand: ['text', null],
  ignoreself: ['bool', null],
  ignoreip: ['text', null],
  ignorecache: ['text', null],
  filter: ['text', ''],
  logtimezone: ['text', null],
  logencoding: ['text', null],
  logpath: ['text', null],
  action: ['text', ''],
  ...FILTER,
} as const satisfies Wanted

/** actionreader.py, `_configOpts`. */
export const ACTION = {
  actionstart: ['text', null],
  actionstart_on_demand: ['bool', null],
  actionstop: ['text', null],
  actionflush: ['text', null],
  actionreload: ['text', null],
  actioncheck: ['text', null],
  actionrepair: ['text', null],
  actionrepair_on_unban: ['bool', null],
  actionban: ['text', null],
  actionprolong: ['text', null],
  actionreban: ['text', null],
  actionunban: ['text', null],
  norestored: ['bool', null],
} as const satisfies Wanted

/** fail2banreader.py: the options before the server starts, and those that it is given then. */
export const SERVER = {
  socket: ['text', '/var/run/fail2ban/fail2ban.sock'],
  pidfile: ['text', '/var/run/fail2ban/fail2ban.pid'],
  loglevel: ['text', 'INFO'],
  logtarget: ['text', '/var/log/fail2ban.log'],
  syslogsocket: ['text', 'auto'],
  allowipv6: ['text', 'auto'],
  dbfile: ['text', '/var/lib/fail2ban/fail2ban.sqlite3'],
  dbmaxmatches: ['int', null],
  dbpurgeage: ['text', '1d'],
} as const satisfies Wanted

export const THREAD = { stacksize: ['int', null] } as const satisfies Wanted
