/** What a page makes: an image, one that is packed, or the paths that change, as a tar. The end of its name, too. */
export const OUTPUT_FORMATS = ['img', 'img.gz', 'overlay.tar'] as const

export type OutputFormat = (typeof OUTPUT_FORMATS)[number]
