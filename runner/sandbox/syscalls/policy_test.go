package syscalls

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// machine runs the filter as the kernel does.
type machine struct {
	vm   *bpf.VM
	info *arch.Info
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	program, err := Filter()
	if err != nil {
		t.Fatal(err)
	}
	const most = 4096 // BPF_MAXINSNS
	if n := len(program) / 8; n > most {
		t.Fatalf("the filter has %d instructions, and the kernel takes %d", n, most)
	}
	var list []bpf.Instruction
	for ; len(program) > 0; program = program[8:] {
		raw := bpf.RawInstruction{Op: binary.NativeEndian.Uint16(program), Jt: program[2], Jf: program[3], K: binary.NativeEndian.Uint32(program[4:])}
		list = append(list, raw.Disassemble())
	}
	vm, err := bpf.NewVM(list)
	if err != nil {
		t.Fatal(err)
	}
	info, err := arch.GetInfo("")
	if err != nil {
		t.Fatal(err)
	}
	return &machine{vm, info}
}

// run returns the answer to a call. It writes the words in network order, because the machine of
// package bpf reads them so.
func (m *machine) run(t *testing.T, number uint32, architecture uint32, args ...uint64) answer {
	t.Helper()
	data := make([]byte, 64)
	binary.BigEndian.PutUint32(data, number)
	binary.BigEndian.PutUint32(data[4:], architecture)
	for i, a := range args {
		binary.BigEndian.PutUint32(data[16+8*i:], uint32(a))
		binary.BigEndian.PutUint32(data[20+8*i:], uint32(a>>32))
	}
	got, err := m.vm.Run(data)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case got == returnAllow:
		return allowed
	case got&^0xffff == returnErrno:
		return answer(got & 0xffff)
	}
	t.Fatalf("the filter returned %#x", got)
	return 0
}

// call runs a call by its name.
func (m *machine) call(t *testing.T, name string, args ...uint64) answer {
	t.Helper()
	number, known := m.info.SyscallNames[name]
	if !known {
		t.Fatalf("no call %s", name)
	}
	return m.run(t, uint32(number), uint32(m.info.ID), args...)
}

// argument lists arguments up to the numbered one, which has the value.
func argument(number int, value uint64) []uint64 { return append(make([]uint64, number), value) }

