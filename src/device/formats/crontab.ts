/** A line of cron that runs something (crontab(5)). */
export interface Job {
  readonly user: string
  readonly command: string
  /** From 1. */
  readonly line: number
}

const TIMES = String.raw`(?:@\w+|\S+\s+\S+\s+\S+\s+\S+\s+\S+)`

/** @param owner whose table it is; undefined: each line names its user, as in /etc/crontab and /etc/cron.d */
export function parseCrontab(text: string, owner: string | undefined): readonly Job[] {
  const pattern = new RegExp(String.raw`^\s*${TIMES}\s+${owner === undefined ? String.raw`(\S+)\s+` : '()'}(\S.*)$`)
  return text.split('\n').flatMap((content, index) => {
    const [, user = '', command] = pattern.exec(content) ?? []
    const isLine = command !== undefined && !/^\s*(?:#|\w+\s*=)/.test(content)
    return isLine ? [{ user: owner ?? user, command, line: index + 1 }] : []
  })
}
