"""Tries TCP connections SOURCE,DESTINATION,PORT side by side and prints one word for each: open, refused, or silent after 1.5 s."""
import concurrent.futures, socket, sys


def attempt(way):
    source, destination, port = way.split(",")
    try:
        socket.create_connection((destination, int(port)), timeout=1.5, source_address=(source, 0)).close()
        return "open"
    except ConnectionRefusedError:
        return "refused"
    except OSError:
        return "silent"


with concurrent.futures.ThreadPoolExecutor() as pool:
    print("\n".join(pool.map(attempt, sys.argv[1:])))
