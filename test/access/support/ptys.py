"""Terminals for a device without screen: argv[1] of them, argv[2] the folder of their logs.

Prints the path of each; writes what a device prints on number N to FOLDER/N; each line of stdin, "N TEXT", is typed there.
"""
import os, select, sys, time

count, folder = int(sys.argv[1]), sys.argv[2]
pairs = [os.openpty() for _ in range(count)]
logs = [open(os.path.join(folder, str(i)), "wb", buffering=0) for i in range(count)]
print(" ".join(os.ttyname(slave) for _, slave in pairs), flush=True)
masters = [master for master, _ in pairs]
waiting = b""
while True:
    ready, _, _ = select.select([0, *masters], [], [])
    for fd in ready:
        if fd == 0:
            read = os.read(0, 4096)
            if read == b"":
                sys.exit()
            *lines, waiting = (waiting + read).split(b"\n")
            for line in lines:
                number, text = line.split(b" ", 1)
                os.write(masters[int(number)], text + b"\n")
            continue
        try:
            logs[masters.index(fd)].write(os.read(fd, 4096))
        except OSError:
            # Hung up: whoever opens it next makes it whole again.
            time.sleep(0.05)
