// Package syscalls lists the system calls that a step may make, with the arguments it may pass, and
// compiles the list into a seccomp filter. docs/syscalls.md is generated from it.
//
// A call that is not in the list does not exist for a step. A call with many functions (ioctl,
// fcntl, prctl, …) is listed with the functions that ordinary programs use, because a list of the
// dangerous ones would become incomplete with the next kernel.
package syscalls

import (
	"slices"

	"golang.org/x/sys/unix"
)

// policy returns all rules, in the order of the document. A call has at most one rule. Calls
// without a rule get ENOSYS, as on an older kernel, and programs work without them.
func policy() []rule {
	return slices.Concat(plain(), files(), memory(), processes(), sockets(), refused())
}

// plain returns the calls that are allowed with any arguments.
func plain() []rule {
	return []rule{
		allow(`read write readv writev pread64 pwrite64 preadv pwritev lseek
			open openat openat2 creat close close_range dup dup2 dup3 flock pipe
			stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2
			getdents getdents64 getcwd chdir fchdir readlink readlinkat
			rename renameat mkdir mkdirat rmdir link linkat unlink unlinkat symlink symlinkat
			chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat umask utime utimes utimensat futimesat
			truncate ftruncate readahead fsync fdatasync sync_file_range copy_file_range
			getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr`,
			"Files. The file system's own rights, Landlock or the mounts decide which."),
		allow(`poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
			eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime timerfd_gettime`,
			"Waiting. Each object takes one of a process's descriptors."),
		allow(`munmap mprotect mremap msync mincore brk mlock mlock2 munlock mlockall munlockall
			pkey_alloc pkey_free pkey_mprotect get_mempolicy set_mempolicy`,
			"Memory. Locking it has a resource limit."),
		allow(`fork vfork execve execveat exit exit_group wait4 waitid
			kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pause alarm getitimer setitimer
			rt_sigaction rt_sigprocmask rt_sigpending rt_sigsuspend rt_sigtimedwait rt_sigreturn sigaltstack restart_syscall
			set_robust_list get_robust_list rseq set_tid_address
			getpid gettid getppid getpgid getpgrp getsid setpgid setsid`,
			"Processes, threads and signals. A step's uid or PID namespace bounds whom they reach, resource limits how many there are."),
		allow(`getuid geteuid getgid getegid getresuid getresgid getgroups
			setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid capget capset`,
			"A step has no capability and one uid, so it can only give up what it has."),
		allow(`getrlimit setrlimit getrusage times getpriority setpriority ioprio_get ioprio_set
			sched_yield sched_getaffinity sched_setaffinity sched_getparam sched_setparam sched_getscheduler
			sched_getattr sched_get_priority_max sched_get_priority_min sched_rr_get_interval getcpu`,
			"Limits and priorities, which a step can only lower."),
		allow(`clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time
			timer_create timer_settime timer_gettime timer_getoverrun timer_delete getrandom uname sysinfo`,
			"Time and the machine's name. Timers count as pending signals, which have a resource limit."),
	}
}

// refused returns the rules of calls that are never allowed and whose answer is not ENOSYS.
func refused() []rule {
	return []rule{
		refuse("socket connect bind listen accept accept4", errno(unix.EPERM), "There is no network."),
		refuse("ptrace process_vm_readv process_vm_writev kcmp", errno(unix.EPERM), "They look into other processes."),
		refuse(`unshare setns mount umount2 pivot_root chroot fsopen fsconfig fsmount fspick move_mount open_tree mount_setattr`,
			errno(unix.EPERM), "Namespaces and mounts are the wall's."),
		refuse("keyctl add_key request_key", errno(unix.EPERM), "Keys outlive the step."),
		refuse("shmget shmat shmdt shmctl semget semop semtimedop semctl msgget msgsnd msgrcv msgctl mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr",
			errno(unix.EPERM), "System V and POSIX IPC objects outlive the step and are counted for the machine."),
		refuse("bpf perf_event_open userfaultfd iopl ioperm modify_ldt lookup_dcookie", errno(unix.EPERM), "They reach into the kernel."),
		refuse("open_by_handle_at name_to_handle_at", errno(unix.EPERM), "They name files past every directory."),
		refuse("fanotify_init fanotify_mark inotify_init inotify_init1 inotify_add_watch", errno(unix.EPERM), "Watching files tells what others do, even through a mount."),
		refuse("sync syncfs", errno(unix.EPERM), "They write back other people's files and stall everybody."),
		refuse("setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat",
			errno(unix.EOPNOTSUPP), "Attributes of files are in no sum of a disk. Programs do without, as on a file system that has none."),
		refuse("sched_setattr", errno(unix.EPERM), "It also sets deadlines and clock rates, by a structure that no filter can read."),
		refuse(`kexec_load kexec_file_load init_module finit_module delete_module reboot swapon swapoff acct quotactl quotactl_fd
			syslog settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname vhangup setgroups nfsservctl migrate_pages move_pages`,
			errno(unix.EPERM), "They are an administrator's."),
		refuse("fallocate", errno(unix.EOPNOTSUPP), "Reserving takes gigabytes of the disk before anybody looks. Programs write instead, as on a file system that cannot reserve."),
		refuse("sendfile splice tee", errno(unix.EINVAL),
			"A pipe would hold pages of files that are truncated by then: memory that no sum shows. Programs read and write instead, as with files that cannot be spliced."),
	}
}
