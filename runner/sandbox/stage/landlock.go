package stage

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The rights of Landlock that a kernel knows grow with its ABI.
const (
	accessABI1 = 1<<13 - 1
	accessABI2 = accessABI1 | unix.LANDLOCK_ACCESS_FS_REFER
	accessABI3 = accessABI2 | unix.LANDLOCK_ACCESS_FS_TRUNCATE
	accessABI5 = accessABI3 | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV

	// accessFile are the rights that mean something for what is no directory.
	accessFile = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE |
		unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
)

// Access are the rights that a kernel of this ABI handles.
func Access(abi int) uint64 {
	switch {
	case abi >= 5:
		return accessABI5
	case abi >= 3:
		return accessABI3
	case abi == 2:
		return accessABI2
	case abi == 1:
		return accessABI1
	}
	return 0
}

// LandlockABI asks the kernel; 0 is no Landlock.
func LandlockABI() int {
	abi, _, e := syscall.RawSyscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if e != 0 {
		return 0
	}
	return int(abi)
}

func rulesetAttr(abi int) (unix.LandlockRulesetAttr, uintptr) {
	attr := unix.LandlockRulesetAttr{Handled_access_fs: Access(abi)}
	size := unsafe.Sizeof(attr.Handled_access_fs)
	if abi >= 4 {
		attr.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
		size += unsafe.Sizeof(attr.Handled_access_net)
	}
	if abi >= 6 {
		attr.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
		size += unsafe.Sizeof(attr.Scoped)
	}
	return attr, size
}

// openRuleset makes the ruleset; -1 when there is to be none.
func openRuleset(s *Spec) (int, error) {
	if s.ABI == 0 || len(s.Rules) == 0 {
		return -1, nil
	}
	attr, size := rulesetAttr(s.ABI)
	fd, _, e := syscall.RawSyscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), size, 0)
	if e != 0 {
		return -1, failed("landlock_create_ruleset", e)
	}
	for _, r := range s.Rules {
		if err := addRule(int(fd), r, attr.Handled_access_fs); err != nil {
			return -1, err
		}
	}
	return int(fd), nil
}

func addRule(ruleset int, r Rule, handled uint64) error {
	fd, err := syscall.Open(r.Path, unix.O_PATH|syscall.O_CLOEXEC, 0)
	if err == syscall.ENOENT || err == syscall.EACCES {
		return nil // what cannot be named cannot be granted
	}
	if err != nil {
		return failed("open "+r.Path, err)
	}
	access := r.Access & handled
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return failed("fstat "+r.Path, err)
	}
	if st.Mode&syscall.S_IFMT != syscall.S_IFDIR {
		access &= accessFile
	}
	attr := unix.LandlockPathBeneathAttr{Allowed_access: access, Parent_fd: int32(fd)}
	_, _, e := syscall.RawSyscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(ruleset),
		unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&attr)), 0, 0, 0)
	if err := syscall.Close(fd); err != nil {
		return failed("close", err)
	}
	if e != 0 {
		return failed("landlock_add_rule "+r.Path, e)
	}
	return nil
}

func restrict(ruleset int) error {
	if ruleset < 0 {
		return nil
	}
	if _, _, e := syscall.RawSyscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(ruleset), 0, 0); e != 0 {
		return failed("landlock_restrict_self", e)
	}
	return failed("close", syscall.Close(ruleset))
}
