package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/scheduler/runnerlog"
	"github.com/grader/grader/scheduler/supervisor"
	"github.com/grader/grader/schema"
)

// process is one runner process.
type process struct {
	pool    *Pool
	id      string
	flavour string
	logger  *slog.Logger
	stderr  *runnerlog.Lines
	cmd     *exec.Cmd
	leash   *os.File // closing it ends the runner

	mu      sync.Mutex
	started bool
	reaped  bool // its pid may belong to another process now
}

func (p *Pool) newProcess(id string, f schema.Flavour) supervisor.Life {
	logger := p.Logger.With("runner", id)
	return &process{pool: p, id: id, flavour: f.Name, logger: logger, stderr: &runnerlog.Lines{Logger: logger}}
}

// Live implements supervisor.Life.
func (r *process) Live(ctx context.Context) string {
	if err := r.start(); err != nil {
		r.logger.Error("runner not started", "flavour", r.flavour, "error", err)
		return err.Error()
	}
	ended := make(chan string, 1)
	go func() { ended <- r.wait() }()
	select {
	case failure := <-ended:
		return failure
	case <-ctx.Done():
	}
	r.signal(syscall.SIGTERM)
	timer := time.NewTimer(r.pool.Grace)
	defer timer.Stop()
	select {
	case failure := <-ended:
		return failure
	case <-timer.C:
	}
	r.logger.Warn("runner killed: it did not end in time")
	r.signal(syscall.SIGKILL)
	return <-ended
}

// start starts the program with the credential on descriptor 3.
func (r *process) start() error {
	p := r.pool
	c := p.Registrar.Issue(r.id, r.flavour)
	c.URL, c.Leash = p.URL, true
	credential, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("credential: %w", err)
	}
	theirs, ours, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("credential's pipe: %w", err)
	}
	defer theirs.Close()
	// A pipe holds far more than a credential, so the write does not block.
	if _, err := ours.Write(append(credential, '\n')); err != nil {
		_ = ours.Close()
		return fmt.Errorf("credential's pipe: %w", err)
	}
	r.leash = ours
	r.cmd = exec.Command(p.Binary, p.Args...) //nolint:noctx // it is ended with its group, and in steps
	r.cmd.Env = append([]string{}, p.Env...)  // nil would pass on this process's environment
	r.cmd.Stdout, r.cmd.Stderr = r.stderr, r.stderr
	r.cmd.ExtraFiles = []*os.File{theirs}
	r.cmd.WaitDelay = time.Second // for grandchildren that hold stderr open
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := p.starter.do(r.cmd.Start); err != nil {
		_ = ours.Close()
		return fmt.Errorf("start runner: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.started = true
	return nil
}

// wait waits for the process's end and kills the rest of its group before the kernel can reuse the
// group's number. It returns why the process failed, "" if it ended normally.
func (r *process) wait() string {
	var info unix.Siginfo
	for {
		err := unix.Waitid(unix.P_PID, r.cmd.Process.Pid, &info, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	r.signal(syscall.SIGKILL)
	r.mu.Lock()
	r.reaped = true
	r.mu.Unlock()
	err := r.cmd.Wait()
	_ = r.leash.Close()
	if err == nil || errors.Is(err, exec.ErrWaitDelay) {
		return ""
	}
	if last := r.stderr.Last(); last != "" {
		return err.Error() + ": " + last
	}
	return err.Error()
}

// signal signals the runner's process group unless it has been reaped.
func (r *process) signal(s syscall.Signal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.reaped {
		_ = syscall.Kill(-r.cmd.Process.Pid, s) // an error means that the group has ended
	}
}

// Where implements supervisor.Life.
func (r *process) Where() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.started {
		return "process being started"
	}
	return "process " + strconv.Itoa(r.cmd.Process.Pid)
}
