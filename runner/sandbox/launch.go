package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/sandbox/stage"
	"github.com/grader/grader/schema"
)

const (
	bubblewrap  = "/usr/bin/bwrap"
	exeFD       = 5
	infoFD      = 6
	startWithin = 30 * time.Second
)

// launch starts the stage and returns once the program runs.
func (p *Process) launch(program string) error {
	pl, err := p.plumb()
	if err != nil {
		return err
	}
	request := p.request(pl)
	if p.wall.level == LevelUID {
		if p.streams, err = holdStreams(&p.step); err != nil {
			pl.closeAll()
			return err
		}
	}
	if len(p.step.Write) > 0 {
		p.space = p.step.Write[0].space()
	}
	if p.tally, err = p.openTally(); err != nil {
		pl.closeAll()
		return err
	}
	p.pid, err = p.slot.forker.start(request)
	pl.closeTheirs()
	if err != nil {
		pl.closeAll()
		return fmt.Errorf("start stage: %w", err)
	}
	p.reapFirst()
	p.readOutputs(pl)
	err = p.speak(pl, program)
	p.adopt()
	if err != nil {
		return err
	}
	p.started, p.clock = time.Now(), stage.Monotonic()
	p.starved.look(p.started, 0, true)
	return p.tally.begin()
}

// request is the stage, or the bubblewrap that starts it.
func (p *Process) request(pl *plumbing) forkRequest {
	r := forkRequest{path: "/proc/self/exe", argv: []string{"grader-stage"}, attr: p.attributes(pl)}
	if p.wall.level == LevelNamespace {
		r.path, r.argv = bubblewrap, p.wall.bubblewrapArgs(&p.step, p.slot.forker.mounts != nil)
	} else if len(p.step.Write) > 0 {
		r.shared = p.step.Write[0].beside(sharedDir)
	}
	return r
}

// attributes are the child's descriptors and an environment that tells nothing. Bubblewrap
// is started under the slot's uid; a stage takes it itself.
func (p *Process) attributes(pl *plumbing) *syscall.ProcAttr {
	attr := &syscall.ProcAttr{
		Dir: "/", Env: []string{stage.Marker + "=1", "GOMAXPROCS=1"}, Sys: &syscall.SysProcAttr{Setsid: true},
	}
	for _, f := range pl.child {
		attr.Files = append(attr.Files, f.Fd())
	}
	if p.wall.level == LevelNamespace && p.slot.uid >= 0 {
		id := uint32(p.slot.uid)
		attr.Sys.Credential = &syscall.Credential{Uid: id, Gid: id}
	}
	return attr
}

// speak sends the spec and hears whether the program runs.
func (p *Process) speak(pl *plumbing, program string) error {
	defer pl.spec.Close()
	p.status = pl.status
	if err := p.findInit(pl); err != nil {
		return err
	}
	_, wrote := pl.spec.Write(p.spec(program))
	pl.spec.Close()
	deadline := time.Now().Add(startWithin)
	if err := errors.Join(pl.status.SetReadDeadline(deadline)); err != nil {
		return fmt.Errorf("start step: %w", err)
	}
	said, err := hear(pl.status, p.wall.level == LevelNamespace)
	if err != nil {
		return fmt.Errorf("start step: %w", err)
	}
	p.said = said
	return p.judgeStart(stage.Parse(said), wrote)
}

// adopt puts the program in the place of the stage that started it beside itself, and has ended.
func (p *Process) adopt() {
	born := p.answer().Program
	if born == 0 {
		return
	}
	<-p.first
	p.pid = born
	p.reapFirst()
}

// hear reads the answer: to its end, or from a stage that stays to its first word.
func hear(f *os.File, stays bool) ([]byte, error) {
	if !stays {
		return io.ReadAll(f)
	}
	buf := make([]byte, 4096)
	n, err := f.Read(buf)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return buf[:n], err
}

