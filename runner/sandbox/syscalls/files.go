package syscalls

import "golang.org/x/sys/unix"

// files returns the rules of calls about files and descriptors that are allowed only with some
// arguments.
func files() []rule {
	return []rule{
		allowOnly("ioctl", errno(unix.ENOTTY),
			"The rest reserves disk (FS_IOC_RESVSP, FS_IOC_ZERO_RANGE), sets attributes, clones, lists network addresses, types into terminals or is some driver's.",
			is(1, "request", ioctls()...)),
		allowOnly("fcntl", errno(unix.EINVAL),
			"F_NOTIFY and leases watch what others do to a file. F_SETOWN and F_SETSIG send signals.",
			is(1, "cmd", fcntls()...)).
			except(errno(unix.EPERM), is(1, "cmd", value{"F_SETPIPE_SZ", unix.F_SETPIPE_SZ})),
		allowOnly("fadvise64", errno(unix.EINVAL),
			"POSIX_FADV_DONTNEED would take the toolchain out of everybody's cache.",
			is(3, "advice", value{"POSIX_FADV_NORMAL", 0}, value{"POSIX_FADV_RANDOM", 1}, value{"POSIX_FADV_SEQUENTIAL", 2},
				value{"POSIX_FADV_WILLNEED", 3}, value{"POSIX_FADV_NOREUSE", 5})).
			except(ignored, is(3, "advice", value{"POSIX_FADV_DONTNEED", 4})),
		allowOnly("preadv2 pwritev2", errno(unix.EOPNOTSUPP), "RWF_NOWAIT tells what is in the cache.",
			within(5, "flags", value{"RWF_DSYNC", unix.RWF_DSYNC}, value{"RWF_SYNC", unix.RWF_SYNC}, value{"RWF_APPEND", unix.RWF_APPEND})),
		allowOnly("renameat2", errno(unix.EINVAL), "RENAME_WHITEOUT makes a device.",
			within(4, "flags", value{"RENAME_NOREPLACE", unix.RENAME_NOREPLACE}, value{"RENAME_EXCHANGE", unix.RENAME_EXCHANGE})),
		allowOnly("mknod", errno(unix.EPERM), "No devices, and no sockets, to which nothing can connect.", is(1, "mode", nodeTypes()...).masked(unix.S_IFMT)),
		allowOnly("mknodat", errno(unix.EPERM), "As mknod.", is(2, "mode", nodeTypes()...).masked(unix.S_IFMT)),
		allowOnly("pipe2", errno(unix.EINVAL), "O_NOTIFICATION_PIPE makes a queue for the kernel's notices.",
			within(1, "flags", value{"O_CLOEXEC", unix.O_CLOEXEC}, value{"O_NONBLOCK", unix.O_NONBLOCK}, value{"O_DIRECT", unix.O_DIRECT})),
	}
}

// ioctls returns the allowed requests: those with which programs find out whether a descriptor is a
// terminal, those of a terminal's user, those that create a terminal, and those that act like
// fcntl.
func ioctls() []value {
	return []value{
		{"TCGETS", unix.TCGETS}, {"TCGETS2", unix.TCGETS2}, {"TIOCGWINSZ", unix.TIOCGWINSZ},
		{"TIOCGPGRP", unix.TIOCGPGRP}, {"TIOCGSID", unix.TIOCGSID}, {"TIOCOUTQ", unix.TIOCOUTQ},
		{"TCSETS", unix.TCSETS}, {"TCSETSW", unix.TCSETSW}, {"TCSETSF", unix.TCSETSF},
		{"TCSETS2", unix.TCSETS2}, {"TCSETSW2", unix.TCSETSW2}, {"TCSETSF2", unix.TCSETSF2},
		{"TIOCSPGRP", unix.TIOCSPGRP}, {"TIOCSWINSZ", unix.TIOCSWINSZ}, {"TIOCSCTTY", unix.TIOCSCTTY}, {"TIOCNOTTY", unix.TIOCNOTTY},
		{"TCSBRK", unix.TCSBRK}, {"TCXONC", unix.TCXONC}, {"TCFLSH", unix.TCFLSH},
		{"TIOCGPTN", unix.TIOCGPTN}, {"TIOCSPTLCK", unix.TIOCSPTLCK}, {"TIOCGPTLCK", unix.TIOCGPTLCK}, {"TIOCGPTPEER", unix.TIOCGPTPEER}, {"TIOCPKT", unix.TIOCPKT},
		{"FIONREAD", unix.TIOCINQ}, {"FIONBIO", 0x5421}, {"FIOCLEX", 0x5451}, {"FIONCLEX", 0x5450},
	}
}

func fcntls() []value {
	return []value{
		{"F_DUPFD", unix.F_DUPFD}, {"F_DUPFD_CLOEXEC", unix.F_DUPFD_CLOEXEC}, {"F_DUPFD_QUERY", unix.F_DUPFD_QUERY},
		{"F_GETFD", unix.F_GETFD}, {"F_SETFD", unix.F_SETFD}, {"F_GETFL", unix.F_GETFL}, {"F_SETFL", unix.F_SETFL},
		{"F_GETLK", unix.F_GETLK}, {"F_SETLK", unix.F_SETLK}, {"F_SETLKW", unix.F_SETLKW},
		{"F_OFD_GETLK", unix.F_OFD_GETLK}, {"F_OFD_SETLK", unix.F_OFD_SETLK}, {"F_OFD_SETLKW", unix.F_OFD_SETLKW},
		{"F_GETOWN", unix.F_GETOWN}, {"F_GETSIG", unix.F_GETSIG}, {"F_GETLEASE", unix.F_GETLEASE},
		{"F_GETPIPE_SZ", unix.F_GETPIPE_SZ}, {"F_GET_SEALS", unix.F_GET_SEALS}, {"F_CREATED_QUERY", unix.F_CREATED_QUERY},
	}
}

// nodeTypes returns the kinds of file that mknod may create; 0 is a regular file.
func nodeTypes() []value {
	return []value{{"0", 0}, {"S_IFREG", unix.S_IFREG}, {"S_IFIFO", unix.S_IFIFO}}
}
