import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { inForce } from '../../src/device/systemd/settings.ts'
import { failsToStart, startedFrom } from '../../src/device/systemd/started.ts'
import { Units } from '../../src/device/systemd/units.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import { suite } from '../support/suite.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'
import { attempt, run } from './support/run.ts'

/** What is started from default.target, and with which commands, held against `systemd --test` of the release itself. */
const test = suite('units, held against systemd')

const ETC = '/etc/systemd/system'
const LIB = '/usr/lib/systemd/system'
const LOCAL = '/usr/local/lib/systemd/system'
type Planted = Readonly<Record<string, string | { readonly link: string }>>

const echo = (word: string) => `[Service]\nExecStart=\nExecStart=/bin/echo ${word}\n`
const wanted = (name: string, by = 'multi-user.target') => ({ [`${ETC}/${by}.wants/${name}`]: { link: '../any' } })
const dropIn = (folder: string, unit: string, file: string) => ({
  [`${folder}/${unit}.d/${file}.conf`]: echo(`${folder}/${unit}`),
})
const mask = (name: string) => ({ [`${ETC}/${name}`]: { link: '/dev/null' } })
const own = (name: string, unit = '') => ({ [`${LIB}/${name}`]: unit + echo('own'), ...wanted(name) })

const dropIns: Planted = {
  ...dropIn(ETC, 'ssh.service', 'x'),
  ...dropIn(ETC, 'sshd.service', 'y'),
  ...dropIn(ETC, 'ssh-.service', 'z'),
  ...own('lib.service'),
  ...dropIn(LIB, 'lib.service', 'x'),
  ...own('hidden.service'),
  ...dropIn(LIB, 'hidden.service', 'x'),
  ...dropIn(ETC, 'hidden.service', 'x'),
  ...own('later.service'),
  ...dropIn(LIB, 'later.service', 'y'),
  ...dropIn(ETC, 'later.service', 'x'),
  ...own('a-b-c.service'),
  ...dropIn(ETC, 'a-.service', 'x'),
  ...dropIn(LIB, 'a-b-.service', 'x'),
  ...own('d-e-f.service'),
  ...dropIn(ETC, 'd-.service', 'x'),
  ...dropIn(ETC, 'd-e-.service', 'x'),
  ...own('t@.service'),
  ...wanted('t@i.service'),
  ...dropIn(ETC, 't@.service', 'x'),
  ...dropIn(LIB, 't@i.service', 'x'),
  [`${ETC}/alias.service`]: { link: 'aliased.service' },
  ...own('aliased.service'),
  ...dropIn(ETC, 'alias.service', 'x'),
  ...dropIn(LIB, 'aliased.service', 'x'),
  ...own('masked-drop-in.service'),
  ...dropIn(LIB, 'masked-drop-in.service', 'x'),
  [`${ETC}/masked-drop-in.service.d/x.conf`]: { link: '/dev/null' },
}

const names: Planted = {
  ...own('needs-nothing.service', '[Unit]\nRequires=not-there.service\n'),
  ...own('wants-nothing.service', '[Unit]\nWants=not-there.service\n'),
  ...own('needs-masked.service', '[Unit]\nBindsTo=is-masked.service\n'),
  ...own('is-masked.service'),
  ...mask('is-masked.service'),
  ...own('is-empty.service'),
  [`${ETC}/is-empty.service`]: '',
  ...own('link-is-masked.service'),
  [`${LIB}/multi-user.target.wants/link-is-masked.service`]: { link: '../link-is-masked.service' },
  ...mask('multi-user.target.wants/link-is-masked.service'),
  ...wanted('uno.service'),
  [`${ETC}/uno.service`]: { link: 'one.service' },
  [`${LIB}/one.service`]: echo('one'),
  ...own('local.service'),
  [`${LOCAL}/local.service`]: echo('local'),
  ...wanted('file.service'),
  [`${ETC}/multi-user.target.wants/is-a-file.service`]: echo('file'),
  [`${LIB}/is-a-file.service`]: echo('own'),
  ...own('elsewhere.service'),
  '/opt/elsewhere.service': echo('opt'),
  [`${ETC}/elsewhere.service`]: { link: '/opt/elsewhere.service' },
  [`${ETC}/basic.target.requires/required.service`]: { link: '../required.service' },
  [`${ETC}/required.service`]: echo('required'),
}