// TestCallsOfManyUses repeats the expected answers with the kernel's numbers.
func TestCallsOfManyUses(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	for _, c := range []struct {
		call     string
		argument int
		want     answer
		values   []uint64
	}{
		{"ioctl", 1, allowed, []uint64{0x5401, 0x802c542a, 0x5413, 0x541b, 0x5421, 0x5451}},
		// FS_IOC_RESVSP, RESVSP64, UNRESVSP, ZERO_RANGE; FICLONE, FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR; TIOCSTI,
		// TIOCSETD; SIOCGIFCONF, SIOCGIFHWADDR, SIOCETHTOOL; NS_GET_USERNS; BTRFS_IOC_SUBVOL_CREATE; FITRIM.
		{"ioctl", 1, errno(unix.ENOTTY), []uint64{0x40305828, 0x4030582a, 0x40305829, 0x40305839, 0x40049409, 0x40086602, 0x401c5820,
			0x5412, 0x5423, 0x8912, 0x8927, 0x8946, 0xb701, 0x5000940e, 0xc0185879, 0}},
		{"fcntl", 1, allowed, []uint64{0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032}},
		// F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY, F_CANCELLK, F_ADD_SEALS, F_SET_RW_HINT, F_SETDELEG
		{"fcntl", 1, errno(unix.EINVAL), []uint64{8, 10, 15, 1024, 1026, 1029, 1033, 1036, 1040, 4096}},
		{"fcntl", 1, errno(unix.EPERM), []uint64{1031}}, // F_SETPIPE_SZ
		{"prctl", 0, allowed, []uint64{1, 4, 15, 16, 38, 0x53564d41}},
		// PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_SECUREBITS, PR_TASK_PERF_EVENTS_DISABLE, PR_SET_MM, PR_SET_SYSCALL_USER_DISPATCH,
		// PR_SCHED_CORE, PR_SET_MEMORY_MERGE, PR_SET_IO_FLUSHER, PR_FUTEX_HASH, PR_SET_PTRACER
		{"prctl", 0, errno(unix.EINVAL), []uint64{22, 24, 28, 31, 35, 59, 62, 67, 57, 78, 0x59616d61}},
		{"madvise", 2, allowed, []uint64{0, 1, 2, 3, 4, 8, 10, 14, 15, 16, 18, 23, 102}},
		// MADV_REMOVE, MERGEABLE, COLD, PAGEOUT, HWPOISON, SOFT_OFFLINE
		{"madvise", 2, errno(unix.EINVAL), []uint64{9, 12, 20, 21, 100, 101}},
		{"fadvise64", 3, allowed, []uint64{0, 1, 2, 3, 5}},
		{"fadvise64", 3, ignored, []uint64{4}},
		{"fadvise64", 3, errno(unix.EINVAL), []uint64{6, 99}},
		{"mmap", 3, allowed, []uint64{0x22, 0x2, 0x1, 0x812, 0x4022, 0x20022, 0x62, 0x28}},
		{"mmap", 3, errno(unix.EPERM), []uint64{0x40022, 0x54040022, 0x80003, 1 << 31, 1<<32 | 0x22}}, // huge, MAP_SYNC
		{"mbind", 5, allowed, []uint64{0, 1}},
		{"mbind", 5, errno(unix.EPERM), []uint64{2, 4, 8}},
		{"membarrier", 0, allowed, []uint64{0, 1, 8, 16}},
		{"membarrier", 0, errno(unix.EINVAL), []uint64{2, 4}},
		{"clone", 0, allowed, []uint64{17, 0x4100 | 17, 0x003d0f00, 0x01200011}},
		// every namespace, CLONE_PARENT, CLONE_PTRACE
		{"clone", 0, errno(unix.EPERM), []uint64{0x10000000, 0x20000000, 0x00020000, 0x40000000, 0x08000000, 0x04000000, 0x02000000, 0x8000, 0x2000}},
		{"futex", 1, allowed, []uint64{0, 128, 129, 0x189, 0x80 | 6}},
		{"futex", 1, errno(unix.ENOSYS), []uint64{2, 14, 512}},
		{"personality", 0, allowed, []uint64{0, 0x40000, 0xffffffff}},
		{"personality", 0, errno(unix.EPERM), []uint64{0x400000, 0x100000, 6}},
		{"prlimit64", 0, allowed, []uint64{0}},
		{"prlimit64", 0, errno(unix.EPERM), []uint64{1, 4711}},
		{"sched_setscheduler", 1, allowed, []uint64{0, 3, 5, 0x40000000}},
		{"sched_setscheduler", 1, errno(unix.EPERM), []uint64{1, 2, 6, 7, 0x40000001}},
		{"renameat2", 4, allowed, []uint64{0, 1, 2}},
		{"renameat2", 4, errno(unix.EINVAL), []uint64{4, 8}},
		{"mknodat", 2, allowed, []uint64{0o644, 0o100600, 0o010666, 1<<16 | 0o010666}},
		{"mknodat", 2, errno(unix.EPERM), []uint64{0o020666, 0o060666, 0o140777, 0o170000}},
		{"preadv2", 5, allowed, []uint64{0}},
		{"preadv2", 5, errno(unix.EOPNOTSUPP), []uint64{8, 0x80}}, // RWF_NOWAIT, RWF_DONTCACHE
		{"sendto", 3, allowed, []uint64{0, 0x4000, 0x40}},
		{"recvmsg", 2, allowed, []uint64{0, 0x40000000}},
		{"sendto", 3, errno(unix.EOPNOTSUPP), []uint64{1, 0x4001}}, // MSG_OOB
		{"sendmsg", 2, errno(unix.EOPNOTSUPP), []uint64{1}},
		{"recvfrom", 3, errno(unix.EOPNOTSUPP), []uint64{1, 0x2000}}, // MSG_ERRQUEUE
		{"recvmsg", 2, errno(unix.EOPNOTSUPP), []uint64{1}},
		{"sendmmsg", 3, errno(unix.EOPNOTSUPP), []uint64{1}},
		{"recvmmsg", 3, errno(unix.EOPNOTSUPP), []uint64{1}},
		{"pipe2", 1, allowed, []uint64{0, unix.O_CLOEXEC | unix.O_NONBLOCK}},
		{"pipe2", 1, errno(unix.EINVAL), []uint64{unix.O_EXCL}}, // O_NOTIFICATION_PIPE
		{"seccomp", 0, errno(unix.ENOSYS), []uint64{0, 1, 2}},
		{"clone3", 0, errno(unix.ENOSYS), []uint64{0}},
		{"vmsplice", 0, errno(unix.ENOSYS), []uint64{0}},
		{"memfd_create", 0, errno(unix.ENOSYS), []uint64{0}},
		{"pidfd_open", 0, errno(unix.ENOSYS), []uint64{1}},
		{"process_madvise", 0, errno(unix.ENOSYS), []uint64{3}},
		{"io_uring_setup", 0, errno(unix.ENOSYS), []uint64{1}},
		{"io_setup", 0, errno(unix.ENOSYS), []uint64{1}},
		{"splice", 0, errno(unix.EINVAL), []uint64{0}},
		{"sendfile", 0, errno(unix.EINVAL), []uint64{0}},
		{"fallocate", 1, errno(unix.EOPNOTSUPP), []uint64{0, 1, 16}},
		{"keyctl", 0, errno(unix.EPERM), []uint64{0, 1}},
		{"syslog", 0, errno(unix.EPERM), []uint64{3}},
	} {
		for _, v := range c.values {
			if got := m.call(t, c.call, argument(c.argument, v)...); got != c.want {
				t.Errorf("%s with %#x: answer %d, want %d", c.call, v, got, c.want)
			}
		}
	}
}