func (p *Process) judgeStart(a stage.Answer, wrote error) error {
	switch {
	case a.Failure != nil && a.Failure.Call == "execve" && notFound(a.Failure):
		return &schema.Error{Code: schema.CodeNotFound, Message: fmt.Sprintf("the program %q cannot be run: %s", p.step.Argv[0], a.Failure.Errno), Err: a.Failure}
	case a.Failure != nil:
		return fmt.Errorf("start step: %w", a.Failure)
	case p.wall.level == LevelNamespace && !a.Started:
		return fmt.Errorf("start step: bubblewrap: %s", bytes.TrimSpace(p.complaint()))
	case wrote != nil:
		return fmt.Errorf("start step: send spec: %w", wrote)
	}
	return nil
}

// findInit learns which process is the namespace's first, through a handle that stays
// right when the number is used again.
func (p *Process) findInit(pl *plumbing) error {
	if pl.info == nil {
		return nil
	}
	defer pl.info.Close()
	said, err := io.ReadAll(pl.info)
	if err != nil {
		return fmt.Errorf("start step: %w", err)
	}
	m := regexp.MustCompile(`"child-pid": (\d+)`).FindSubmatch(said)
	if m == nil {
		return nil // judgeStart tells why there is none
	}
	if p.initPID, err = strconv.Atoi(string(m[1])); err != nil {
		return fmt.Errorf("start step: %w", err)
	}
	fd, err := unix.PidfdOpen(p.initPID, 0)
	if err == nil {
		p.init = os.NewFile(uintptr(fd), "first process")
		p.preferForOOM()
	}
	return nil
}

// preferForOOM makes the kernel kill what is in the namespace before anything else. A score that
// was given with CAP_SYS_RESOURCE cannot be lowered without, and goes on to children; so this
// is done before there are any, and for the first process too. Where the right is lacking, the
// stage's own word must do.
func (p *Process) preferForOOM() {
	if p.slot.uid >= 0 {
		_ = os.WriteFile("/proc/"+strconv.Itoa(p.initPID)+"/oom_score_adj", []byte("1000"), 0)
	}
}

// bubblewrapArgs make a root file system of the toolchain, the step's own paths and
// nothing else. Its temporary directory and shared memory are the scratch's.
func (w *Wall) bubblewrapArgs(s *Step, ownDev bool) []string {
	args := []string{"bwrap", "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net",
		"--unshare-cgroup-try", "--hostname", hostName, "--die-with-parent", "--as-pid-1", "--info-fd", strconv.Itoa(infoFD)}
	for _, dir := range toolchainDirs(w.toolchain) {
		args = append(args, show(dir)...)
	}
	args = append(args, "--ro-bind", w.etc, "/etc", "--proc", "/proc")
	if ownDev {
		args = append(args, "--dev-bind", devDir, devDir)
	} else {
		args = append(args, devices()...)
	}
	if len(s.Write) > 0 {
		args = append(args, "--bind", s.Write[0].beside(tempDir), "/tmp", "--bind", s.Write[0].beside(sharedDir), sharedMemory)
	}
	for _, path := range s.Read {
		args = append(args, "--ro-bind", path, path)
	}
	for _, d := range s.Write {
		args = append(args, "--bind", d.Path(), d.Path(), "--bind", d.beside(tempDir), d.beside(tempDir))
	}
	return append(args, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/", "--", "/proc/self/fd/"+strconv.Itoa(exeFD))
}

// devices make a /dev without terminals, where the slot's thread has none of its own. Bubblewrap's
// has as many terminals as the machine.
func devices() []string {
	args := []string{"--tmpfs", devDir}
	for _, path := range deviceFiles() {
		args = append(args, "--dev-bind", path, path)
	}
	for name, target := range devLinks() {
		args = append(args, "--symlink", target, filepath.Join(devDir, name))
	}
	return args
}

// show makes a path of this machine visible: as the link that it is, else bound.
func show(path string) []string {
	info, err := os.Lstat(path)
	if err != nil {
		return nil
	}
	if info.Mode()&os.ModeSymlink != 0 {
		target, err := os.Readlink(path)
		if err != nil {
			return nil
		}
		return []string{"--symlink", target, path}
	}
	return []string{"--ro-bind", path, path}
}
