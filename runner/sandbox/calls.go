package sandbox

import "strings"

// allowedCalls are the system calls of ordinary programs. Whatever is missing here
// and in conditional does not exist for a step.
func allowedCalls() []string {
	return strings.Fields(`
	read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek
	open openat openat2 creat close close_range dup dup2 dup3 fcntl flock ioctl pipe pipe2
	stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2
	getdents getdents64 getcwd chdir fchdir readlink readlinkat
	rename renameat renameat2 mkdir mkdirat rmdir link linkat unlink unlinkat symlink symlinkat mknod mknodat
	chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat umask utime utimes utimensat futimesat
	truncate ftruncate fadvise64 readahead fsync fdatasync sync_file_range
	sendfile copy_file_range splice tee
	getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr
	poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_wait epoll_wait_old epoll_pwait epoll_pwait2
	eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime timerfd_gettime
	munmap mprotect mremap madvise msync mincore brk mlock mlock2 munlock mlockall munlockall
	pkey_alloc pkey_free pkey_mprotect mbind get_mempolicy set_mempolicy membarrier cachestat
	fork vfork execve execveat exit exit_group wait4 waitid
	kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pause alarm getitimer setitimer
	rt_sigaction rt_sigprocmask rt_sigpending rt_sigsuspend rt_sigtimedwait rt_sigreturn sigaltstack restart_syscall
	futex futex_waitv futex_wake futex_wait futex_requeue set_robust_list get_robust_list rseq set_tid_address arch_prctl set_thread_area get_thread_area
	prctl getpid gettid getppid getpgid getpgrp getsid setpgid setsid
	getuid geteuid getgid getegid getresuid getresgid getgroups setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid
	capget capset
	getrlimit setrlimit getrusage times getpriority setpriority ioprio_get ioprio_set
	sched_yield sched_getaffinity sched_setaffinity sched_getparam sched_setparam sched_getscheduler sched_setscheduler
	sched_getattr sched_setattr sched_get_priority_max sched_get_priority_min sched_rr_get_interval getcpu
	clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time
	timer_create timer_settime timer_gettime timer_getoverrun timer_delete
	getrandom uname sysinfo
	sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg shutdown getsockname getpeername getsockopt setsockopt`)
}

// refusedCalls are answered with EPERM, as on a machine where one may not. Others
// that are not allowed are answered with ENOSYS. Watching files tells what others do,
// even through a mount; attributes of files are in no sum of a disk; and writing back
// whole file systems stalls everybody's.
func refusedCalls() []string {
	return strings.Fields(`
	socket connect bind listen accept accept4
	ptrace process_vm_readv process_vm_writev kcmp
	unshare setns mount umount2 pivot_root chroot fsopen fsconfig fsmount fspick move_mount open_tree mount_setattr
	keyctl add_key request_key
	bpf perf_event_open userfaultfd
	shmget shmat shmdt shmctl semget semop semtimedop semctl msgget msgsnd msgrcv msgctl
	mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
	open_by_handle_at name_to_handle_at fanotify_init fanotify_mark
	inotify_init inotify_init1 inotify_add_watch sync syncfs
	file_setattr
	kexec_load kexec_file_load init_module finit_module delete_module reboot swapon swapoff
	acct quotactl quotactl_fd syslog settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname
	iopl ioperm modify_ldt vhangup setgroups lookup_dcookie nfsservctl
	migrate_pages move_pages`)
}

// unsupportedCalls are answered with EOPNOTSUPP, as by a file system that cannot, and programs
// do without. Reserving takes gigabytes of the disk in no time, and so from everybody
// before anybody looks: programs write instead. Attributes are in no sum of the disk: cp -p
// sets the mode alone.
func unsupportedCalls() []string {
	return strings.Fields(`fallocate
	setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat`)
}
