package syscalls

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// processes returns the rules of calls about processes that are allowed only with some arguments.
func processes() []rule {
	return []rule{
		allowOnly("clone", errno(unix.EPERM), "The rest makes namespaces (CLONE_NEW…), gives the child to the wall (CLONE_PARENT) or to a tracer. clone3 does not exist, since its flags stand in memory.",
			within(0, "flags", cloneFlags()...)),
		allowOnly("prctl", errno(unix.EINVAL),
			"PR_SET_MEMORY_MERGE is MADV_MERGEABLE for all memory. PR_SCHED_CORE keeps others off half of a core. PR_SET_SECCOMP takes kernel memory. PR_SET_MM and PR_SET_PTRACER are for debuggers.",
			is(0, "option", prctls()...)),
		allowOnly("futex", errno(unix.ENOSYS), "All operations that there are; what a later kernel adds is not known.", is(1, "op", futexes()...).masked(^uint32(futexPrivate|futexRealtime))),
		allowOnly("prlimit64", errno(unix.EPERM), "A step's own limits, as the C library calls it.", is(0, "pid", value{"0", 0})),
		allowOnly("personality", errno(unix.EPERM), "The rest makes memory executable or old kernels' layouts.",
			is(0, "persona", value{"PER_LINUX", 0}, value{"PER_LINUX32", 8}, value{"ADDR_NO_RANDOMIZE", 0x0040000},
				value{"PER_LINUX32|ADDR_NO_RANDOMIZE", 0x0040008}, value{"0xffffffff", 0xffffffff})),
		allowOnly("sched_setscheduler", errno(unix.EPERM), "The rest goes before everybody.",
			is(1, "policy", value{"SCHED_OTHER", unix.SCHED_NORMAL}, value{"SCHED_BATCH", unix.SCHED_BATCH}, value{"SCHED_IDLE", unix.SCHED_IDLE}).
				masked(^uint32(unix.SCHED_RESET_ON_FORK))),
	}
}

// cloneFlags returns the flags of threads, forks and vforks. The lowest byte is the signal that the
// child sends at its end.
func cloneFlags() []value {
	return []value{
		{"CSIGNAL", 0xff}, {"CLONE_VM", unix.CLONE_VM}, {"CLONE_FS", unix.CLONE_FS}, {"CLONE_FILES", unix.CLONE_FILES},
		{"CLONE_SIGHAND", unix.CLONE_SIGHAND}, {"CLONE_PIDFD", unix.CLONE_PIDFD}, {"CLONE_VFORK", unix.CLONE_VFORK},
		{"CLONE_THREAD", unix.CLONE_THREAD}, {"CLONE_SYSVSEM", unix.CLONE_SYSVSEM}, {"CLONE_SETTLS", unix.CLONE_SETTLS},
		{"CLONE_PARENT_SETTID", unix.CLONE_PARENT_SETTID}, {"CLONE_CHILD_CLEARTID", unix.CLONE_CHILD_CLEARTID},
		{"CLONE_CHILD_SETTID", unix.CLONE_CHILD_SETTID}, {"CLONE_DETACHED", unix.CLONE_DETACHED},
		{"CLONE_UNTRACED", unix.CLONE_UNTRACED}, {"CLONE_IO", unix.CLONE_IO},
	}
}

func prctls() []value {
	return []value{
		{"PR_SET_PDEATHSIG", unix.PR_SET_PDEATHSIG}, {"PR_GET_PDEATHSIG", unix.PR_GET_PDEATHSIG},
		{"PR_GET_DUMPABLE", unix.PR_GET_DUMPABLE}, {"PR_SET_DUMPABLE", unix.PR_SET_DUMPABLE},
		{"PR_GET_KEEPCAPS", unix.PR_GET_KEEPCAPS}, {"PR_SET_KEEPCAPS", unix.PR_SET_KEEPCAPS},
		{"PR_GET_TIMING", unix.PR_GET_TIMING}, {"PR_SET_TIMING", unix.PR_SET_TIMING},
		{"PR_SET_NAME", unix.PR_SET_NAME}, {"PR_GET_NAME", unix.PR_GET_NAME},
		{"PR_CAPBSET_READ", unix.PR_CAPBSET_READ}, {"PR_CAP_AMBIENT", unix.PR_CAP_AMBIENT}, {"PR_GET_SECUREBITS", unix.PR_GET_SECUREBITS},
		{"PR_GET_SECCOMP", unix.PR_GET_SECCOMP}, {"PR_GET_TSC", unix.PR_GET_TSC},
		{"PR_SET_TIMERSLACK", unix.PR_SET_TIMERSLACK}, {"PR_GET_TIMERSLACK", unix.PR_GET_TIMERSLACK},
		{"PR_SET_CHILD_SUBREAPER", unix.PR_SET_CHILD_SUBREAPER}, {"PR_GET_CHILD_SUBREAPER", unix.PR_GET_CHILD_SUBREAPER},
		{"PR_SET_NO_NEW_PRIVS", unix.PR_SET_NO_NEW_PRIVS}, {"PR_GET_NO_NEW_PRIVS", unix.PR_GET_NO_NEW_PRIVS},
		{"PR_GET_TID_ADDRESS", unix.PR_GET_TID_ADDRESS},
		{"PR_SET_THP_DISABLE", unix.PR_SET_THP_DISABLE}, {"PR_GET_THP_DISABLE", unix.PR_GET_THP_DISABLE},
		{"PR_GET_SPECULATION_CTRL", unix.PR_GET_SPECULATION_CTRL}, {"PR_SET_SPECULATION_CTRL", unix.PR_SET_SPECULATION_CTRL},
		{"PR_SVE_SET_VL", unix.PR_SVE_SET_VL}, {"PR_SVE_GET_VL", unix.PR_SVE_GET_VL},
		{"PR_PAC_RESET_KEYS", unix.PR_PAC_RESET_KEYS}, {"PR_SET_TAGGED_ADDR_CTRL", unix.PR_SET_TAGGED_ADDR_CTRL}, {"PR_GET_TAGGED_ADDR_CTRL", unix.PR_GET_TAGGED_ADDR_CTRL},
		{"PR_SET_MDWE", unix.PR_SET_MDWE}, {"PR_GET_MDWE", unix.PR_GET_MDWE}, {"PR_GET_MEMORY_MERGE", unix.PR_GET_MEMORY_MERGE},
		{"PR_SET_VMA", unix.PR_SET_VMA}, {"PR_GET_AUXV", unix.PR_GET_AUXV},
	}
}

// The options of futex in addition to its operation, from <linux/futex.h>.
const (
	futexPrivate  = 128
	futexRealtime = 256
)

// futexes returns all operations of <linux/futex.h> except FUTEX_FD.
func futexes() []value {
	var list []value
	for _, op := range []struct {
		number uint32
		name   string
	}{
		{0, "WAIT"}, {1, "WAKE"}, {9, "WAIT_BITSET"}, {10, "WAKE_BITSET"}, {3, "REQUEUE"}, {4, "CMP_REQUEUE"}, {5, "WAKE_OP"},
		{6, "LOCK_PI"}, {7, "UNLOCK_PI"}, {8, "TRYLOCK_PI"}, {11, "WAIT_REQUEUE_PI"}, {12, "CMP_REQUEUE_PI"}, {13, "LOCK_PI2"},
	} {
		list = append(list, value{fmt.Sprintf("FUTEX_%s", op.name), op.number})
	}
	return list
}