const states: readonly [title: string, planted: Planted][] = [
  ['the stock root', {}],
  ['drop-ins', dropIns],
  [
    'drop-ins of the type',
    { ...dropIn(ETC, 'service', 'x'), ...dropIn(ETC, 'ssh.service', 'x'), ...dropIn(LIB, 'cron.service', 'x') },
  ],
  ['names', names],
  ['another default.target', { [`${ETC}/default.target`]: { link: '/lib/systemd/system/rescue.target' } }],
  ['a default.target that needs little', { [`${ETC}/default.target`]: '[Unit]\nRequires=basic.target\n' }],
  ['a default.target that needs what is masked', mask('multi-user.target')],
]

/** What systemd makes of generators of its own: fstab and the like are read elsewhere. */
const GENERATED = new Set(['systemd-remount-fs.service', 'local-fs-pre.target', 'sshd-unix-local.socket'])
const MADE = /\.(device|mount|swap|slice|scope)$/

for (const release of releases) {
  for (const [title, planted] of states) {
    test(`${release}: ${title}`, () => {
      const root = scratch(debianRoot(release, 'lite'))
      try {
        for (const [path, content] of Object.entries(planted)) plant(join(root, path), content)
        const said = systemdTest(root)
        const units = new Units(new DirectoryTree(root), release)
        if (said === undefined) return assert.type(failsToStart(units, 'default.target'), 'string')
        assert.is(failsToStart(units, 'default.target'), undefined)
        const started = startedFrom(units, 'default.target')
        const later = new Set(
          [...started.values()].flatMap(({ unit, by }) => (/\.(socket|timer|path)$/.test(by) ? [unit.name] : [])),
        )
        const ours = [...started.keys()].filter(
          (name) => !MADE.test(name) && !GENERATED.has(name) && !(later.has(name) && !said.jobs.has(name)),
        )
        const theirs = [...said.jobs].filter((name) => !MADE.test(name) && !GENERATED.has(name))
        assert.equal(ours.sort(), theirs.sort())
        for (const name of theirs.filter((service) => said.commands.has(service))) {
          const lines = inForce(units.unit(name).settings, 'Service', 'ExecStart').map(({ value }) =>
            value.replace(/^[-!+:@]*/, ''),
          )
          assert.equal([name, ...lines.map(programOf)], [name, ...(said.commands.get(name) ?? [])])
        }
      } finally {
        discard(root)
      }
    })
  }
}

function plant(path: string, content: Planted[string]): void {
  mkdirSync(dirname(path), { recursive: true })
  run(['rm', '-f', path])
  if (typeof content === 'string') writeFileSync(path, content)
  else symlinkSync(content.link, path)
}

/** A program and its first word, which tells the planted ones from each other. */
function programOf(line: string): string {
  return line
    .split(/\s+/)
    .slice(0, 2)
    .join(' ')
    .replace(/[$%"'-].*/, '')
    .trim()
}

/** The jobs of the first transaction, and the commands of their services; undefined: systemd cannot start default.target. */
function systemdTest(root: string): { jobs: ReadonlySet<string>; commands: ReadonlyMap<string, string[]> } | undefined {
  const { status, stdout } = attempt(['unshare', '--mount', 'sh', '-euc', inside, 'sh', root], { timeout: 120 })
  if (status !== 0) return undefined
  const jobs = new Set([...stdout.matchAll(/Action: (\S+) -> start/g)].map(([, name]) => name as string))
  const commands = new Map<string, string[]>()
  for (const part of stdout.split(/^\s*(?:→|->) Unit (?=\S+:$)/m)) {
    const lines = [...part.matchAll(/(?:→|->) ExecStart:\n\s*Command Line: (.*)/g)].map(([, line]) =>
      programOf(line as string),
    )
    if (lines.length > 0) commands.set(part.slice(0, part.indexOf(':\n')), lines)
  }
  return { jobs, commands }
}

/** systemd refuses to test as root, and wants cgroups and a place for its sockets. */
const inside = `
mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"; mount -t sysfs sysfs "$1/sys"; mount -t tmpfs run "$1/run"
mount -t cgroup2 cgroup "$1/sys/fs/cgroup"
mkdir -m 777 "$1/run/user"
exec chroot "$1" setpriv --reuid 65534 --regid 65534 --clear-groups \
  env XDG_RUNTIME_DIR=/run/user /lib/systemd/systemd --test --system --no-pager --log-target=null
`
