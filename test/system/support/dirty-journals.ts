import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.ts'

/**
 * Mounts the file system in a file, works on it, copies the file meanwhile, and ends as a power cut does: EXT4_IOC_SHUTDOWN
 * (0x8004587d), with the journal brought to the disk (1) or not (2). What was deleted while it is open stays open
 * until then.
 */
const WORK = `
import ctypes, fcntl, os, random, shutil, struct, subprocess, sys
image, place, options, seed, copies = sys.argv[1:4] + [int(sys.argv[4]), int(sys.argv[5])]
dice = random.Random(seed)
os.makedirs(place)
subprocess.run(['mount', '-o', 'loop' + (',' + options if options else ''), image, place], check=True)
root = os.open(place, os.O_RDONLY)
# Not os.sync(), which waits for all disks of the machine.
sync = lambda: ctypes.CDLL(None).syncfs(root)
opened = []
MAGIC = bytes.fromhex('c03b3998')
STEPS = 60
name = lambda: f'{place}/{dice.choice("abc")}{dice.randrange(30)}'
def files():
    return [e.path for e in os.scandir(place) if e.is_file(follow_symlinks=False)]
def step():
    kind = dice.randrange(12)
    known = files()
    some = dice.choice(known) if known else None
    if kind < 4:
        with open(name(), 'wb') as f: f.write(dice.choice([b'', MAGIC]) + dice.randbytes(dice.randrange(60000)))
    elif kind == 4:
        os.makedirs(f'{place}/d{dice.randrange(6)}/e{dice.randrange(6)}', exist_ok=True)
        for i in range(dice.randrange(90)): open(f'{place}/d0-{i}-{"long" * 20}', 'wb').close()
    elif kind == 5:
        shutil.rmtree(f'{place}/d{dice.randrange(6)}', ignore_errors=True)
    elif some is None: return
    elif kind == 6: os.unlink(some)
    elif kind == 7:
        opened.append(open(some, 'rb'))
        os.unlink(some)
    elif kind == 8: os.truncate(some, dice.randrange(80000))
    elif kind == 9: os.rename(some, name())
    elif kind == 10:
        try: os.setxattr(some, 'user.some', dice.randbytes(dice.choice([9, 90, 400])))
        except OSError: pass
    else:
        with open(some, 'r+b') as f: os.posix_fallocate(f.fileno(), 0, dice.randrange(1, 90000))
try:
    at = set(dice.sample(range(10, STEPS), copies))
    for i in range(STEPS):
        try: step()
        except OSError as error:
            if error.errno != 28: raise
        if dice.randrange(9) == 0: sync()
        if i in at:
            sync()
            shutil.copyfile(image, f'{image}.{i}.cut')
    fcntl.ioctl(root, 0x8004587d, struct.pack('I', dice.choice([1, 1, 2])))
finally:
    os.close(root)
    for f in opened: f.close()
    subprocess.run(['umount', place], check=True)
shutil.copyfile(image, f'{image}.end.cut')
`

/** Makes images of file systems that were not unmounted, out of the one in `file`, beside it: one more than `copies`. */
export function dirtyJournals(
  file: string,
  { options, seed, copies }: { readonly options: string; readonly seed: number; readonly copies: number },
): string[] {
  run(['python3', '-c', WORK, file, `${file}.mount`, options, `${seed}`, `${copies}`])
  const folder = join(file, '..')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cut'))
    .map((name) => join(folder, name))
}
