package stage

import (
	"syscall"
	"unsafe"
)

// The rights of Landlock that a kernel knows grow with its ABI.
const (
	accessABI1 = 1<<13 - 1
	accessABI2 = accessABI1 | accessRefer
	accessABI3 = accessABI2 | accessTruncate
	accessABI5 = accessABI3 | accessIoctlDev

	// accessFile are the rights that mean something for what is no directory.
	accessFile = accessExecute | accessReadFile |
		accessWriteFile | accessTruncate | accessIoctlDev
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
	abi, _, e := syscall.RawSyscall(sysLandlockCreateRuleset, 0, 0, landlockVersion)
	if e != 0 {
		return 0
	}
	return int(abi)
}

// handled is the ruleset that forbids everything this ABI can forbid, and its size.
func handled(abi int) (rulesetAttr, uintptr) {
	attr := rulesetAttr{fs: Access(abi)}
	size := unsafe.Sizeof(attr.fs)
	if abi >= 4 {
		attr.net = landlockNetTCP
		size += unsafe.Sizeof(attr.net)
	}
	if abi >= 6 {
		attr.scoped = landlockScopeAll
		size += unsafe.Sizeof(attr.scoped)
	}
	return attr, size
}

// ownProc is what the kernel tells a process of itself. Whose it is is decided when it is opened.
const ownProc = "/proc/self"

// ownAccess are the rights that the rules give a process on what the kernel tells of it; 0 is none.
func ownAccess(s *Spec) uint64 {
	for _, r := range s.Rules {
		if r.Path == ownProc {
			return r.Access & Access(s.ABI)
		}
	}
	return 0
}

// openRuleset makes the ruleset; -1 when there is to be none.
func openRuleset(s *Spec) (int, *Failure) {
	if s.ABI == 0 || len(s.Rules) == 0 {
		return -1, nil
	}
	attr, size := handled(s.ABI)
	fd, _, e := syscall.RawSyscall(sysLandlockCreateRuleset, uintptr(unsafe.Pointer(&attr)), size, 0)
	if e != 0 {
		return -1, failed("landlock_create_ruleset", e)
	}
	for _, r := range s.Rules {
		if r.Path == ownProc {
			continue // not this process's: see newborn
		}
		if err := addRule(int(fd), r, attr.fs); err != nil {
			return -1, err
		}
	}
	return int(fd), nil
}

func addRule(ruleset int, r Rule, known uint64) *Failure {
	fd, err := syscall.Open(r.Path, oPath|syscall.O_CLOEXEC, 0)
	if err == syscall.ENOENT || err == syscall.EACCES {
		return nil // what cannot be named cannot be granted
	}
	if err != nil {
		return failed("open "+r.Path, err)
	}
	access := r.Access & known
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return failed("fstat "+r.Path, err)
	}
	if st.Mode&syscall.S_IFMT != syscall.S_IFDIR {
		access &= accessFile
	}
	attr := pathBeneathAttr{access: access, parent: int32(fd)}
	_, _, e := syscall.RawSyscall6(sysLandlockAddRule, uintptr(ruleset),
		landlockPathBeneath, uintptr(unsafe.Pointer(&attr)), 0, 0, 0)
	if err := syscall.Close(fd); err != nil {
		return failed("close", err)
	}
	if e != 0 {
		return failed("landlock_add_rule "+r.Path, e)
	}
	return nil
}
