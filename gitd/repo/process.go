package repo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/schema"
)

// process is a running git in a process group of its own. A goroutine waits for it, and no process
// of its group outlives it.
type process struct {
	cmd    *exec.Cmd
	stderr *tail
	mu     sync.Mutex // held while the group is signalled or marked as gone
	gone   bool       // the group's id may belong to another group by now
	done   chan struct{}
	err    error // error of git, valid when done is closed
}

// drainTime bounds the wait for the end of git's output after its whole group has ended. A program
// that the server is just starting holds copies of the pipes until it executes, which takes seconds
// on a busy machine.
const drainTime = 30 * time.Second

// start runs a prepared git and calls then when git has ended.
func start(cmd *exec.Cmd, then func()) (*process, error) {
	p := &process{cmd: cmd, stderr: &tail{max: 4 << 10}, done: make(chan struct{})}
	if cmd.Stderr == nil {
		cmd.Stderr = p.stderr
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = drainTime
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start git: %w", err)
	}
	if err := limit(cmd.Process.Pid); err != nil {
		p.err = err
		p.kill()
	}
	go p.reap(then)
	return p, nil
}

// limit limits the memory and CPU time of a git process and of each process that it starts later.
// GIT_ALLOC_LIMIT bounds only single allocations. git starts no process before it has read its
// input, which a caller can send only after start has returned.
func limit(pid int) error {
	for resource, value := range map[int]uint64{unix.RLIMIT_DATA: 1 << 30, unix.RLIMIT_CPU: 30, unix.RLIMIT_CORE: 0} {
		err := unix.Prlimit(pid, resource, &unix.Rlimit{Cur: value, Max: value}, nil)
		if err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("limit git: %w", err)
		}
	}
	return nil
}

// reap waits for git without freeing its process id, kills the rest of its group, and only then
// frees the id.
func (p *process) reap(then func()) {
	pid := p.cmd.Process.Pid
	for errors.Is(unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil), unix.EINTR) {
	}
	p.mu.Lock()
	p.signal()
	p.gone = true
	p.mu.Unlock()
	if err := p.cmd.Wait(); err != nil && p.err == nil {
		p.err = fmt.Errorf("git %s: %w: %s", p.cmd.Args[1], err, p.stderr.text())
	}
	then()
	close(p.done)
}

func (p *process) wait() error {
	<-p.done
	return p.err
}

func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.gone {
		p.signal()
	}
}

// signal kills the group. It fails only if the group has ended already.
func (p *process) signal() { _ = unix.Kill(-p.cmd.Process.Pid, unix.SIGKILL) }

// command is a short git command.
type command struct {
	args  []string
	env   []string
	stdin []byte
	max   int // bytes of output; more is CodeLimit
	// inherit is an open file that git and all its children inherit; nil for none.
	inherit *os.File
	// held is sent on standard input after git's limits are set, so that they apply to every
	// process that git starts. It must fit into a pipe.
	held []byte
	// prepare is called with git's process id before git gets held. If it fails, git is killed. It
	// may be nil.
	prepare func(pid int) error
}

// limitFiles returns a function that bounds the size of each file that a process and its later
// children write.
func limitFiles(size uint64) func(pid int) error {
	return func(pid int) error {
		err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: size, Max: size}, nil)
		if err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("limit git: %w", err)
		}
		return nil
	}
}

// git runs a short command and returns its output. It kills git when ctx ends.
func (s *Store) git(ctx context.Context, c command) ([]byte, error) {
	cmd := exec.Command(s.o.Git, c.args...) //nolint:noctx // the whole process group is killed when ctx ends, not git alone
	cmd.Env, cmd.Dir = c.env, "/"
	if c.inherit != nil {
		cmd.ExtraFiles = []*os.File{c.inherit}
	}
	if c.stdin != nil {
		cmd.Stdin = bytes.NewReader(c.stdin)
	}
	out := &head{max: c.max}
	cmd.Stdout = out
	give, err := c.hold(cmd)
	if err != nil {
		return nil, err
	}
	p, err := start(cmd, func() {})
	if err = give(err); err != nil {
		if p != nil {
			p.kill()
			_ = p.wait() // err has more detail
		}
		return nil, err
	}
	out.onFull(p.kill)
	stop := context.AfterFunc(ctx, p.kill)
	defer stop()
	err = p.wait()
	switch {
	case out.overflown():
		return nil, schema.Errorf(schema.CodeLimit, "more than %d bytes", c.max)
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, err
	}
	return out.b.Bytes(), nil
}

// hold makes standard input a pipe. The returned function takes the error of the start. It calls
// prepare and then writes held.
func (c command) hold(cmd *exec.Cmd) (give func(error) error, err error) {
	if c.held == nil {
		return func(err error) error { return err }, nil
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("pipe: %w", err)
	}
	cmd.Stdin = r
	return func(err error) error {
		defer w.Close()
		r.Close()
		if err != nil {
			return err
		}
		if c.prepare != nil {
			if err := c.prepare(cmd.Process.Pid); err != nil {
				return err
			}
		}
		_, _ = w.Write(c.held) // ignored: the error of git says why it did not read
		return nil
	}, nil
}

// head keeps the first max bytes and calls full if there are more.
type head struct {
	mu   sync.Mutex
	b    bytes.Buffer
	max  int
	over bool
	full func()
}

func (h *head) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.b.Len()+len(p) <= h.max {
		return h.b.Write(p)
	}
	h.over = true
	if h.full != nil {
		h.full()
	}
	return len(p), nil
}

func (h *head) onFull(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.full = f
	if h.over {
		f()
	}
}

func (h *head) overflown() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.over
}

// tail keeps the last bytes of a git's standard error, for the log.
type tail struct {
	mu  sync.Mutex
	b   []byte
	max int
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if extra := len(t.b) - t.max; extra > 0 {
		t.b = append(t.b[:0], t.b[extra:]...)
	}
	return len(p), nil
}

func (t *tail) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return schema.Sanitize(string(bytes.TrimSpace(t.b)))
}
