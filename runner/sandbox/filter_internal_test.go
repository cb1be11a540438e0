package sandbox

import (
	"encoding/binary"
	"testing"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"github.com/elastic/go-seccomp-bpf/arch"
)

// judge runs the filter on a call as the kernel would. The machine of package bpf reads words
// in network order, so they are written so.
func judge(t *testing.T, vm *bpf.VM, info *arch.Info, number int, args ...uint64) bool {
	t.Helper()
	data := make([]byte, 64)
	binary.BigEndian.PutUint32(data, uint32(number))
	binary.BigEndian.PutUint32(data[4:], uint32(info.ID))
	for i, a := range args {
		binary.BigEndian.PutUint32(data[16+8*i:], uint32(a))
		binary.BigEndian.PutUint32(data[20+8*i:], uint32(a>>32))
	}
	got, err := vm.Run(data)
	if err != nil {
		t.Fatal(err)
	}
	const allow = 0x7fff0000
	return got == allow
}

func loadFilter(t *testing.T) (*bpf.VM, *arch.Info) {
	t.Helper()
	program, err := filterProgram()
	if err != nil {
		t.Fatal(err)
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
	return vm, info
}

// TestNoArgumentPassesForANumber tries every small number as the argument of calls whose
// condition it fails: the library compares it with the numbers of other calls.
func TestNoArgumentPassesForANumber(t *testing.T) {
	t.Parallel()
	vm, info := loadFilter(t)
	personas := map[uint64]bool{0: true, 8: true, 0x40000: true, 0x40008: true, 0xffffffff: true}
	for n := range uint64(1000) {
		for _, flags := range []uint64{unix.MAP_HUGETLB, unix.MAP_HUGETLB | n, unix.CLONE_NEWUSER | n, n<<32 | unix.CLONE_NEWUSER} {
			for _, name := range []string{"clone", "mmap"} {
				if (flags&unix.MAP_HUGETLB != 0) == (name == "mmap") && judge(t, vm, info, info.SyscallNames[name], flags, 1, 1, flags) {
					t.Errorf("%s with flags %#x is allowed", name, flags)
				}
			}
		}
		for _, call := range []string{"prlimit64", "socketpair", "personality"} {
			known := n == 0 || call == "personality" && personas[n] || call == "socketpair" && n == unix.AF_UNIX
			if !known && judge(t, vm, info, info.SyscallNames[call], n, 1) {
				t.Errorf("%s with argument %d is allowed", call, n)
			}
		}
		if judge(t, vm, info, info.SyscallNames["socketpair"], unix.AF_UNIX, n) && n&^(unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK) != unix.SOCK_STREAM && n != unix.SOCK_SEQPACKET {
			t.Errorf("a socketpair of type %d is allowed", n)
		}
	}
	for name, args := range map[string][]uint64{"mmap": {0, 1, 3, unix.MAP_ANONYMOUS | unix.MAP_PRIVATE}, "clone": {uint64(unix.SIGCHLD)}, "prlimit64": {0, 7}, "personality": {0xffffffff}, "socketpair": {1, 1}} {
		if !judge(t, vm, info, info.SyscallNames[name], args...) {
			t.Errorf("%s of ordinary programs is refused", name)
		}
	}
}

func TestMappedFiles(t *testing.T) {
	t.Parallel()
	got := mapped([]byte("7f00-7f01 rw-s 00000000 fd:01 4711                       /tmp/x (deleted)\n"))
	if got != (inode{unix.Mkdev(0xfd, 1), 4711}) {
		t.Errorf("%+v", got)
	}
	if got := mapped([]byte("7f00-7f01 rw-s 00000000\n")); got != (inode{}) {
		t.Errorf("%+v", got)
	}
}

func TestDescriptorsInFlight(t *testing.T) {
	t.Parallel()
	for info, want := range map[string]bool{
		"pos:\t0\nflags:\t02\nmnt_id:\t9\nino:\t3\nscm_fds: 2\n": true,
		"pos:\t0\nflags:\t02\nmnt_id:\t9\nino:\t3\nscm_fds: 0\n": false,
		"pos:\t0\nflags:\t02\nmnt_id:\t9\nino:\t3\n":             false,
	} {
		if got := inFlight([]byte(info)); got != want {
			t.Errorf("%q: %v", info, got)
		}
	}
}
