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

// launch starts the program and returns once it runs.
func (p *Process) launch(program string) error {
	if err := p.weighBefore(); err != nil {
		return err
	}
	if p.wall.level == LevelNamespace {
		if err := p.clearShown(); err != nil {
			return err
		}
		p.room = p.slot.forker.roomFor(p)
	}
	pl, err := p.plumb()
	if err != nil {
		return err
	}
	switch {
	case p.wall.level == LevelUID:
		err = p.launchBeside(pl, program)
	case p.room != nil:
		err = p.launchInRoom(pl, program)
	default:
		err = p.launchInside(pl, program)
	}
	if err != nil {
		return err
	}
	p.started = time.Now()
	if p.clock == 0 {
		p.clock = stage.Monotonic()
	}
	p.starved.look(p.started, 0, true)
	return p.tally.begin()
}

// weighBefore records the values from which the step's use is measured. It starts the slot's stage
// first, so that the stage's own use does not count.
func (p *Process) weighBefore() (err error) {
	shared := ""
	if len(p.step.Write) > 0 {
		p.space, shared = p.step.Write[0].space(), p.step.Write[0].beside(sharedDir)
	}
	if p.wall.level == LevelNamespace {
		shared = "" // its own mount
	}
	if err := p.slot.forker.ready(p.wall, shared); err != nil {
		return fmt.Errorf("start stage: %w", err)
	}
	p.tally, err = p.openTally()
	return err
}

// launchBeside makes the slot's stage start the program as its sibling, which is a child of this
// process.
func (p *Process) launchBeside(pl *plumbing, program string) (err error) {
	defer func() {
		pl.closeTheirs()
		if err != nil && p.pid == 0 {
			pl.closeAll()
		}
	}()
	if p.streams, err = holdStreams(&p.step); err != nil {
		return err
	}
	said, failure, err := p.startProgram(pl, program)
	if err != nil {
		return fmt.Errorf("start step: %w", err)
	}
	p.pid, p.clock, p.base = said.pid, said.at, time.Duration(said.used)
	if p.pid != 0 {
		p.reapFirst()
		p.readOutputs(pl)
	}
	if failure != nil {
		return p.failedToRun(failure)
	}
	return nil
}

// startProgram starts the program. If the stage has ended, for example because the kernel killed
// it, startProgram restarts it once.
func (p *Process) startProgram(pl *plumbing, program string) (s startReply, failure *stage.Failure, err error) {
	f := p.slot.forker
	for range 2 {
		if err = f.ready(p.wall, ""); err != nil {
			return s, nil, err
		}
		if s, failure, err = p.startWith(f.starter, pl, program); !errors.Is(err, errStageEnded) {
			return s, failure, err
		}
		err = errors.Join(err, f.starter.stop())
		f.starter = nil
	}
	return s, nil, err
}

func (p *Process) startWith(s *starter, pl *plumbing, program string) (startReply, *stage.Failure, error) {
	rules, err := s.rules.ruleset(p.rules())
	if err != nil {
		return startReply{}, nil, err
	}
	defer closeFD(rules)
	plan, err := p.spec(program).Plan(s.base, true)
	if err != nil {
		return startReply{}, nil, err
	}
	return s.start(plan, pl.child, rules)
}

// launchInRoom makes the stage of the slot's room start the program in namespaces of its own.
func (p *Process) launchInRoom(pl *plumbing, program string) (err error) {
	said, failure, err := p.startInRoom(pl, program)
	pl.closeTheirs()
	if err == nil && said.handle >= 0 {
		p.init, p.status = os.NewFile(uintptr(said.handle), "first process"), pl.status
		p.initPID, err = processOf(said.handle)
		p.clock = said.at
	}
	if p.init == nil {
		pl.closeAll()
	} else {
		p.pid = p.initPID
		p.awaitFirst()
		p.readOutputs(pl)
	}
	if err != nil {
		return fmt.Errorf("start step: %w", err)
	}
	if failure != nil {
		return p.failedToRun(failure)
	}
	return nil
}

// startInRoom starts the program. If the room has ended, for example because the kernel killed it,
// startInRoom makes it again once.
func (p *Process) startInRoom(pl *plumbing, program string) (s startReply, failure *stage.Failure, err error) {
	s, failure, err = p.room.startStep(p, p.spec(program), pl.child)
	if !errors.Is(err, errStageEnded) {
		return s, failure, err
	}
	if p.room = p.slot.forker.roomFor(p); p.room == nil {
		return s, failure, errors.Join(err, p.slot.forker.noRoom)
	}
	return p.room.startStep(p, p.spec(program), pl.child)
}

