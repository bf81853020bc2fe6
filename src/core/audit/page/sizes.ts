/** All lengths are in units of the drawing, which is scaled as a whole. */
export const WIDTH = 860
export const SOURCE = { x: 1, width: 127 }
export const FILTER_X = 166
export const FRAME = { x: 204, width: WIDTH - 205 }
export const DOOR = { x: 220, width: 272 }
export const ACCOUNT = { x: 550, width: 158 }
export const ROOT = { x: 764, width: 80 }
/** Of a door beside which no account lies. */
export const WIDE = ACCOUNT.x + ACCOUNT.width - DOOR.x
export const TOP = 44
export const GAP = 8
export const LANE_GAP = 20
export const PADDING = 10
/** Of a line of text: its height, and how much a character takes. */
export const TITLE = { height: 17, width: 7.2 }
export const BELOW = { height: 15, width: 6.1 }
/** What the numbers at the right of a box take. */
export const NUMBERS = 46
export const ACCOUNT_HEIGHT = PADDING * 2 + TITLE.height + BELOW.height
