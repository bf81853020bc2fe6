"""Listens on the TCP ports that are named, IPv4 and IPv6, says `ready`, and answers every connection by closing it until stdin ends."""
import selectors, socket, sys

watch = selectors.DefaultSelector()
watch.register(sys.stdin, selectors.EVENT_READ)
for port in map(int, sys.argv[1:]):
    watch.register(socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True), selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in watch.select():
        if key.fileobj is sys.stdin:
            sys.exit(0)
        key.fileobj.accept()[0].close()
