package sandbox

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/sandbox/stage"
)

// Landlock's access rights for each kind of path.
const (
	mayRead = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	mayOpen = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	mayShow = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	// mayWrite is every right except those for devices.
	mayWrite = mayRead | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE |
		unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE | unix.LANDLOCK_ACCESS_FS_MAKE_DIR |
		unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_MAKE_SOCK | unix.LANDLOCK_ACCESS_FS_MAKE_FIFO |
		unix.LANDLOCK_ACCESS_FS_MAKE_SYM | unix.LANDLOCK_ACCESS_FS_REFER
	// mayShare is for /dev/shm, where glibc keeps shared memory and named semaphores as files.
	mayShare = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE |
		unix.LANDLOCK_ACCESS_FS_REMOVE_FILE | unix.LANDLOCK_ACCESS_FS_MAKE_REG
)

// The places where programs look for shared memory, terminals, and their own terminal.
const (
	sharedMemory   = "/dev/shm"
	terminalsDir   = "/dev/pts"
	terminalDevice = "/dev/tty"
)

// toolchainDirs returns the directories that every step may read and execute.
func toolchainDirs(more []string) []string {
	return append([]string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt"}, more...)
}

// procFiles returns files that describe the machine to programs. The rest of /proc stays closed at
// level uid, because it shows command lines of other users.
func procFiles() []string {
	return []string{"/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/uptime", "/proc/loadavg",
		"/proc/version", "/proc/filesystems", "/proc/sys/vm/overcommit_memory", "/proc/sys/vm/max_map_count",
		"/proc/sys/kernel/osrelease", "/proc/sys/kernel/pid_max", "/proc/sys/kernel/threads-max",
		"/proc/sys/kernel/random", "/sys/devices/system/cpu", "/sys/devices/system/node", "/sys/kernel/mm/transparent_hugepage"}
}

func deviceFiles() []string {
	return []string{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"}
}

// alwaysRules returns the Landlock rules of every step at level uid.
func alwaysRules(toolchain []string, terminals bool) []stage.Rule {
	list := slices.Concat(rules(mayRead, toolchainDirs(toolchain)...), rules(mayShow, etcFiles()...),
		rules(mayShow, "/etc/passwd", "/etc/group", "/etc/hosts"), rules(mayShow, procFiles()...), rules(mayOpen, deviceFiles()...))
	if terminals {
		list = append(list, rules(mayOpen|mayShow, terminalsDir, terminalDevice)...)
	}
	return list
}

// rules returns the Landlock rules of this step alone.
func (p *Process) rules() []stage.Rule {
	s := &p.step
	list := rules(mayRead, s.Read...)
	if p.sharesMachine() {
		list = append(list, rules(mayShare, sharedMemory)...)
	}
	if p.hasTemp && s.Alone {
		list = append(list, rules(mayShow, "/proc")...)
	}
	for _, d := range s.Write {
		list = append(list, rules(mayWrite, d.Path(), d.beside(tempDir), d.beside(sharedDir))...)
	}
	return list
}

// rules returns rules with the same access.
func rules(access uint64, paths ...string) []stage.Rule {
	var list []stage.Rule
	for _, p := range paths {
		list = append(list, stage.Rule{Path: p, Access: access})
	}
	return list
}

// findProgram searches for the program as execvp does, but never in the current directory.
func findProgram(s *Step) (string, bool) {
	name := s.Argv[0]
	if filepath.IsAbs(name) {
		return name, true
	}
	if strings.Contains(name, "/") {
		return filepath.Join(s.Dir, name), true
	}
	for _, dir := range filepath.SplitList(pathOf(s.Env)) {
		if !filepath.IsAbs(dir) {
			continue
		}
		candidate := filepath.Join(dir, name)
		info, err := os.Stat(candidate)
		if err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return candidate, true
		}
	}
	return "", false
}

func pathOf(env []string) string {
	for _, e := range env {
		if value, ok := strings.CutPrefix(e, "PATH="); ok {
			return value
		}
	}
	return "/usr/bin:/bin"
}

// environment returns the step's environment, with a temporary directory that belongs to the step.
func environment(s *Step) []string {
	for _, e := range s.Env {
		if strings.HasPrefix(e, "TMPDIR=") {
			return s.Env
		}
	}
	if len(s.Write) == 0 {
		return s.Env
	}
	return append(append([]string(nil), s.Env...), "TMPDIR="+s.Write[0].beside(tempDir))
}
