package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/sandbox/stage"
	"github.com/grader/grader/schema"
)

// Report is the result of Probe. Levels come strongest first.
type Report struct {
	Best      Level    // "" if none works
	Kernel    string   // release
	Landlock  int      // ABI version; 0 if there is none
	Cgroup    string   // "v1", "v2" or "": the version that measures memory and CPU exactly
	InMemory  bool     // scratch directories are in a tmpfs: only CPU is exact
	Uncounted string   // why there is no cgroup, with each failed call
	Findings  []string // one line each, for people
	Levels    []LevelReport
}

// LevelReport reports whether a level works on this machine.
type LevelReport struct {
	Level  Level
	Works  bool
	Lacks  string // what programs lack at this level on this machine, "" for nothing
	Failed string // the call that failed, and how
	Remedy string // what a person can do about it
}

// Probe reports what this machine supports, level by level, by running a step at each.
func Probe(ctx context.Context) Report {
	r := Report{Kernel: kernelRelease(), Landlock: stage.LandlockABI()}
	r.Cgroup, r.Uncounted = probeCgroup()
	dir, err := os.MkdirTemp("", "grader-probe-")
	if err != nil {
		r.Findings = []string{"no temporary directory: " + err.Error()}
		return r
	}
	defer os.RemoveAll(dir)
	if r.InMemory, err = isTmpfs(dir); err != nil {
		r.Findings = []string{"temporary directory: " + err.Error()}
		return r
	}
	for _, level := range levels() {
		l := probeLevel(ctx, dir, level)
		if l.Works && r.Best == "" {
			r.Best = level
		}
		r.Levels = append(r.Levels, l)
	}
	r.Findings = r.findings()
	return r
}

func probeLevel(ctx context.Context, dir string, level Level) LevelReport {
	w, err := Open(ctx, Options{Dir: dir, Level: level, Min: level, Slots: 1})
	if err == nil {
		l := LevelReport{Level: level, Works: true, Lacks: w.lacks()}
		if err = w.Close(); err == nil {
			return l
		}
	}
	failed := causes(err)
	if _, own, found := strings.Cut(failed, "; level "+string(level)+": "); found {
		failed = own
	}
	if err := cloneUser(ctx); err != nil && level == LevelNamespace {
		failed = "clone CLONE_NEWUSER: " + err.Error()
	}
	return LevelReport{Level: level, Failed: failed, Remedy: remedy(level, failed)}
}

// lacks describes what steps lack on this machine, or returns "".
func (w *Wall) lacks() string {
	var list []string
	if !w.HasTemp() {
		list = append(list, "/tmp (TMPDIR serves instead)", "/proc/self for children")
	}
	if !w.HasShared() {
		list = append(list, "/dev/shm (shared memory, named semaphores, Python's multiprocessing)")
	}
	if w.mounts == nil {
		list = append(list, "terminals (pexpect, script)")
	}
	return strings.Join(list, ", ")
}

// cloneUser creates a user namespace, which all other namespaces need.
func cloneUser(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "/bin/true")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWUSER}
	err := cmd.Run()
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}

// causes returns an error's message together with those messages of its causes that it omits.
func causes(err error) string {
	text := err.Error()
	var e *schema.Error
	if errors.As(err, &e) && e.Err != nil && !strings.Contains(text, e.Err.Error()) {
		text += ": " + e.Err.Error()
	}
	return text
}

// remedy returns what a person can do about a level that does not work.
func remedy(level Level, failed string) string {
	has := func(part string) bool { return strings.Contains(failed, part) }
	switch {
	case has("closed to others"):
		return "use a directory that every user can pass into, such as one below /var/lib"
	case has(bubblewrap) || has("no such file"):
		return "install bubblewrap (apt-get install bubblewrap)"
	case has("Can't mount proc"):
		return "in a container: unmask /proc (docker run --security-opt systempaths=unconfined), or use level uid"
	case level == LevelNamespace:
		return "permit user namespaces: sysctl user.max_user_namespaces above 0, kernel.unprivileged_userns_clone=1 on Debian, " +
			"kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu; in a container a seccomp profile that allows unshare; or use level uid"
	case has("root"):
		return "run the runner as root, as containers do, or permit user namespaces for level namespace"
	case has("Landlock"):
		return "boot a kernel of 5.13 or later with landlock in its lsm= list"
	}
	return "see docs/security.md"
}

func kernelRelease() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return ""
	}
	return unix.ByteSliceToString(u.Release[:])
}

// probeCgroup makes a group as a slot does.
func probeCgroup() (version, failed string) {
	f := startForker(true, os.TempDir())
	switch {
	case f.group != nil:
		version = f.group.version()
	case f.failed != nil:
		failed = strings.ReplaceAll(f.failed.Error(), "\n", "; ")
	}
	if err := f.stop(); err != nil {
		return "", err.Error()
	}
	return version, failed
}

func (r *Report) findings() []string {
	list := []string{"kernel " + r.Kernel}
	if r.Landlock == 0 {
		list = append(list, "Landlock: none")
	} else {
		list = append(list, fmt.Sprintf("Landlock: ABI %d", r.Landlock))
	}
	if r.Cgroup == "" {
		list = append(list, "memory and CPU: summed over processes every 10 ms, because "+r.Uncounted)
	} else if r.InMemory {
		list = append(list, "CPU: exact, by cgroup "+r.Cgroup+"; memory: summed over processes every 10 ms, because scratch directories are in a tmpfs")
	} else {
		list = append(list, "memory and CPU: exact, by cgroup "+r.Cgroup)
	}
	if os.Getuid() != 0 {
		list = append(list, "not root: steps run under this user's uid, in namespaces of their own")
	}
	for _, l := range r.Levels {
		switch {
		case l.Works && l.Lacks == "":
			list = append(list, fmt.Sprintf("level %s: works", l.Level))
		case l.Works:
			list = append(list, fmt.Sprintf("level %s: works; programs lack %s", l.Level, l.Lacks))
		default:
			list = append(list, fmt.Sprintf("level %s: %s; to have it: %s", l.Level, l.Failed, l.Remedy))
		}
	}
	return list
}
