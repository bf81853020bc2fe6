import * as assert from 'uvu/assert'
import { startedFrom } from '../../../src/device/systemd/started.ts'
import { lastOf, Units, wordsOf } from '../../../src/device/systemd/units.ts'
import { memoryTree, type Sketch } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'

const test = suite('units as systemd loads them')

const ETC = '/etc/systemd/system'
const LIB = '/usr/lib/systemd/system'
const service = (text = 'ExecStart=/bin/true') => `[Service]\n${text}\n`

const units = (entries: Record<string, Sketch>) => new Units(memoryTree(entries), 'trixie')
const start = (entries: Record<string, Sketch>, name: string) =>
  lastOf(units(entries).unit(name), 'Service', 'ExecStart')?.value

const own = { [`${LIB}/a.service`]: service('ExecStart=/lib') }
const dropIn = (program: string) => service(`ExecStart=\nExecStart=/${program}`)

const cases: [title: string, entries: Record<string, Sketch>, wanted: string | undefined, name?: string][] = [
  ['the package’s file', own, '/lib'],
  ['/etc wins', { ...own, [`${ETC}/a.service`]: service('ExecStart=/etc') }, '/etc'],
  [
    '/usr/local wins over the package',
    { ...own, '/usr/local/lib/systemd/system/a.service': service('ExecStart=/local') },
    '/local',
  ],
  ['/run of an image is hidden', { ...own, '/run/systemd/system/a.service': service('ExecStart=/run') }, '/lib'],
  [
    'a link within the search path to the same name',
    { ...own, [`${ETC}/a.service`]: { link: `${LIB}/a.service` } },
    '/lib',
  ],
  [
    'a link to a file elsewhere',
    { ...own, '/opt/x': service('ExecStart=/opt'), [`${ETC}/a.service`]: { link: '/opt/x' } },
    '/opt',
  ],
  ['an alias', { ...own, [`${ETC}/b.service`]: { link: `${LIB}/a.service` } }, '/lib', 'b.service'],
  [
    'an alias of an alias',
    { ...own, [`${ETC}/b.service`]: { link: 'c.service' }, [`${LIB}/c.service`]: { link: 'a.service' } },
    '/lib',
    'b.service',
  ],
  [
    'an alias by a long way',
    { ...own, [`${ETC}/b.service`]: { link: '../../../lib/systemd/system/a.service' }, '/lib': { link: 'usr/lib' } },
    '/lib',
    'b.service',
  ],
  [
    'an alias of another type is none',
    { ...own, [`${ETC}/b.socket`]: { link: `${LIB}/a.service` } },
    undefined,
    'b.socket',
  ],
  [
    'a circle of aliases',
    { [`${ETC}/a.service`]: { link: 'b.service' }, [`${ETC}/b.service`]: { link: 'a.service' } },
    undefined,
  ],
  ['a template', { [`${LIB}/a@.service`]: service('ExecStart=/t') }, '/t', 'a@x.service'],
  [
    'an instance with a file of its own',
    { [`${LIB}/a@.service`]: service('ExecStart=/t'), [`${LIB}/a@x.service`]: service('ExecStart=/x') },
    '/x',
    'a@x.service',
  ],
  [
    'an alias of a template',
    { [`${LIB}/a@.service`]: service('ExecStart=/t'), [`${LIB}/b@.service`]: { link: 'a@.service' } },
    '/t',
    'b@x.service',
  ],
  ['a drop-in', { ...own, [`${ETC}/a.service.d/x.conf`]: dropIn('dropped') }, '/dropped'],
  ['a drop-in beside the package’s file', { ...own, [`${LIB}/a.service.d/x.conf`]: dropIn('dropped') }, '/dropped'],
  [
    'a drop-in of the alias',
    { ...own, [`${ETC}/b.service`]: { link: `${LIB}/a.service` }, [`${ETC}/b.service.d/x.conf`]: dropIn('alias') },
    '/alias',
  ],
  ['a drop-in of the type', { ...own, [`${ETC}/service.d/x.conf`]: dropIn('type') }, '/type'],
  [
    'a drop-in of the template',
    { [`${LIB}/a@.service`]: service(), [`${ETC}/a@.service.d/x.conf`]: dropIn('template') },
    '/template',
    'a@x.service',
  ],
  [
    'a drop-in of the prefix',
    { [`${LIB}/a-b.service`]: service(), [`${ETC}/a-.service.d/x.conf`]: dropIn('prefix') },
    '/prefix',
    'a-b.service',
  ],
  ['a prefix needs its dash', { ...own, [`${ETC}/a-.service.d/x.conf`]: dropIn('prefix') }, '/lib'],
  [
    'drop-ins are read by their names',
    { ...own, [`${ETC}/a.service.d/1.conf`]: dropIn('one'), [`${LIB}/a.service.d/2.conf`]: dropIn('two') },
    '/two',
  ],
  [
    'a name in /etc hides the same elsewhere',
    { ...own, [`${ETC}/a.service.d/x.conf`]: dropIn('etc'), [`${LIB}/a.service.d/x.conf`]: dropIn('lib') },
    '/etc',
  ],
  [
    'a masked drop-in',
    { ...own, [`${ETC}/a.service.d/x.conf`]: { link: '/dev/null' }, [`${LIB}/a.service.d/x.conf`]: dropIn('lib') },
    '/lib',
  ],
  ['a drop-in whose name does not end so', { ...own, [`${ETC}/a.service.d/x.txt`]: dropIn('text') }, '/lib'],
  [
    'a line that goes on, with a comment in between',
    { [`${LIB}/a.service`]: '[Service]\nExecStart=/a \\\n# no\n  b\n' },
    '/a    b',
  ],
]

