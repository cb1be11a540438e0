package sandbox_test

// reachAttacks returns attacks that try to read or write forbidden files, or to become another
// user.
func reachAttacks() []attack {
	machine := []string{"/root", "/home", "/var/run", "/run", "/run/lock/grader", "/var/lib", "/dev/mem", "/dev/vda", "/dev/kmsg", "/dev/fuse", "/dev/kvm",
		"/sys/kernel", "/sys/fs/cgroup", "/proc/sysrq-trigger", "/proc/kcore", "/proc/kallsyms-", "/proc/1/environ", "/var/run/docker.sock", "/.dockerenv"}
	return []attack{
		{kind: "reading", name: "expected output", program: "reading.c", args: []string{"$SECRET", "$TESTS", "$WALL"}},
		{kind: "reading", name: "another's work", program: "reading.c", args: []string{"$WORK", "$THEIRS"}},
		{kind: "reading", name: "another's temporary files", program: "reading.c", args: []string{"$THEIRS/../tmp", "$THEIRS/../tmp/."}},
		{kind: "reading", name: "/etc/shadow", program: "reading.c", args: []string{"/etc/shadow", "/etc/gshadow", "/etc/ssh", "/etc/sudoers"}},
		{kind: "reading", name: "environ, mem, root, cwd and descriptors of the runner, of its parent and of others", program: "reading.c",
			args: []string{"$RUNNER", "$PARENT", "$NEIGHBOUR", "1"}},
		{kind: "reading", name: "the machine", program: "reading.c", args: machine},
		{kind: "writing", name: "expected output", program: "writing.c", args: []string{"$SECRET", "$TESTS", "$WALL"}},
		{kind: "writing", name: "another's work", program: "writing.c", args: []string{"$WORK", "$THEIRS"}},
		{kind: "writing", name: "the machine", program: "writing.c", args: []string{"/etc/passwd", "/etc/ld.so.preload", "/usr/bin/env", "/usr/lib", "/bin/sh", "/run/lock/grader",
			"/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/sys/kernel/mm/transparent_hugepage/enabled", "/sys/fs/cgroup", "/opt", "/"}},
		{kind: "writing", name: "wherever it might outlive the step", program: "leave.sh", args: []string{"grader-left"}},
		{kind: "reading", name: "what steps of a slot share, and marks of earlier steps", program: "room.c"},
		{kind: "reading", name: "marks that the same program left before", program: "room.c"},
		{kind: "environment", name: "programs, modules and start-up files for later steps", program: "environment.sh"},
		{kind: "privilege", name: "setuid programs, capabilities, groups", program: "privilege.c", args: []string{"$SETUID"}},
		{kind: "privilege", name: "ptrace, process_vm, pidfd, prlimit", program: "calls.c", args: []string{"others"}},
		{kind: "privilege", name: "nested namespaces", program: "calls.c", args: []string{"namespaces"}},
		{kind: "privilege", name: "mount and chroot", program: "calls.c", args: []string{"mounts"}},
		{kind: "privilege", name: "keyrings and IPC", program: "calls.c", args: []string{"ipc"}},
		{kind: "privilege", name: "bpf, perf, io_uring, userfaultfd, modules", program: "calls.c", args: []string{"kernel"}},
		{kind: "privilege", name: "int 0x80 and x32", program: "i386.c"},
		{kind: "uses", name: "ioctl that reserves disk and sets flags, mknod and rename that make devices", program: "uses.c", args: []string{"files"}},
		{kind: "uses", name: "fcntl that watches directories and takes leases, calls that tell what is cached", program: "uses.c", args: []string{"watch"}},
		{kind: "uses", name: "madvise and prctl that merge pages, pipes that hold files", program: "uses.c", args: []string{"pages"}},
		{kind: "uses", name: "ioctl that lists addresses, filters and buffers of socket pairs, out-of-band data", program: "uses.c", args: []string{"sockets"}},
		{kind: "uses", name: "children of the wall's, cores, filters, barriers", program: "uses.c", args: []string{"processes"}},
		{kind: "network", name: "sockets of every family", program: "calls.c", args: []string{"sockets"}},
		{kind: "network", name: "sockets, interfaces and addresses of the machine in /proc", program: "netlist.py", networked: true},
		{kind: "network", name: "TCP, UDP, DNS, metadata, netlink, vsock, packets, unix sockets, from Python", program: "network.py"},
		{kind: "network", name: "sockets, channels and URLs of Java", program: "Network.java", limits: roomy(), slow: true},
	}
}
