package syscalls

import "golang.org/x/sys/unix"

// memory returns the rules of calls about memory that are allowed only with some arguments.
func memory() []rule {
	return []rule{
		allowOnly("mmap", errno(unix.EPERM), "Huge pages (MAP_HUGETLB) are reserved for somebody, and are in no sum of memory.", within64(3, "flags", mapFlags()...)),
		allowOnly("madvise", errno(unix.EINVAL),
			"MADV_MERGEABLE shares pages with others, whose contents its timing then tells. MADV_PAGEOUT moves memory to where no sum shows it. MADV_REMOVE makes holes in files. MADV_HWPOISON breaks memory.",
			is(2, "advice", advices()...)),
		allowOnly("mbind", errno(unix.EPERM), "Moving pages (MPOL_MF_MOVE) stops every processor's page lists.",
			within(5, "flags", value{"MPOL_MF_STRICT", unix.MPOL_MF_STRICT})),
		allowOnly("membarrier", errno(unix.EINVAL), "The global expedited commands interrupt other people's processors.", is(0, "cmd", barriers()...)),
		allowOnly("arch_prctl", errno(unix.EINVAL), "The rest changes what CPUID says, places the vDSO and sets up shadow stacks.", is(0, "code", archCodes()...)),
	}
}

// mapFlags returns the flags of mmap. They are the same on both architectures, except MAP_32BIT and
// MAP_ABOVE4G, which arm64 lacks and ignores.
func mapFlags() []value {
	return []value{
		{"MAP_SHARED", unix.MAP_SHARED}, {"MAP_PRIVATE", unix.MAP_PRIVATE}, {"MAP_DROPPABLE", unix.MAP_DROPPABLE},
		{"MAP_ANONYMOUS", unix.MAP_ANONYMOUS}, {"MAP_FIXED", unix.MAP_FIXED}, {"MAP_FIXED_NOREPLACE", unix.MAP_FIXED_NOREPLACE},
		{"MAP_32BIT", 0x40}, {"MAP_ABOVE4G", 0x80}, {"MAP_GROWSDOWN", unix.MAP_GROWSDOWN}, {"MAP_STACK", unix.MAP_STACK},
		{"MAP_DENYWRITE", unix.MAP_DENYWRITE}, {"MAP_EXECUTABLE", unix.MAP_EXECUTABLE}, {"MAP_NORESERVE", unix.MAP_NORESERVE},
		{"MAP_LOCKED", unix.MAP_LOCKED}, {"MAP_POPULATE", unix.MAP_POPULATE}, {"MAP_NONBLOCK", unix.MAP_NONBLOCK},
	}
}

func advices() []value {
	return []value{
		{"MADV_NORMAL", unix.MADV_NORMAL}, {"MADV_RANDOM", unix.MADV_RANDOM}, {"MADV_SEQUENTIAL", unix.MADV_SEQUENTIAL},
		{"MADV_WILLNEED", unix.MADV_WILLNEED}, {"MADV_DONTNEED", unix.MADV_DONTNEED}, {"MADV_FREE", unix.MADV_FREE},
		{"MADV_DONTFORK", unix.MADV_DONTFORK}, {"MADV_DOFORK", unix.MADV_DOFORK},
		{"MADV_HUGEPAGE", unix.MADV_HUGEPAGE}, {"MADV_NOHUGEPAGE", unix.MADV_NOHUGEPAGE}, {"MADV_COLLAPSE", unix.MADV_COLLAPSE},
		{"MADV_DONTDUMP", unix.MADV_DONTDUMP}, {"MADV_DODUMP", unix.MADV_DODUMP},
		{"MADV_WIPEONFORK", unix.MADV_WIPEONFORK}, {"MADV_KEEPONFORK", unix.MADV_KEEPONFORK},
		{"MADV_POPULATE_READ", unix.MADV_POPULATE_READ}, {"MADV_POPULATE_WRITE", unix.MADV_POPULATE_WRITE},
		{"MADV_GUARD_INSTALL", unix.MADV_GUARD_INSTALL}, {"MADV_GUARD_REMOVE", unix.MADV_GUARD_REMOVE},
	}
}

// barriers returns the commands of <linux/membarrier.h>.
func barriers() []value {
	return []value{
		{"MEMBARRIER_CMD_QUERY", 0}, {"MEMBARRIER_CMD_GLOBAL", 1},
		{"MEMBARRIER_CMD_PRIVATE_EXPEDITED", 8}, {"MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED", 16},
		{"MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE", 32}, {"MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE", 64},
		{"MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ", 128}, {"MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ", 256},
		{"MEMBARRIER_CMD_GET_REGISTRATIONS", 512},
	}
}

// archCodes returns the codes of x86's <asm/prctl.h>. Only x86 has this call.
func archCodes() []value {
	return []value{
		{"ARCH_SET_GS", 0x1001}, {"ARCH_SET_FS", 0x1002}, {"ARCH_GET_FS", 0x1003}, {"ARCH_GET_GS", 0x1004},
		{"ARCH_GET_CPUID", 0x1011}, {"ARCH_GET_XCOMP_SUPP", 0x1021}, {"ARCH_GET_XCOMP_PERM", 0x1022}, {"ARCH_REQ_XCOMP_PERM", 0x1023},
	}
}
