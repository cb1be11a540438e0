package syscalls

import "golang.org/x/sys/unix"

// sockets returns the rules of calls about connected pairs, the only sockets that steps can have.
func sockets() []rule {
	return []rule{
		allow("shutdown getsockname getpeername", "Pairs of sockets, the only ones that there are."),
		allowOnly("socketpair", errno(unix.EPERM), "A datagram socket of a pair could still be sent to any address.",
			is(0, "domain", value{"AF_UNIX", unix.AF_UNIX}),
			is(1, "type", value{"SOCK_STREAM", unix.SOCK_STREAM}, value{"SOCK_SEQPACKET", unix.SOCK_SEQPACKET}).
				masked(^uint32(unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK))),
		allowOnly("setsockopt", errno(unix.ENOPROTOOPT),
			"SO_ATTACH_FILTER runs programs in the kernel. SO_SNDBUF and SO_RCVBUF would take more than a socket counts.",
			is(1, "level", value{"SOL_SOCKET", unix.SOL_SOCKET}), is(2, "optname", settable()...)).
			except(ignored, is(1, "level", value{"SOL_SOCKET", unix.SOL_SOCKET}),
				is(2, "optname", value{"SO_SNDBUF", unix.SO_SNDBUF}, value{"SO_RCVBUF", unix.SO_RCVBUF})),
		allowOnly("getsockopt", errno(unix.ENOPROTOOPT), "SO_PEERPIDFD opens a handle on a process.",
			is(1, "level", value{"SOL_SOCKET", unix.SOL_SOCKET}), is(2, "optname", append(settable(), readable()...)...)),
		message("sendto recvfrom sendmmsg recvmmsg", 3), message("sendmsg recvmsg", 2),
	}
}

// settable returns the socket options that change only the socket's own behaviour.
func settable() []value {
	return []value{
		{"SO_REUSEADDR", unix.SO_REUSEADDR}, {"SO_REUSEPORT", unix.SO_REUSEPORT}, {"SO_KEEPALIVE", unix.SO_KEEPALIVE},
		{"SO_BROADCAST", unix.SO_BROADCAST}, {"SO_LINGER", unix.SO_LINGER}, {"SO_PASSCRED", unix.SO_PASSCRED}, {"SO_RCVLOWAT", unix.SO_RCVLOWAT},
		{"SO_RCVTIMEO", unix.SO_RCVTIMEO}, {"SO_SNDTIMEO", unix.SO_SNDTIMEO}, {"SO_RCVTIMEO_NEW", unix.SO_RCVTIMEO_NEW}, {"SO_SNDTIMEO_NEW", unix.SO_SNDTIMEO_NEW},
	}
}

// readable returns the socket options that may be read in addition.
func readable() []value {
	return []value{
		{"SO_TYPE", unix.SO_TYPE}, {"SO_ERROR", unix.SO_ERROR}, {"SO_DOMAIN", unix.SO_DOMAIN}, {"SO_PROTOCOL", unix.SO_PROTOCOL},
		{"SO_ACCEPTCONN", unix.SO_ACCEPTCONN}, {"SO_SNDBUF", unix.SO_SNDBUF}, {"SO_RCVBUF", unix.SO_RCVBUF}, {"SO_PEERCRED", unix.SO_PEERCRED},
	}
}

// message returns the rule of calls that send or receive. argument is the number of their flags.
func message(calls string, argument int) rule {
	return allowOnly(calls, errno(unix.EOPNOTSUPP), "MSG_OOB: out-of-band data of unix sockets has let programs out of browsers' sandboxes.", within(argument, "flags",
		value{"MSG_PEEK", unix.MSG_PEEK}, value{"MSG_DONTROUTE", unix.MSG_DONTROUTE}, value{"MSG_CTRUNC", unix.MSG_CTRUNC}, value{"MSG_TRUNC", unix.MSG_TRUNC},
		value{"MSG_DONTWAIT", unix.MSG_DONTWAIT}, value{"MSG_EOR", unix.MSG_EOR}, value{"MSG_WAITALL", unix.MSG_WAITALL}, value{"MSG_NOSIGNAL", unix.MSG_NOSIGNAL},
		value{"MSG_MORE", unix.MSG_MORE}, value{"MSG_WAITFORONE", unix.MSG_WAITFORONE}, value{"MSG_CMSG_CLOEXEC", unix.MSG_CMSG_CLOEXEC}))
}
