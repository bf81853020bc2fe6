import { qrOf } from '../../write/emit/qr-code.ts'

const SVG = 'http://www.w3.org/2000/svg'

/** A text as a QR code, dark on light whatever the scheme. @param label says what it holds */
export function qrCode(text: string, label: string): SVGSVGElement {
  const { size, path } = qrOf(text)
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`)
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', label)
  const squares = document.createElementNS(SVG, 'path')
  squares.setAttribute('d', path)
  svg.append(squares)
  return svg
}
