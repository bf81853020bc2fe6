import * as assert from 'uvu/assert'
import { keptTarget } from '../../../src/storage/tree/kept.ts'
import { MemoryTree } from '../../../src/storage/tree/memory.ts'
import type { Tree } from '../../../src/storage/tree/tree.ts'
import { suite } from '../../support/suite.ts'

const test = suite('trees for many readers')

const MIB = 1024 * 1024

/** A tree that says what it was asked, and gives a new array each time, as an image does. */
function counting(files: Readonly<Record<string, number>>): { readonly tree: Tree; readonly asked: string[] } {
  const memory = new MemoryTree(
    'base.img',
    Object.entries(files).map(([path, size]) => [
      path,
      { kind: 'file', mode: 0o644, uid: 0, gid: 0, content: new Uint8Array(size) },
    ]),
  )
  const asked: string[] = []
  const counted =
    <Answer>(what: string, answer: (path: string) => Answer) =>
    (path: string) => {
      asked.push(`${what} ${path}`)
      return answer(path)
    }
  const tree: Tree = {
    label: memory.label,
    holder: 'image',
    lstat: counted('lstat', (path) => memory.lstat(path)),
    read: counted('read', (path) => memory.read(path)?.slice()),
    list: counted('list', (path) => memory.list(path)),
    resolve: counted('resolve', (path) => memory.resolve(path)),
  }
  return { tree, asked }
}

test('the base is asked once, for what is missing too, and all get the same array', () => {
  const { tree, asked } = counting({ '/etc/passwd': 10 })
  const { root } = keptTarget({ root: tree, boot: undefined })
  for (const path of ['/etc/passwd', '/etc/missing']) {
    const answers = () => [root.lstat(path), root.read(path), root.resolve(path)]
    const first = answers()
    for (const [index, answer] of answers().entries()) assert.ok(answer === first[index], `${path}: ${index}`)
  }
  assert.equal(root.list('/'), tree.list('/'))
  assert.is(root.list('/'), root.list('/'))
  assert.equal(
    asked.filter((one, index) => asked.indexOf(one) !== index).filter((one) => one !== 'list /'),
    [],
  )
  assert.is(root.holder, 'image')
})

test('large files, and files beyond what is kept at all, are read again', () => {
  const many = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`/usr/bin/${i}`, 4 * MIB]))
  const { tree, asked } = counting({ '/boot.img': 5 * MIB, ...many })
  const { root } = keptTarget({ root: tree, boot: undefined })
  const twice = (path: string) => {
    for (const _ of [1, 2]) assert.is(root.read(path)?.length, path === '/boot.img' ? 5 * MIB : 4 * MIB)
    return asked.filter((one) => one === `read ${path}`).length
  }
  assert.is(twice('/boot.img'), 2)
  assert.equal(Object.keys(many).map(twice), [...Array.from({ length: 16 }, () => 1), 2])
})
