"""A user of the device who is up to no good: takes every lock he can open, squats names, looks for a secret.

squat.py SECRET REPORT: runs until it is ended; the report names what he holds and where he saw the secret. The device has
no more of Python than python3-minimal.
"""
import fcntl, glob, os, sys, time

secret, report = sys.argv[1].encode(), sys.argv[2]
LOCKS = ["/run/**", "/var/lock/**", "/etc/pibake/**", "/usr/lib/pibake/**", "/var/lib/pibake/**", "/var/lib/dpkg/*lock*",
         "/var/lib/dpkg/triggers/*", "/var/lib/apt/**", "/var/cache/apt/**", "/var/cache/debconf/**", "/etc/.pwd.lock",
         "/etc/ufw/**", "/etc/fail2ban/**", "/var/lib/fail2ban/**", "/etc/passwd"]
# Names that a careless program makes in a folder for all, and what a link there would have it write over.
NAMES = ["/tmp/pibake", "/tmp/pibake-firstboot", "/tmp/pibake.lock", "/var/tmp/pibake", "/run/lock/pibake",
         "/run/lock/pibake-firstboot.lock", "/run/lock/ufw.lock", "/run/lock/apt", "/dev/shm/pibake"]
CANARY = "/srv/canary"

held, seen = {}, set()
for name in NAMES:
    try:
        os.symlink(CANARY, name)
    except OSError:
        pass

def take(path):
    try:
        if not os.path.isfile(path) or os.path.islink(path):
            return
        # A new inode under the same name is a new lock.
        key = (path, os.stat(path).st_ino)
        if key in held:
            return
        file = open(path, "rb")
    except OSError:
        return
    for lock in (lambda: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB), lambda: fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)):
        try:
            lock()
        except OSError:
            pass  # Somebody else has it: it is tried once.
    held[key] = file
    try:
        if secret in file.read(1 << 20):
            seen.add(path)
    except OSError:
        pass

while True:
    for pattern in LOCKS:
        for path in glob.iglob(pattern, recursive=True):
            take(path)
    # What is done right now, and with which words.
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            if int(path.split("/")[2]) != os.getpid() and secret in open(path, "rb").read():
                seen.add(path)
        except OSError:
            pass
    with open(report + ".new", "w") as out:
        out.writelines("held %s\n" % path for path in sorted({path for path, _ in held}))
        out.writelines("seen %s\n" % path for path in sorted(seen))
    os.rename(report + ".new", report)
    time.sleep(0.05)
