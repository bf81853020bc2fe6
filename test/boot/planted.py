"""Planted in a card: answers on the TCP ports that are named, speaking first, and notes in /run every connection that got through."""
import selectors, socket, sys

watch = selectors.DefaultSelector()
for port in map(int, sys.argv[1:]):
    watch.register(socket.create_server(("", port)), selectors.EVENT_READ, port)
while True:
    for key, _ in watch.select():
        connection, peer = key.fileobj.accept()
        with open("/run/planted", "a") as log:
            print(key.data, *peer, file=log)
        try:
            connection.sendall(b"planted %d\n" % key.data)
        except OSError:
            pass
        connection.close()
