/** What a page makes: an image, one that is packed, or the paths that change, as a tar. The end of its name, too. */
export const OUTPUT_FORMATS = ['img', 'img.gz', 'img.xz', 'overlay.tar'] as const

export type OutputFormat = (typeof OUTPUT_FORMATS)[number]

/** How an image came, where it was packed as .xz: in blocks, which can be made anew one by one, or whole. */
export type XzKind = 'blocks' | 'whole'
