# Talks to the world in the ways that Python has.
import socket
import urllib.request


def tries():
    yield "tcp to loopback", lambda: socket.create_connection(("127.0.0.1", 22), 1)
    yield "the metadata address", lambda: urllib.request.urlopen("http://169.254.169.254/latest/meta-data/", timeout=1)
    yield "dns", lambda: socket.getaddrinfo("example.org", 443)
    yield "udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 53))
    yield "ipv6", lambda: socket.socket(socket.AF_INET6)
    yield "a listener", lambda: socket.create_server(("127.0.0.1", 0))
    yield "netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)
    yield "packets", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    yield "vsock", lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
    yield "docker's socket", lambda: socket.socket(socket.AF_UNIX).connect("/var/run/docker.sock")
    yield "an abstract socket", lambda: socket.socket(socket.AF_UNIX).bind("\0grader")
    yield "a socket in its directory", lambda: socket.socket(socket.AF_UNIX).bind("socket")


for name, attempt in tries():
    try:
        attempt()
        print("escaped:", name)
    except OSError:
        pass
