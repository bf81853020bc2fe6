"""Does TCP get through? reach.py FROM TO PORT: exit 0 if somebody answers within five seconds, be it to refuse."""
import socket, sys

source, target, port = sys.argv[1:]
try:
    socket.create_connection((target, int(port)), 5, (source, 0)).close()
except ConnectionRefusedError:
    pass
except OSError:
    sys.exit(1)