// TestCallsOfTwoArguments checks calls for options and pairs of sockets.
func TestCallsOfTwoArguments(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	for _, c := range []struct {
		call string
		args []uint64
		want answer
	}{
		{"socketpair", []uint64{1, 1}, allowed},
		{"socketpair", []uint64{1, 5 | unix.SOCK_CLOEXEC | unix.SOCK_NONBLOCK}, allowed},
		{"socketpair", []uint64{1, 2}, errno(unix.EPERM)},
		{"socketpair", []uint64{1, 3}, errno(unix.EPERM)},
		{"socketpair", []uint64{2, 1}, errno(unix.EPERM)},
		{"setsockopt", []uint64{3, 1, 20}, allowed},                  // SO_RCVTIMEO
		{"setsockopt", []uint64{3, 1, 7}, ignored},                   // SO_SNDBUF
		{"setsockopt", []uint64{3, 1, 8}, ignored},                   // SO_RCVBUF
		{"setsockopt", []uint64{3, 1, 32}, errno(unix.ENOPROTOOPT)},  // SO_SNDBUFFORCE
		{"setsockopt", []uint64{3, 1, 26}, errno(unix.ENOPROTOOPT)},  // SO_ATTACH_FILTER
		{"setsockopt", []uint64{3, 1, 50}, errno(unix.ENOPROTOOPT)},  // SO_ATTACH_BPF
		{"setsockopt", []uint64{3, 1, 36}, errno(unix.ENOPROTOOPT)},  // SO_MARK
		{"setsockopt", []uint64{3, 0, 20}, errno(unix.ENOPROTOOPT)},  // another level
		{"setsockopt", []uint64{3, 263, 7}, errno(unix.ENOPROTOOPT)}, // another level
		{"getsockopt", []uint64{3, 1, 3}, allowed},                   // SO_TYPE
		{"getsockopt", []uint64{3, 1, 77}, errno(unix.ENOPROTOOPT)},  // SO_PEERPIDFD
		{"getsockopt", []uint64{3, 1, 26}, errno(unix.ENOPROTOOPT)},  // SO_GET_FILTER
		{"getsockopt", []uint64{3, 6, 3}, errno(unix.ENOPROTOOPT)},   // SOL_TCP
		{"setsockopt", []uint64{3, 1 << 32, 20}, errno(unix.ENOPROTOOPT)},
	} {
		if got := m.call(t, c.call, c.args...); got != c.want {
			t.Errorf("%s %v: answer %d, want %d", c.call, c.args, got, c.want)
		}
	}
}

// TestUpperHalf gives arguments an upper half. If the kernel ignores it, the filter must decide by
// the lower half alone: refused values must not pass, and a negative int that a program extends to
// 64 bits must not be refused.
func TestUpperHalf(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	for _, upper := range []uint64{1 << 32, 0xffffffff << 32, 0x5401 << 32} {
		for _, r := range policy() {
			for _, c := range r.choices {
				if len(c.conditions) == 1 {
					m.assertUpperHalf(t, &r, &c, upper)
				}
			}
		}
		for call, refused := range map[string][2]uint64{"ioctl": {1, 0x40305828}, "fcntl": {1, 1026}, "prctl": {0, 67}, "clone": {0, 0x10000000}, "madvise": {2, 12}} {
			if got := m.call(t, call, argument(int(refused[0]), upper|refused[1])...); got == allowed {
				t.Errorf("%s with %#x is allowed", call, upper|refused[1])
			}
		}
	}
}

