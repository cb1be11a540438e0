package sandbox

import (
	"encoding/binary"
	"fmt"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// namespaceFlags are the flags of clone that make namespaces.
const namespaceFlags = unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWNET |
	unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP

// filterProgram assembles the allow list. The library's guard comes first: calls of
// another architecture (int 0x80) and of x32 get an error like any call that is not
// on the list. What is well known gets EPERM; the rest gets ENOSYS, so that
// programs fall back as they do on an older kernel.
func filterProgram() ([]byte, error) {
	info, err := arch.GetInfo("")
	if err != nil {
		return nil, fmt.Errorf("seccomp architecture: %w", err)
	}
	policy := seccomp.Policy{
		DefaultAction: seccomp.ActionErrno,
		Syscalls: []seccomp.SyscallGroup{
			{Names: known(info, allowedCalls()), NamesWithCondtions: conditional(), Action: seccomp.ActionAllow},
			{Names: known(info, refusedCalls()), Action: seccomp.ActionErrno | seccomp.Action(unix.EPERM)},
			{Names: known(info, unsupportedCalls()), Action: seccomp.ActionErrno | seccomp.Action(unix.EOPNOTSUPP)},
		},
	}
	program, err := policy.Assemble()
	if err != nil {
		return nil, fmt.Errorf("seccomp filter: %w", err)
	}
	program[len(program)-1] = bpf.RetConstant{Val: uint32(seccomp.ActionErrno) | uint32(unix.ENOSYS)}
	return encodeFilter(program)
}

// encodeFilter writes the program as the kernel's struct sock_filter.
func encodeFilter(program []bpf.Instruction) ([]byte, error) {
	raw, err := bpf.Assemble(program)
	if err != nil {
		return nil, fmt.Errorf("seccomp filter: %w", err)
	}
	b := make([]byte, 0, 8*len(raw))
	for _, in := range raw {
		b = binary.NativeEndian.AppendUint16(b, in.Op)
		b = append(b, in.Jt, in.Jf)
		b = binary.NativeEndian.AppendUint32(b, in.K)
	}
	return b, nil
}

// known keeps the names that this architecture has.
func known(info *arch.Info, names []string) []string {
	kept := names[:0]
	for _, n := range names {
		if _, ok := info.SyscallNames[n]; ok {
			kept = append(kept, n)
		}
	}
	return kept
}

// conditional are calls that are allowed with some arguments only. After a failed condition the
// library goes on comparing, with the argument that failed in the number's place. So the order
// matters: what fails first are flags greater than any number, and of the later conditions on
// argument 0 no two agree.
func conditional() []seccomp.NameWithConditions {
	list := []seccomp.NameWithConditions{
		when("clone", seccomp.Condition{Argument: 0, Operation: seccomp.BitsNotSet, Value: namespaceFlags}),
		// Huge pages are reserved for somebody, and are in no sum of memory.
		when("mmap", seccomp.Condition{Argument: 3, Operation: seccomp.BitsNotSet, Value: unix.MAP_HUGETLB}),
		// On oneself, as the C library calls it.
		when("prlimit64", equal(0, 0)),
	}
	for _, persona := range []uint64{0, 0x0008, 0x0040000, 0x0040008, 0xffffffff} {
		list = append(list, when("personality", equal(0, persona)))
	}
	// Connected pairs only: a datagram socket of a pair can still be sent to any address.
	for _, kind := range []uint64{unix.SOCK_STREAM, unix.SOCK_SEQPACKET} {
		for _, flags := range []uint64{0, unix.SOCK_CLOEXEC, unix.SOCK_NONBLOCK, unix.SOCK_CLOEXEC | unix.SOCK_NONBLOCK} {
			list = append(list, when("socketpair", equal(0, unix.AF_UNIX), equal(1, kind|flags)))
		}
	}
	return list
}

func when(name string, c ...seccomp.Condition) seccomp.NameWithConditions {
	return seccomp.NameWithConditions{Name: name, Conditions: c}
}

func equal(argument uint32, value uint64) seccomp.Condition {
	return seccomp.Condition{Argument: argument, Operation: seccomp.Equal, Value: value}
}
