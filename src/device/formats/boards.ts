/** A Raspberry Pi as the firmware knows it. */
export interface Board {
  readonly name: string
  /** Its type in the revision code, for `[board-type=…]`. */
  readonly type: number
  /** The model filters of config.txt that hold for it. */
  readonly filters: readonly string[]
}

const board = (name: string, type: number, ...filters: readonly string[]): Board => ({ name, type, filters })

/** Boards with their types and filters (documentation of the Raspberry Pi: "Revision codes", "Conditional filters"). */
export const BOARDS: readonly Board[] = [
  board('1A', 0x00, 'pi1'),
  board('1B', 0x01, 'pi1'),
  board('1A+', 0x02, 'pi1'),
  board('1B+', 0x03, 'pi1'),
  board('CM1', 0x06, 'pi1'),
  board('2B', 0x04, 'pi2'),
  board('3B', 0x08, 'pi3'),
  board('CM3', 0x0a, 'pi3'),
  board('CM3+', 0x10, 'pi3'),
  board('3B+', 0x0d, 'pi3', 'pi3+'),
  board('3A+', 0x0e, 'pi3', 'pi3+'),
  board('4B', 0x11, 'pi4'),
  board('400', 0x13, 'pi4', 'pi400'),
  board('CM4', 0x14, 'pi4', 'cm4'),
  board('CM4S', 0x15, 'pi4', 'cm4s'),
  board('Zero', 0x09, 'pi0'),
  board('Zero W', 0x0c, 'pi0', 'pi0w'),
  board('Zero 2 W', 0x12, 'pi0', 'pi0w', 'pi02'),
  board('5', 0x17, 'pi5'),
  board('500', 0x19, 'pi5', 'pi500'),
  board('CM5', 0x18, 'pi5', 'cm5'),
  board('CM5 Lite', 0x1a, 'pi5', 'cm5'),
]

/** Every model filter that some board answers to. */
export const MODEL_FILTERS: readonly string[] = [...new Set(BOARDS.flatMap(({ filters }) => filters))]
