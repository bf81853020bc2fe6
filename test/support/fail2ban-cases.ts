import type { Release } from '../../src/device/inspect/inventory.ts'

/** Files to lay over a root that pibake has prepared, by path; a name that ends with `/` is a folder. */
export type Planted = Readonly<Record<string, string>>

/** What fail2ban makes of it, and the words with which what it says begins. */
export interface Case {
  readonly planted: Planted
  readonly fails?: string
  /** The other release starts. */
  readonly failsOn?: Release
  /** It passes over a jail, and starts. */
  readonly skips?: string
}

const starts = (planted: Planted): Case => ({ planted })
const skips = (words: string, planted: Planted): Case => ({ planted, skips: words })
const fails = (words: string, planted: Planted, release?: Release): Case => ({
  planted,
  fails: words,
  ...(release === undefined ? {} : { failsOn: release }),
})

const own = (text: string): Planted => ({ '/etc/fail2ban/jail.d/own.conf': text })
const late = (text: string): Planted => ({ '/etc/fail2ban/jail.d/own.local': text })
const jail = (lines: string, more: Planted = {}): Planted => ({
  ...late(`[own]\nenabled = true\nbackend = auto\nfilter = own\nlogpath = /var/log/own.log\n${lines}\n`),
  '/etc/fail2ban/filter.d/own.conf': '[Definition]\nfailregex = refused <HOST>\n',
  '/var/log/own.log': '',
  ...more,
})
const log = (path: string): Planted => late(`[own]\nenabled = true\nbackend = auto\nfilter = sshd\nlogpath = ${path}\n`)
const sshd = (lines: string): Planted => late(`[sshd]\n${lines}\n`)
const server = (lines: string): Planted => ({ '/etc/fail2ban/fail2ban.d/own.local': `[Definition]\n${lines}\n` })
const filter = (text: string): Planted => jail('', { '/etc/fail2ban/filter.d/own.conf': text })
const regex = (text: string): Planted => filter(`[Definition]\nfailregex = ${text}\n`)
const action = (name: string, text: string): Planted =>
  jail(`action = ${name}`, { '/etc/fail2ban/action.d/own.conf': text })