// assertUpperHalf makes calls with each value of a choice and an upper half.
func (m *machine) assertUpperHalf(t *testing.T, r *rule, c *choice, upper uint64) {
	t.Helper()
	only, want := c.conditions[0], c.answer
	if only.kind == flags64 {
		want = r.otherwise
	}
	for name := range strings.FieldsSeq(r.calls) {
		if _, known := m.info.SyscallNames[name]; !known {
			continue
		}
		for _, v := range only.values {
			if got := m.call(t, name, argument(only.argument, upper|uint64(v.number))...); got != want {
				t.Errorf("%s with %#x: answer %d, want %d", name, upper|uint64(v.number), got, want)
			}
		}
	}
}

// TestOtherWaysToForbiddenCallsAreClosed makes calls of other architectures and of x32.
func TestOtherWaysToForbiddenCallsAreClosed(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	none := errno(unix.ENOSYS)
	for _, number := range []uint32{0, 1, 3, 39, 102, 359} {
		for _, architecture := range []uint32{0x40000003 /* i386 */, 0x40000028 /* ARM */, 0, ^uint32(0)} {
			if got := m.run(t, number, architecture); got != none {
				t.Errorf("architecture %#x, call %d: answer %d", architecture, number, got)
			}
		}
		if got := m.run(t, 0x40000000|number, uint32(m.info.ID)); got != none {
			t.Errorf("x32, call %d: answer %d", number, got)
		}
	}
}

// expected returns the policy's answer, without the filter.
func (m *machine) expected(rules map[string]rule, number uint32, args []uint64) answer {
	r, known := rules[m.info.SyscallNumbers[int(number)]]
	if !known {
		return errno(unix.ENOSYS)
	}
	for _, c := range r.choices {
		if !slices.ContainsFunc(c.conditions, func(each condition) bool { return !each.holds(args[each.argument]) }) {
			return c.answer
		}
	}
	return r.otherwise
}

func (c *condition) holds(argument uint64) bool {
	low := uint32(argument) & c.mask
	switch c.kind {
	case oneOf:
		return slices.ContainsFunc(c.values, func(v value) bool { return v.number == low })
	case flags:
		return low&^c.bits() == 0
	}
	return argument>>32 == 0 && low&^c.bits() == 0
}

// TestFilterIsThePolicy compares the compiled filter with the rules, for every number and for
// arguments near and far from those that are allowed.
func TestFilterIsThePolicy(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	rules := map[string]rule{}
	interesting := []uint64{0, 1, 1 << 31, 1 << 32, ^uint64(0)}
	for _, r := range policy() {
		for name := range strings.FieldsSeq(r.calls) {
			rules[name] = r
		}
		for _, c := range r.choices {
			for _, each := range c.conditions {
				for _, v := range each.values {
					interesting = append(interesting, uint64(v.number), uint64(v.number)+1, uint64(v.number)|1<<40)
				}
			}
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for number := range uint32(700) {
		for range 2000 {
			args := make([]uint64, 6)
			for i := range args {
				args[i] = interesting[random.IntN(len(interesting))]
				if random.IntN(4) == 0 {
					args[i] = random.Uint64() >> random.IntN(64)
				}
			}
			if got, want := m.run(t, number, uint32(m.info.ID), args...), m.expected(rules, number, args); got != want {
				t.Fatalf("call %d (%s) with %#x: answer %d, want %d", number, m.info.SyscallNumbers[int(number)], args, got, want)
			}
		}
	}
}

// TestNamesAreKnown finds misspelt names: every call exists on some architecture, and is named once.
func TestNamesAreKnown(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, name := range []string{"x86_64", "aarch64", "i386", "arm"} {
		info, err := arch.GetInfo(name)
		if err != nil {
			t.Fatal(err)
		}
		for call := range info.SyscallNames {
			known[call] = true
		}
	}
	seen := map[string]bool{}
	for _, r := range policy() {
		for name := range strings.FieldsSeq(r.calls) {
			if !known[name] {
				t.Errorf("no call %s", name)
			}
			if seen[name] {
				t.Errorf("two rules for %s", name)
			}
			seen[name] = true
		}
		if r.why == "" && len(r.choices) == 0 {
			t.Errorf("no reason for %s", r.calls)
		}
	}
}