// processOf returns the process id of a handle, or 0 if the process has ended.
func processOf(handle int) (int, error) {
	info, err := os.ReadFile("/proc/self/fdinfo/" + strconv.Itoa(handle))
	if err != nil {
		return 0, err
	}
	_, rest, found := bytes.Cut(info, []byte("\nPid:\t"))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	if !found {
		return 0, errStat
	}
	pid, err := strconv.Atoi(string(line))
	return max(pid, 0), err
}

// launchInside makes bubblewrap start a stage in new namespaces, which starts the program.
func (p *Process) launchInside(pl *plumbing, program string) (err error) {
	argv := p.wall.bubblewrapArgs(&p.step, p.slot.forker.mounts != nil)
	p.pid, err = p.slot.forker.fork(bubblewrap, argv, p.attributes(pl))
	pl.closeTheirs()
	if err != nil {
		pl.closeAll()
		return fmt.Errorf("start stage: %w", err)
	}
	p.reapFirst()
	p.readOutputs(pl)
	return p.speak(pl, program)
}

// attributes returns the child's descriptors and an environment that reveals nothing. Bubblewrap
// runs under the slot's uid.
func (p *Process) attributes(pl *plumbing) *syscall.ProcAttr {
	attr := &syscall.ProcAttr{
		Dir: "/", Env: []string{stage.Marker + "=1", "GOMAXPROCS=1"}, Sys: &syscall.SysProcAttr{Setsid: true},
	}
	for _, f := range pl.child {
		attr.Files = append(attr.Files, f.Fd())
	}
	if p.slot.uid >= 0 {
		id := uint32(p.slot.uid)
		attr.Sys.Credential = &syscall.Credential{Uid: id, Gid: id}
	}
	return attr
}

// speak sends the spec, and reads the answer whether the program runs.
func (p *Process) speak(pl *plumbing, program string) error {
	defer pl.spec.Close()
	p.status = pl.status
	if err := p.findInit(pl); err != nil {
		return err
	}
	_, wrote := pl.spec.Write(p.spec(program).Encode())
	pl.spec.Close()
	deadline := time.Now().Add(startWithin)
	if err := errors.Join(pl.status.SetReadDeadline(deadline)); err != nil {
		return fmt.Errorf("start step: %w", err)
	}
	said, err := readAnswer(pl.status)
	if err != nil {
		return fmt.Errorf("start step: %w", err)
	}
	p.said = said
	return p.judgeStart(stage.Parse(said), wrote)
}

// readAnswer reads the stage's first answer.
func readAnswer(f *os.File) ([]byte, error) {
	buf := make([]byte, 4096)
	n, err := f.Read(buf)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return buf[:n], err
}

func (p *Process) judgeStart(a stage.Answer, wrote error) error {
	switch {
	case a.Failure != nil:
		return p.failedToRun(a.Failure)
	case !a.Started:
		return fmt.Errorf("start step: bubblewrap: %s", bytes.TrimSpace(p.complaint()))
	case wrote != nil:
		return fmt.Errorf("start step: send spec: %w", wrote)
	}
	return nil
}

// failedToRun returns the error for a program that could not be started.
func (p *Process) failedToRun(f *stage.Failure) error {
	if f.Call == "execve" && notFound(f) {
		return &schema.Error{Code: schema.CodeNotFound, Message: fmt.Sprintf("the program %q cannot be run: %s", p.step.Argv[0], f.Errno), Err: f}
	}
	return fmt.Errorf("start step: %w", f)
}

// findInit finds the namespace's first process, and opens a handle to it, which remains valid if
// the process id is reused.
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
		return nil // judgeStart reports why it is missing
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

// preferForOOM makes the kernel kill the processes in the namespace before any other. A score set
// with CAP_SYS_RESOURCE cannot be lowered without that capability, and children inherit it. So the
// score is set for the first process too, before it has children. Without the capability, the
// stage's own score must suffice.
func (p *Process) preferForOOM() {
	if p.slot.uid >= 0 {
		_ = os.WriteFile("/proc/"+strconv.Itoa(p.initPID)+"/oom_score_adj", []byte("1000"), 0)
	}
}

// bubblewrapArgs returns arguments that describe a root file system with the toolchain, the step's
// own paths and nothing else. The scratch provides its temporary directory and shared memory.
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

// devices returns arguments for a /dev without terminals, for a slot whose thread has no /dev of its own. Bubblewrap's
// own /dev allows as many terminals as the machine has.
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

// show returns arguments that make a path of this machine visible: a link as a link, anything else
// by a bind mount.
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
