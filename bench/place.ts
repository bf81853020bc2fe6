import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../src/base/host/assets.ts'
import { run } from '../test/system/support/run.ts'
import { type Base, base, cache } from './base.ts'

/** A folder to work in, with the spec, and what all rows need of it. */
export class Place {
  readonly images: Base = base()
  readonly folder = mkdtempSync(join(cache, 'work-'))
  readonly spec = this.at('kit.yaml')

  constructor() {
    mkdirSync(this.at('keys'))
    for (const name of ['alice', 'bob'])
      copyFileSync(join(packageRoot, `examples/keys/${name}.pub`), this.at(`keys/${name}.pub`))
    // Without carried packages: the same plan on every machine, network or not.
    writeFileSync(
      this.spec,
      `${readFileSync(join(packageRoot, 'examples/kit.yaml'), 'utf8')}packages: { bundle: false }\n`,
    )
  }

  at(name: string): string {
    return join(this.folder, name)
  }

  pibake(...args: string[]): readonly string[] {
    return [process.execPath, join(packageRoot, 'dist/cli/main.js'), ...args, '--quiet']
  }

  drop(...names: string[]): void {
    for (const name of names) rmSync(this.at(name), { force: true })
  }

  /** A copy of an image, of the base if none is named, on the disk. */
  fresh(name: string, image = this.images.img): void {
    this.drop(name)
    run(['cp', '--sparse=always', '--reflink=never', image, this.at(name)])
    run(['sync', this.at(name)])
  }

  /** @throws Error when the image is not as the spec says: debugfs ends with 0 whatever happens */
  verified(name: string): void {
    run(this.pibake('verify', this.spec, '--image', this.at(name)))
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
