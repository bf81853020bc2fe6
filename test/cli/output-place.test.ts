import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { pibake } from '../support/cli.ts'
import { HASH, KEYS } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'

const test = suite('CLI: where an output may go')

const SPEC = `version: 1\nusers: [{ name: alice, passwordHash: ${HASH}, authorizedKeys: ['${KEYS.alice}'] }]\n`
const isRoot = process.getuid?.() === 0

/** What is refused before any work, with 2, and leaves the folder as it was. */
test('an output that is no plain file, or cannot be made there, is refused at once', () =>
  inWorkdir((folder) => {
    const at = (name: string) => join(folder, name)
    writeFileSync(at('pibake.yaml'), SPEC, { mode: 0o600 })
    writeFileSync(at('base.img'), 'not an image')
    writeFileSync(at('base.tar'), 'not an archive')
    mkdirSync(at('folder.img'))
    execFileSync('mkfifo', [at('pipe.img')])
    symlinkSync('/dev/null', at('null.img'))
    symlinkSync('nowhere', at('dangling.img'))
    writeFileSync(at('file'), '')
    mkdirSync(at('shut'))
    chmodSync(at('shut'), 0o500)
    if (isRoot) execFileSync('mknod', [at('disk.img'), 'b', '240', '0'])
    const before = readdirSync(folder)
    const cases: readonly (readonly [out: string, message: string, hint?: string])[] = [
      ['folder.img', 'is a folder', 'the name of a file in it'],
      ['pipe.img', 'is not a plain file', 'cat FILE >'],
      ['null.img', 'is not a plain file'],
      ['dangling.img', 'is not a plain file', 'remove the link'],
      ['none/out.img', 'no such folder', `mkdir -p ${at('none')}`],
      ['file/out.img', 'is not a folder'],
      ...(isRoot
        ? [['disk.img', 'is a device', `of=${at('disk.img')}`] as const]
        : [['shut/out.img', 'you cannot write in'] as const]),
      ...['out', 'out.zip', 'out.7z', 'out.img.bz2', 'out.lz4', 'out.qcow2', 'out.oci', 'out.xz', 'out.img.xz.old'].map(
        (name) => [name, 'the ending of its name'] as const,
      ),
    ]
    for (const [out, message, hint = ''] of cases) {
      const { code, stderr } = pibake(['bake', at('pibake.yaml'), at('base.img'), '-o', at(out)])
      assert.is(code, 2, `${out}: ${stderr}`)
      assert.match(stderr, message)
      assert.match(stderr, hint)
    }
    for (const out of ['/dev/stdout', '/dev/fd/1']) {
      const { code, stderr } = pibake(['bake', at('pibake.yaml'), at('base.img'), '-o', out])
      assert.equal([code, /standard output is: --output -$/m.test(stderr)], [2, true], stderr)
    }
    const boot = ['--boot-tar', at('base.tar'), '--boot-output', at('folder.img')]
    assert.match(
      pibake(['bake', at('pibake.yaml'), at('base.tar'), '-o', at('out.tar'), ...boot]).stderr,
      '--boot-output',
    )
    for (const out of ['folder.img', 'pipe.img', 'null.img']) {
      const applied = pibake(['apply', at('pibake.yaml'), '--root', folder, '--overlay', at(out)])
      assert.equal([applied.code, /^pibake: --overlay /.test(applied.stderr)], [2, true], applied.stderr)
    }
    assert.equal(readdirSync(folder), before)
    assert.ok(lstatSync(at('pipe.img')).isFIFO() && existsSync(at('null.img')))
    assert.ok(!isRoot || lstatSync(at('disk.img')).isBlockDevice())
  }))

test('with --json the refusal is a document', () =>
  inWorkdir((folder) => {
    writeFileSync(join(folder, 'pibake.yaml'), SPEC, { mode: 0o600 })
    const { code, stdout } = pibake(['bake', 'pibake.yaml', 'base.img', '-o', 'out.zip', '--json'], { cwd: folder })
    const { schema, exit } = JSON.parse(stdout) as { schema: string; exit: number }
    assert.equal([code, schema, exit], [2, 'pibake.failure/1', 2])
  }))
