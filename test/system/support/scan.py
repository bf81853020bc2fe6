"""Somebody in the network who tries TCP ports of ADDRESS from SOURCE until stdin ends: those of WATCHED (a,b,…) every tenth of a
second, and between them all 65535 in turn. Prints JSON: how often a port opened, when
first and last (seconds since 1970), and how many rounds of each were made."""
import json, selectors, socket, sys, time

address, source, watched = sys.argv[1], sys.argv[2], [int(port) for port in sys.argv[3].split(",")]
BATCH, PATIENCE = 1200, 0.1
opened, rounds, sweeps, place = {}, 0, 0, 1
stdin = selectors.DefaultSelector()
stdin.register(sys.stdin, selectors.EVENT_READ)
while not stdin.select(0):
    ports = watched + list(range(place, min(place + BATCH, 65536)))
    place = 1 if place + BATCH > 65535 else place + BATCH
    sweeps += place == 1
    rounds += 1
    watch = selectors.DefaultSelector()
    for port in ports:
        connection = socket.socket()
        connection.setblocking(False)
        try:
            connection.bind((source, 0))
        except OSError:
            # The wire is being laid anew.
            connection.close()
            continue
        if connection.connect_ex((address, port)) == 115:
            watch.register(connection, selectors.EVENT_WRITE, port)
        else:
            connection.close()
    end = time.monotonic() + PATIENCE
    while (left := end - time.monotonic()) > 0 and watch.get_map():
        for key, _ in watch.select(left):
            if key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                now = round(time.time(), 1)
                count, first, _ = opened.get(key.data, (0, now, now))
                opened[key.data] = (count + 1, first, now)
            watch.unregister(key.fileobj)
            key.fileobj.close()
    for key in list(watch.get_map().values()):
        key.fileobj.close()
    watch.close()
json.dump({"opened": opened, "rounds": rounds, "sweeps": sweeps}, sys.stdout)
