import * as v from 'valibot'
import { profiles } from '../../base/report/origin.ts'

const digest = v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/))
const id = v.pipe(v.number(), v.integer(), v.minValue(0))

const place = {
  partition: v.picklist(['boot', 'root']),
  path: v.pipe(v.string(), v.startsWith('/'), v.description('Absolute inside the partition.')),
}
const origin = v.pipe(
  v.strictObject({
    key: v.pipe(v.string(), v.description('The spec key; empty where no single one asks for it.')),
    position: v.pipe(
      v.nullable(v.pipe(v.string(), v.regex(/:\d+:\d+$/))),
      v.description("file:line:column; the file is the spec's name. Null: the spec file does not say it."),
    ),
    default: v.pipe(
      v.nullable(v.picklist(profiles)),
      v.description('The profile whose default it is. Null: the spec file says it.'),
    ),
    because: v.string(),
  }),
  v.description('The spec line, or the default, behind it.'),
)
const mode = v.optional(
  v.pipe(v.string(), v.regex(/^0[0-7]{3,4}$/), v.description('Octal; absent on the boot partition: FAT has none.')),
)
const owner = v.optional(
  v.pipe(v.strictObject({ uid: id, gid: id }), v.description('Absent on the boot partition: FAT has none.')),
)
const written = { ...place, action: v.literal('written') }

const entry = v.variant('kind', [
  v.strictObject({
    ...written,
    kind: v.literal('file'),
    mode,
    owner,
    secret: v.pipe(v.boolean(), v.description('It holds a secret: no digest of it is given.')),
    sha256: v.pipe(v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))), v.description('Of the content.')),
    origin,
  }),
  v.strictObject({ ...written, kind: v.literal('directory'), mode, owner, origin }),
  v.strictObject({ ...written, kind: v.literal('symlink'), target: v.string(), origin }),
  v.strictObject({
    ...place,
    action: v.literal('removed'),
    kind: v.literal('nothing'),
    was: v.picklist(['file', 'directory', 'symlink', 'other']),
    origin,
  }),
])

const image = v.strictObject({
  release: v.string(),
  behaviour: v.string(),
  variant: v.string(),
  architecture: v.string(),
  builder: v.string(),
  date: v.nullable(v.string()),
})

/**
 * `OUT.manifest.json`.
 *
 * @internal exported for the tests
 */
export const manifestSchema = v.strictObject({
  schema: v.literal('pibake.manifest/1'),
  version: v.pipe(v.string(), v.description('Of pibake.')),
  planDigest: digest,
  specDigest: digest,
  epoch: v.pipe(v.number(), v.integer(), v.description('Seconds since 1970: the time of all that is written.')),
  image: v.pipe(image, v.description('What the image is, as its content says.')),
  paths: v.pipe(v.array(entry), v.description('Each path written or removed, sorted by partition and path.')),
})

export type Manifest = v.InferOutput<typeof manifestSchema>

export type ManifestEntry = Manifest['paths'][number]
