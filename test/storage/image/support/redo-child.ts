/** A process of its own that edits the image given as its argument; to be killed. Says `ready` first. */
import { lockImage } from '../../../../src/storage/image/lock.ts'
import { writeInPlace } from '../../../../src/storage/image/redo.ts'
import { extents } from './redo-card.ts'

const path = process.argv[2]
if (path === undefined) throw new Error('usage: redo-child IMAGE')
const release = lockImage(path)
process.stdout.write('ready\n')
writeInPlace(path, extents())
release()
