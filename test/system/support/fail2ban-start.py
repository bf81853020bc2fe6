"""Run inside of a root: starts fail2ban once for each folder of /cases, which is laid over the root for that start alone.

What came of it is left beside the folder: CASE.words, all that fail2ban said, and CASE.jails, the jails that run; there
is none when it has ended. The programs are loaded once, and forked for each case: that is most of a start.
"""

import ctypes
import gc
import os
import shutil
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, '/usr/lib/python3/dist-packages')
from fail2ban.client.csocket import CSocket
from fail2ban.client.fail2banserver import exec_command_line
from fail2ban.server import filterpoll, filtersystemd, server  # noqa: F401

AT_ONCE = 2
LIMIT = 60  # seconds
SOCKET = '/var/run/fail2ban/fail2ban.sock'
CLONE_NEWNS = 0x20000
LIBC = ctypes.CDLL(None, use_errno=True)
LOG = Path('/var/log/fail2ban.log')
STOCK = '/opt'
# The answer to the last command, and what is said before it when the configuration was refused (fail2banclient.py).
READY, FAILED = b'Server ready', b' NOK: '
ENDS = b'Shutdown in progress'  # server.py


def mount(what: str, where: str, kind: str, options: str = '') -> None:
    if LIBC.mount(what.encode(), where.encode(), kind.encode(), 0, options.encode()) != 0:
        raise OSError(ctypes.get_errno(), f'mount {where}')


def lay_over(case: Path) -> None:
    if LIBC.unshare(CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), 'unshare')
    for place in ('/run', '/var/log', '/var/lib/fail2ban', '/mnt'):
        mount('tmpfs', place, 'tmpfs')
    for place in ('/mnt/upper', '/mnt/work'):
        os.mkdir(place)
    mount('overlay', '/etc/fail2ban', 'overlay', f'lowerdir={STOCK},upperdir=/mnt/upper,workdir=/mnt/work')
    LOG.touch()
    shutil.copytree(case, '/', dirs_exist_ok=True)


def serve(words: Path) -> None:
    output = os.open(words, os.O_WRONLY | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.stdout = os.fdopen(1, 'w', buffering=1)
    sys.stderr = os.fdopen(2, 'w', buffering=1)
    exec_command_line(['/usr/bin/fail2ban-server', '-xf', 'start'])


def ended(pid: int) -> bool:
    return os.waitpid(pid, os.WNOHANG)[0] != 0


def start(case: Path) -> None:
    lay_over(case)
    words = case.with_suffix('.words')
    words.touch()
    pid = os.fork()
    if pid == 0:
        serve(words)
    until = time.monotonic() + LIMIT
    while not ended(pid):
        said = words.read_bytes() + LOG.read_bytes()
        if READY in said and FAILED not in said:
            _, ((_, _), (_, jails)) = CSocket(SOCKET).send(['status'])
            case.with_suffix('.jails').write_text(jails)
        if READY in said and FAILED not in said or ENDS in said:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            break
        if time.monotonic() > until:
            raise TimeoutError(case)
        time.sleep(0.02)
    with words.open('ab') as file:
        file.write(LOG.read_bytes())


def wait_for_one(running: set[int]) -> None:
    while True:
        pid, status = os.wait()
        if pid in running:  # else a command of fail2ban's that it has left behind
            break
    running.remove(pid)
    if status != 0:
        sys.exit(f'a start ended with {status}')


def main() -> None:
    mount('tmpfs', STOCK, 'tmpfs')
    shutil.copytree('/etc/fail2ban', STOCK, dirs_exist_ok=True)
    gc.freeze()  # what is never changed is never copied
    running: set[int] = set()
    for case in sorted(path for path in Path('/cases').iterdir() if path.is_dir()):
        if len(running) == AT_ONCE:
            wait_for_one(running)
        pid = os.fork()
        if pid == 0:
            start(case)
            os._exit(0)
        running.add(pid)
    while running:
        wait_for_one(running)


main()
