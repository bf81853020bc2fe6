import { generate } from 'lean-qr'

const SVG = 'http://www.w3.org/2000/svg'
/** Light modules around the code, which readers need (ISO/IEC 18004, 9.1). */
const QUIET = 4

/** A text as a QR code, dark on light whatever the scheme. @param label says what it holds */
export function qrCode(text: string, label: string): SVGSVGElement {
  const code = generate(text)
  const svg = document.createElementNS(SVG, 'svg')
  const whole = code.size + 2 * QUIET
  svg.setAttribute('viewBox', `${-QUIET} ${-QUIET} ${whole} ${whole}`)
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', label)
  const modules = document.createElementNS(SVG, 'path')
  let path = ''
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) if (code.get(x, y)) path += `M${x} ${y}h1v1h-1z`
  }
  modules.setAttribute('d', path)
  svg.append(modules)
  return svg
}
