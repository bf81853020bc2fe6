/**
 * What a jail may be told: jail.conf(5) and the options that fail2ban/client/jailreader.py and filterreader.py read.
 * fail2ban ignores a word that it does not know, so a slip of the pen would leave the jail at its defaults without a word.
 */
export const JAIL_KEYWORDS: readonly string[] = `enabled filter port protocol logpath backend journalmatch mode maxretry
  maxmatches maxlines findtime bantime bantime.increment bantime.factor bantime.formula bantime.multipliers
  bantime.maxtime bantime.rndtime bantime.overalljails ignoreip ignoreself ignorecommand ignorecache ignoreregex failregex
  prefregex datepattern logtimezone logencoding usedns action banaction banaction_allports chain`.split(/\s+/)
