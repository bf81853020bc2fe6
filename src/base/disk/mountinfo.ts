import { type Disk, unless } from './disk.ts'

/** A mounted file system, as this process sees it. */
export interface Mount {
  /** `8:17`; that of btrfs and others is made up by the kernel (`0:42`), and only the source names the device. */
  readonly number: string
  readonly point: string
  /** What is mounted, as whoever mounted it has said: `/dev/sdb1`. */
  readonly source: string
}

/** All mounts, by proc(5) mountinfo; none where the system has no such file. */
export function readMounts(disk: Disk): Mount[] {
  const text = unless(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'], () => disk.readFileSync('/proc/self/mountinfo', 'utf8'))
  return (text ?? '').split('\n').flatMap((line) => {
    const fields = line.split(' ')
    const [number, point, source] = [fields[2], fields[4], fields[fields.indexOf('-') + 2]]
    if (number === undefined || point === undefined || source === undefined) return []
    return [{ number, point: unescaped(point), source: unescaped(source) }]
  })
}

/** A space is `\040`. */
function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
