package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/sandbox/stage"
	"github.com/grader/grader/schema"
)

// Start starts a step. The caller must call Wait once.
func (w *Wall) Start(ctx context.Context, s Step) (*Process, error) {
	if len(s.Argv) == 0 || s.Dir == "" {
		return nil, schema.Errorf(schema.CodeInvalid, "a step needs a program and a directory")
	}
	program, found := findProgram(&s)
	if !found {
		return nil, schema.Errorf(schema.CodeNotFound, "there is no program %q on the PATH", s.Argv[0])
	}
	got, err := w.slots.acquire(ctx, preferredUID(&s))
	if err != nil {
		return nil, err
	}
	if err := takeAll(s.Write, got.uid); err != nil {
		w.slots.put(got)
		return nil, err
	}
	w.equip(got)
	p := newProcess(w, s, got)
	if err := p.begin(program); err != nil {
		return nil, errors.Join(err, p.abandon())
	}
	if err := w.register(p); err != nil {
		p.Kill()
	}
	go p.watch(ctx)
	return p, nil
}

// begin starts the program.
func (p *Process) begin(program string) error {
	if err := p.moveIn(); err != nil {
		return err
	}
	return p.launch(program)
}

// moveIn gives the step what only one step of an own container can have at a time: /tmp, the
// machine's /dev/shm if nothing can be mounted, and all of /proc if it is alone. Elsewhere it does
// nothing.
func (p *Process) moveIn() (err error) {
	s := &p.step
	if p.wall.level == LevelUID && len(s.Write) > 0 && !s.LeaveTemp {
		p.hasTemp, err = p.wall.container.lend(s.Write[0].beside(tempDir))
	}
	return err
}

// moveOut ends what moveIn began. It removes the step's files from the machine's /dev/shm first,
// before another step can have it.
func (p *Process) moveOut() (err error) {
	if !p.hasTemp {
		return nil
	}
	if p.sharesMachine() {
		err = tidyShared(p.slot.uid)
	}
	p.hasTemp = false
	return errors.Join(err, p.wall.container.takeBack())
}

// sharesMachine reports whether the step uses the machine's /dev/shm. It does in a container of its
// own where nothing can be mounted.
func (p *Process) sharesMachine() bool { return p.hasTemp && p.slot.forker.mounts == nil }

func (w *Wall) register(p *Process) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running[p] = struct{}{}
	if w.closed {
		return schema.Errorf(schema.CodeUnavailable, "the wall is closed")
	}
	return nil
}

func (w *Wall) unregister(p *Process) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.running, p)
}

func preferredUID(s *Step) int {
	if len(s.Write) == 0 {
		return -1
	}
	s.Write[0].mu.Lock()
	defer s.Write[0].mu.Unlock()
	return s.Write[0].owner
}

func takeAll(list []*Scratch, uid int) error {
	for i, s := range list {
		if err := s.take(uid); err != nil {
			return errors.Join(err, releaseAll(list[:i]))
		}
	}
	return nil
}

func releaseAll(list []*Scratch) error {
	var errs []error
	for _, s := range list {
		errs = append(errs, s.release())
	}
	return errors.Join(errs...)
}

// spec returns the instructions for the stage.
func (p *Process) spec(program string) *stage.Spec {
	s := &stage.Spec{
		Program: program, Argv: p.step.Argv, Env: environment(&p.step), Dir: p.step.Dir, UID: -1,
		Limits: bounds(p.step.Limits, p.wall.level == LevelNamespace), Filter: p.wall.filter,
	}
	if p.wall.level == LevelUID {
		s.UID, s.Own = p.slot.uid, mayShow&stage.Access(p.wall.abi)
	}
	return s
}

// plumbing holds the pipes of a starting step. The child's ends are closed once it has them.
type plumbing struct {
	child                          []*os.File // by descriptor
	spec, status, info, out, outer *os.File
	opened                         []*os.File
	theirs                         []*os.File
	err                            error
}

// pipe makes a pipe. The child gets the end to write to, or the end to read from.
func (pl *plumbing) pipe(childWrites bool) (ours, theirs *os.File) {
	r, w, err := os.Pipe()
	if err != nil {
		pl.err = err
		return nil, nil
	}
	ours, theirs = w, r
	if childWrites {
		ours, theirs = r, w
	}
	pl.opened = append(pl.opened, ours)
	pl.theirs = append(pl.theirs, theirs)
	return ours, theirs
}

// output makes a pipe for the child's output. The child may open it again, as /dev/stdout.
func (pl *plumbing) output() (ours, theirs *os.File) {
	ours, theirs = pl.pipe(true)
	if theirs != nil {
		if err := theirs.Chmod(0o622); err != nil {
			pl.err = err
		}
	}
	return ours, theirs
}

func (pl *plumbing) closeTheirs() {
	for _, f := range pl.theirs {
		f.Close()
	}
}

func (pl *plumbing) closeAll() {
	pl.closeTheirs()
	for _, f := range pl.opened {
		f.Close()
	}
}

// nothing opens /dev/null for the program.
func (pl *plumbing) nothing() *os.File {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		pl.err = err
		return nil
	}
	pl.theirs = append(pl.theirs, null)
	return null
}

// three opens the program's input and outputs.
func (pl *plumbing) three(s *Step) []*os.File {
	stdin := s.Stdin
	if stdin == nil {
		stdin = pl.nothing()
	}
	stdout := s.Stdout
	if stdout == nil {
		pl.out, stdout = pl.output()
	}
	stderr := stdout
	if !s.MergeStderr || s.Stdout != nil {
		pl.outer, stderr = pl.output()
	}
	return []*os.File{stdin, stdout, stderr}
}

// plumb opens the descriptors of the child. The program gets three. A stage that bubblewrap starts also gets the spec
// and the answer. Bubblewrap gets the stage's binary and the pipe for the first process's id, and passes the program's
// input and output to the stage.
func (p *Process) plumb() (*plumbing, error) {
	pl := &plumbing{}
	pl.child = pl.three(&p.step)
	if p.room != nil {
		var statusEnd *os.File
		pl.status, statusEnd = pl.pipe(true)
		pl.child = append(pl.child, statusEnd)
	} else if p.wall.level == LevelNamespace {
		var specEnd, statusEnd, infoEnd *os.File
		pl.spec, specEnd = pl.pipe(false)
		pl.status, statusEnd = pl.pipe(true)
		pl.info, infoEnd = pl.pipe(true)
		null := pl.nothing()
		pl.child = []*os.File{null, null, pl.child[2], specEnd, statusEnd, p.wall.exe, infoEnd, pl.child[0], pl.child[1]}
	}
	if pl.err != nil {
		pl.closeAll()
		return nil, fmt.Errorf("start step: %w", pl.err)
	}
	return pl, nil
}

// notFound reports whether an error of execve is about the program, not about the wall.
func notFound(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EACCES) || errors.Is(err, unix.ENOEXEC) ||
		errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP) || errors.Is(err, unix.EISDIR)
}
