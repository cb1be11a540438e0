package stage

import "syscall"

// The kernel's constants that package syscall lacks. They are the same on every architecture except
// seccomp's. Package unix has them all, but it is initialised long after this package, which must
// run before most others.
const (
	sysLandlockCreateRuleset = 444
	sysLandlockAddRule       = 445
	sysLandlockRestrictSelf  = 446
	sysCloseRange            = 436

	landlockVersion      = 1 // flag of landlock_create_ruleset
	landlockPathBeneath  = 1
	landlockNetTCP       = 1<<0 | 1<<1 // bind, connect
	landlockScopeAll     = 1<<0 | 1<<1 // abstract sockets, signals
	accessExecute        = 1 << 0
	accessWriteFile      = 1 << 1
	accessReadFile       = 1 << 2
	accessRefer          = 1 << 13
	accessTruncate       = 1 << 14
	accessIoctlDev       = 1 << 15
	seccompSetModeFilter = 1
	prSetNoNewPrivs      = 38
	prSetPdeathsig       = 1
	prSetDumpable        = 4
	rlimitTasks          = 6      // RLIMIT_NPROC
	cloneParent          = 0x8000 // the new process is this one's sibling
	clonePidfd           = 0x1000 // its parent gets a handle of it
	sigIgnore            = 1      // SIG_IGN
	clockMonotonic       = 1
	clockProcess         = 2
	oPath                = 0x200000
)

// rulesetAttr is struct landlock_ruleset_attr.
type rulesetAttr struct {
	fs, net, scoped uint64
}

// sigaction is the kernel's struct; the zero value is the default action.
type sigaction struct {
	handler, flags, restorer uintptr
	mask                     uint64
}

// sockFprog is struct sock_fprog.
type sockFprog struct {
	len    uint16
	filter *byte
}

// newSockFprog describes a seccomp program that is not empty.
func newSockFprog(program []byte) *sockFprog {
	const instruction = 8 // bytes of a struct sock_filter
	return &sockFprog{len: uint16(len(program) / instruction), filter: &program[0]}
}

func prctl(option, value uintptr) error {
	if _, _, e := syscall.RawSyscall6(syscall.SYS_PRCTL, option, value, 0, 0, 0, 0); e != 0 {
		return e
	}
	return nil
}