for (const [title, entries, wanted, name = 'a.service'] of cases) {
  test(title, () => assert.is(start(entries, name), wanted))
}

for (const [title, sketch] of [
  ['a link to /dev/null', { link: '/dev/null' }],
  ['an empty file', ''],
] as const) {
  test(`${title} is a mask`, () => {
    assert.is(units({ ...own, [`${ETC}/a.service`]: sketch }).unit('a.service').state, 'masked')
  })
}

test('the kernel command line masks', () => {
  assert.is(new Units(memoryTree(own), 'trixie', ['a.service']).unit('a.service').state, 'masked')
})

const base = {
  [`${LIB}/default.target`]: { link: 'multi-user.target' },
  [`${LIB}/multi-user.target`]: '[Unit]\nRequires=basic.target\n',
  [`${LIB}/basic.target`]: '[Unit]\nRequires=sysinit.target\n',
  [`${LIB}/sysinit.target`]: '[Unit]\n',
}
const wants = { [`${ETC}/multi-user.target.wants/a.service`]: { link: `${LIB}/a.service` } }

const starts: [title: string, entries: Record<string, Sketch>, name: string, starts: boolean][] = [
  ['what a link wants', { ...own, ...wants }, 'a.service', true],
  ['what nothing wants', own, 'a.service', false],
  [
    'what a link wants by a name that is a file',
    { ...own, [`${ETC}/multi-user.target.wants/a.service`]: 'text' },
    'a.service',
    false,
  ],
  [
    'what a masked link wants',
    {
      ...own,
      [`${LIB}/multi-user.target.wants/a.service`]: { link: '../a.service' },
      [`${ETC}/multi-user.target.wants/a.service`]: { link: '/dev/null' },
    },
    'a.service',
    false,
  ],
  [
    'what is required by a folder',
    { ...own, [`${ETC}/basic.target.requires/a.service`]: { link: '../a.service' } },
    'a.service',
    true,
  ],
  [
    'what a drop-in wants',
    { ...own, [`${ETC}/basic.target.d/x.conf`]: '[Unit]\nWants=a.service\n' },
    'a.service',
    true,
  ],
  [
    'what a socket activates',
    {
      ...own,
      [`${ETC}/a.socket`]: '[Socket]\nListenStream=1\n',
      [`${ETC}/basic.target.wants/a.socket`]: { link: '../a.socket' },
    },
    'a.service',
    true,
  ],
  [
    'what a masked unit would want',
    {
      ...own,
      [`${ETC}/basic.target`]: { link: '/dev/null' },
      [`${LIB}/basic.target.wants/a.service`]: { link: '../a.service' },
    },
    'a.service',
    false,
  ],
  [
    'what needs a unit that is not there',
    { [`${LIB}/a.service`]: '[Unit]\nRequires=x.service\n', ...wants },
    'a.service',
    false,
  ],
  [
    'what is bound to a masked unit',
    { [`${LIB}/a.service`]: '[Unit]\nBindsTo=x.service\n', [`${ETC}/x.service`]: { link: '/dev/null' }, ...wants },
    'a.service',
    false,
  ],
  [
    'what only wants a unit that is not there',
    { [`${LIB}/a.service`]: '[Unit]\nWants=x.service\n', ...wants },
    'a.service',
    true,
  ],
]

for (const [title, entries, name, wanted] of starts) {
  test(`${title} is ${wanted ? '' : 'not '}started`, () => {
    const tree = new Units(memoryTree({ ...base, ...entries }), 'trixie')
    assert.is(startedFrom(tree, 'default.target').has(name), wanted)
  })
}

test('an instance has its own name put in', () => {
  const tree = units({ [`${LIB}/a@.service`]: '[Unit]\nWants=b@%i.service c-%p.service\n' })
  assert.equal(wordsOf(tree.unit('a@x.service'), 'Unit', 'Wants'), ['b@x.service', 'c-a.service'])
})