/** What an owner, an image or another program may have put beside fail2ban's own files. */
export const cases: Readonly<Record<string, Case>> = {
  nothing: starts({}),
  'text before a section': fails('File contains no section headers.', own('enabled = true\n[sshd]\n')),
  'a line without =': fails(
    "Source contains parsing errors: '/etc/fail2ban/jail.d/own.conf'",
    own('[sshd]\nenabled = true\nmaxretry 3\nbantime\n'),
  ),
  'an option twice': fails(
    "While reading from '/etc/fail2ban/jail.d/own.conf' [line  3]: option 'maxret",
    own('[sshd]\nmaxretry = 3\nMaxRetry = 4\n'),
  ),
  'a section twice': fails(
    "While reading from '/etc/fail2ban/jail.d/own.conf' [line  3]: section 'sshd'",
    own('[sshd]\nmaxretry = 3\n[sshd]\nmaxretry = 4\n'),
  ),
  'a byte order mark': fails('File contains no section headers.', own('\ufeff[sshd]\nmaxretry = 3\n')),
  comments: starts(own('# one\n; two\n[sshd] ; three\nmaxretry = 3 ; four\n  # five\nbantime = 1h # six\n')),
  'lines that go on': starts(own('[sshd]\nignoreip = 192.0.2.1\n  192.0.2.2\n\n  192.0.2.3\n maxretry 3\n')),
  'no option': fails("Source contains parsing errors: '/etc/fail2ban/jail.d/own.conf'", own('[sshd]\n= 3\n')),
  'a reference to nothing': starts(own('[sshd]\nport = %(not_there)s\nbackend = %(no_backend)s\n')),
  'a reference to nothing in a jail that is off': fails(
    "Bad value substitution: option 'filter' in section 'other' contains an inter",
    own('[other]\nfilter = %(not_there)s\n'),
  ),
  'a reference that no jail uses': starts(own('[DEFAULT]\nsomething = %(not_there)s\n')),
  'a per cent sign alone': fails("'%' must be followed by '%' or '(', found: '%'", late('[sshd]\nbantime = 50%\n')),
  'a reference that is not closed': fails(
    "bad interpolation variable reference '%(maxretry'",
    late('[sshd]\nbantime = %(maxretry\n'),
  ),
  'references in a circle': fails(
    "Recursion limit exceeded in value substitution: option 'bantime' in section ",
    late('[DEFAULT]\na = %(b)s\nb = %(a)s\n[sshd]\nbantime = %(a)s\n'),
  ),
  'known, default and other sections': starts(
    late('[sshd]\nbantime = %(known/bantime)s\nfindtime = %(default/findtime)s\nmaxretry = %(recidive/maxretry)s\n'),
  ),
  'default in capitals': fails(
    "Bad value substitution: option 'findtime' in section 'sshd' contains an inte",
    late('[sshd]\nfindtime = %(DEFAULT/findtime)s\n'),
  ),
  'a section of another name': fails(
    "Bad value substitution: option 'findtime' in section 'sshd' contains an inte",
    late('[sshd]\nfindtime = %(nowhere/findtime)s\n'),
  ),
  'an include': fails(
    "Bad value substitution: option 'maxretry' in section 'sshd' contains an inte",
    own('[INCLUDES]\nbefore = extra.inc\n[sshd]\nmaxretry = %(extra)s\n'),
  ),
  'an include that is there': starts({
    ...own('[INCLUDES]\nbefore = extra.inc\n[sshd]\nmaxretry = %(extra)s\n'),
    '/etc/fail2ban/jail.d/extra.inc': '[DEFAULT]\nextra = 3\n',
  }),
  'an include that cannot be parsed': fails('File contains no section headers.', {
    ...own('[INCLUDES]\nafter = extra.inc\n[sshd]\nmaxretry = 3\n'),
    '/etc/fail2ban/jail.d/extra.inc': 'extra = 3\n',
  }),
  'all jails on': starts(own('[DEFAULT]\nenabled = true\n')),
  'a jail whose filter is missing': skips("Unable to read the filter 'own'", late('[own]\nenabled = true\n')),
  'every jail broken': fails(
    "Unable to read the filter 'nothing'",
    late('[sshd]\nfilter = nothing\n[recidive]\nenabled = false\n'),
  ),
  'sshd without its filter': skips("Unable to read the filter 'nothing'", sshd('filter = nothing')),
  'a filter with options': starts(sshd('filter = sshd[mode=aggressive, publickey=any]')),
  'a filter with options that are none': skips(
    "Invalid filter definition 'sshd[mode=aggressive, publickey]': expected optio",
    sshd('filter = sshd[mode=aggressive, publickey]'),
  ),
  'a filter that is not closed': skips(
    "Invalid filter definition 'sshd[mode=aggressive': unexpected option syntax",
    sshd('filter = sshd[mode=aggressive'),
  ),
  'no filter': starts(sshd('filter =')),
  'a filter that cannot be parsed': fails('File contains no section headers.', filter('failregex = refused <HOST>\n')),
  'a filter with a reference to nothing': fails(
    "Bad value substitution: option 'failregex' in section 'Definition' contains ",
    filter('[Definition]\nfailregex = ^%(__prefix_line)s <HOST>\n'),
  ),
  'a filter with its include': starts(
    filter('[INCLUDES]\nbefore = common.conf\n[Definition]\n_daemon = own\nfailregex = ^%(__prefix_line)s <HOST>\n'),
  ),
  'a filter without a definition': starts(filter('[Init]\nmaxlines = 2\n')),
  'an action that is missing': skips("Unable to read action 'nothing'", jail('action = nothing')),
  'an action of the package': starts(jail('action = iptables-multiport[port=80]')),
  'two actions': starts(jail('action = nftables[port=80]\n  nftables-allports')),
  'an action twice': fails('Action nftables already exists', jail('action = nftables[port=80]\n  nftables[port=81]')),
  'an action twice by name': starts(jail('action = nftables[port=80, name=a]\n  nftables[port=81, name=b]')),
  'an action that is not closed': starts(jail('action = nftables[port="80]')),
  'an action with options that are none': skips(
    "Invalid action definition 'nftables[port]': expected option, wrong syntax at",
    jail('action = nftables[port]'),
  ),
  'an action that cannot be parsed': fails(
    "Error in action definition 'own': File contains no section headers.",
    action('own', 'actionban = true\n'),
  ),
  'an action with a reference to nothing': fails(
    "Error in action definition 'own': Bad value substitution: option 'actionban'",
    action('own', '[Definition]\nactionban = %(nothing)s\n'),
  ),
  'an action that refers to itself': fails(
    'properties contain self referencing definitions and cannot be resolved, fail',
    action('own', '[Definition]\nactionban = <a>\na = <b>\nb = <a>\n'),
  ),
  'an action with a timeout': starts(action('own[timeout=1m]', '[Definition]\nactionban = true\n')),
  'an action with a timeout that is none': fails(
    "name 'soon' is not defined",
    action('own[timeout=soon]', '[Definition]\nactionban = true\n'),
  ),
  'an action that is a program': starts(jail('action = smtp.py[dest=root]')),
  'an action that is a program and missing': fails(
    "[Errno 2] No such file or directory: '/etc/fail2ban/action.d/nothing.py'",
    jail('action = nothing.py[a=1]'),
  ),
  'a log that is there': starts(jail('')),
  'a log that is missing': fails('Have not found any log file for own jail', log('/var/log/other.log')),
  'one log of two': starts(log('/var/log/other.log\n  /var/log/fail2ban.log')),
  'a pattern of logs': starts(log('/var/log/fail*.lo[gh]')),
  'a pattern of logs that fits nothing': fails(
    'Have not found any log file for own jail',
    log('/var/log/nothing*.log'),
  ),
  'a log read from its end': starts(log('/var/log/fail2ban.log tail')),
  'a log with two words': fails("File option must be 'head' or 'tail'", log('/var/log/fail2ban.log end')),
  'a folder as a log': fails("[Errno 21] Is a directory: '/var/lib/dpkg'", log('/var/lib/dpkg')),
  'a log that the journal makes needless': starts(
    late('[own]\nenabled = true\nfilter = sshd\nlogpath = /var/log/other.log\n'),
  ),
  'sshd reads files': fails('Have not found any log file for sshd jail', sshd('backend = polling')),
  'no logpath at all': starts(late('[own]\nenabled = true\nbackend = auto\nfilter = sshd\n')),
  'an unknown backend': fails('Have not found any log file for sshd jail', sshd('backend = inotify')),
  'the backend of bookworm': fails(
    "Unknown backend gamin. Must be among ['pyinotify', 'polling', 'systemd'] or ",
    late('[own]\nenabled = true\nbackend = gamin\nfilter = sshd\n'),
    'trixie',
  ),
  'a backend with an option': starts(sshd('backend = systemd[journalflags=1]')),
  'a backend with an option that is none': fails(
    "unexpected keyword argument 'flags'",
    sshd('backend = systemd[flags=1]'),
  ),
  'spans of time': starts(sshd('bantime = 1d 12h 30m\nfindtime = 2 weeks')),
  sums: starts(sshd('bantime = (60*60)+5m\nfindtime = 1year-6mo')),
  'a span in a unit that is none': fails('invalid syntax', sshd('bantime = 3 fortnights')),
  'a span that is a word': fails("name 'forever' is not defined", sshd('bantime = forever')),
  'a span that is empty': fails('invalid syntax', sshd('findtime =')),
  'a span with a zero before': fails(
    'leading zeros in decimal integer literals are not permitted; use an 0o prefi',
    sshd('findtime = 010'),
  ),
  'a number that is a word': fails(
    "int() argument must be a string, a bytes-like object or a real number, not '",
    sshd('maxretry = three'),
  ),
  'a number with a unit': fails(
    "int() argument must be a string, a bytes-like object or a real number, not '",
    sshd('maxmatches = 3x'),
  ),
  'more than fits': starts(
    sshd('bantime.increment = true\nbantime.multipliers = 1 2 4\nbantime.maxtime = 1w\nbantime.rndtime = 10m'),
  ),
  'factors that are none': fails("invalid literal for int() with base 10: 'x'", sshd('bantime.multipliers = 1 2 x')),
  'a factor that is none': fails("name 'much' is not defined", sshd('bantime.factor = much')),
  'a formula': starts(
    sshd('bantime.formula = ban.Time * math.exp(float(ban.Count+1)*banFactor)/math.exp(1*banFactor)'),
  ),
  'a formula that is none': fails('invalid syntax', sshd('bantime.formula = ban.Time *')),
  'the formula of the manual': starts(
    sshd('bantime.formula = ban.Time * (1<<(ban.Count if ban.Count<20 else 20)) * banFactor'),
  ),
  'a pattern of dates': starts(sshd('datepattern = ^%%Y-%%m-%%d %%H:%%M:%%S %%Exz')),
  'a pattern of dates that is none': fails(
    "Failed to set datepattern '%Y %q' (may be an invalid format or unescaped percent char)",
    filter('[Definition]\nfailregex = refused <HOST>\ndatepattern = %%Y %%q\n'),
  ),
  'usedns that is none': starts(sshd('usedns = perhaps')),
  'a time zone that is none': fails(
    "Unknown or unsupported time zone: 'Europe/Vienna'",
    sshd('logtimezone = Europe/Vienna'),
  ),
  'a time zone that nobody uses': fails("'ABC'", sshd('logtimezone = ABC')),
  'a time zone': starts(sshd('logtimezone = UTC+0200')),
  'an encoding': starts(jail('logencoding = iso-8859-15')),
  'an encoding that is none': fails('unknown encoding: latin-99', jail('logencoding = latin-99')),
  addresses: starts(sshd('ignoreip = 192.0.2.1/24 2001:db8::/32, host.example 192.0.2.0/255.255.255.0')),
  'a mask that is none': fails(
    "invalid literal for int() with base 10: '24bits'",
    sshd('ignoreip = 192.0.2.0/24bits'),
    'bookworm',
  ),
  'a mask with holes': fails(
    "invalid mask '255.0.255.0', no plen representation",
    sshd('ignoreip = 192.0.2.0/255.0.255.0'),
  ),
  'a cache': starts(sshd('ignorecache = key="<ip>", max-count=10, max-time=5m')),
  'a cache without a key': fails("'key'", sshd('ignorecache = max-count=10')),
  'a match of the journal': starts(sshd('journalmatch = _SYSTEMD_UNIT=ssh.service + _COMM=sshd')),
  'a match that is none': fails('Invalid match', sshd('journalmatch = _SYSTEMD_UNIT')),
  'a match in small letters': fails('Invalid match', sshd('journalmatch = unit=ssh.service')),
  'a match that is not closed': fails('No closing quotation', sshd('journalmatch = _SYSTEMD_UNIT="ssh.service')),
  'lines to look at': fails(
    'maxlines must be integer greater than zero',
    filter('[Definition]\nfailregex = refused <HOST>\nmaxlines = 0\n'),
  ),
  'an expression': starts(regex('^(?i:refused) (?P<host_name>\\S+) from \\[?<HOST>\\]?(?: port \\d{1,5})?$')),
  'an expression without a host': fails("No failure-id group in 'refused'", regex('refused')),
  'an expression with two hosts': fails(
    "Unable to compile regular expression '<HOST> refused <HOST>':\nredefinition o",
    regex('<HOST> refused <HOST>'),
  ),
  'an expression that is not closed': fails(
    "Unable to compile regular expression 'refused (<HOST>':\nmissing ), untermina",
    regex('refused (<HOST>'),
  ),
  'an expression that is closed twice': fails(
    "Unable to compile regular expression 'refused <HOST>)':\nunbalanced parenthes",
    regex('refused <HOST>)'),
  ),
  'an expression with nothing to repeat': fails(
    "Unable to compile regular expression '+refused <HOST>':\nnothing to repeat",
    regex('+refused <HOST>'),
  ),
  'an expression with a set that is not closed': fails(
    "Unable to compile regular expression 'refused [a-z <HOST>':\nunbalanced paren",
    regex('refused [a-z <HOST>'),
  ),
  'an expression with a bad escape': fails(
    "Unable to compile regular expression 'refused \\y <HOST>':\nbad escape \\y",
    regex('refused \\y <HOST>'),
  ),
  'an expression with a bad range': fails(
    "Unable to compile regular expression 'refused [z-a] <HOST>':\nbad character r",
    regex('refused [z-a] <HOST>'),
  ),
  'an expression with flags inside': fails(
    "Unable to compile regular expression 'refused (?i) <HOST>':\nglobal flags not",
    regex('refused (?i) <HOST>'),
  ),
  'an expression that looks back': fails(
    "Unable to compile regular expression '(?<=a+)refused <HOST>':\nlook-behind re",
    regex('(?<=a+)refused <HOST>'),
  ),
  'an expression that is ignored': fails(
    "Unable to compile regular expression '(unclosed':\nmissing ), unterminated su",
    jail('ignoreregex = (unclosed'),
  ),
  'an expression of the jail': fails(
    "No failure-id group in 'refused (?P<host>\\S+)'",
    jail('failregex = refused (?P<host>\\S+)'),
  ),
  'an identifier of another kind': starts(regex('refused <F-ID>\\S+</F-ID>')),
  'an expression before the others': fails(
    "Unable to compile regular expression '^<F-CONTENT>.+</F-CONTENT':\nmissing ),",
    filter('[Definition]\nprefregex = ^<F-CONTENT>.+</F-CONTENT\nfailregex = <HOST>\n'),
  ),
  'a level': starts(server('loglevel = 15')),
  'a level that is none': fails("Invalid log level 'LOUD'", server('loglevel = LOUD')),
  'a target without a folder': fails('Failed to change log target', server('logtarget = /var/log/none/fail2ban.log')),
  'no database': starts(server('dbfile = None\ndbpurgeage = never')),
  'a database in a new folder': starts(server('dbfile = /var/lib/new/fail2ban.sqlite3')),
  'a database without a folder': fails(
    "[Errno 2] No such file or directory: '/var/none/new'",
    server('dbfile = /var/none/new/fail2ban.sqlite3'),
  ),
  'an age that is none': fails("name 'never' is not defined", server('dbpurgeage = never')),
  'matches that are none': fails(
    "int() argument must be a string, a bytes-like object or a real number, not '",
    server('dbmaxmatches = many'),
  ),
  'fail2ban.d cannot be parsed': fails('File contains no section headers.', {
    '/etc/fail2ban/fail2ban.d/own.conf': 'loglevel = INFO\n',
  }),
  'a stack that is too small': fails('size not valid: 4096 bytes', {
    '/etc/fail2ban/fail2ban.d/own.conf': '[Thread]\nstacksize = 4\n',
  }),
  'a file of another ending': starts({ '/etc/fail2ban/jail.d/own.conf.bak': 'nonsense\n' }),
}
