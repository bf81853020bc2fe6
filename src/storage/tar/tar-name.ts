/** `x.tar`, `x.tar.xz`, `x.tgz`: an archive of a root file system; everything else is an image of a card. */
export function isTar(name: string): boolean {
  return /\.(?:tar(?:\.(?:xz|zst|gz))?|tgz|txz|tzst)$/i.test(name)
}
