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
	"github.com/grader/grader/schema"
)

// process is one runner process. retired is guarded by the pool's mu.
type process struct {
	id      string
	flavour string
	began   time.Time
	logger  *slog.Logger
	cmd     *exec.Cmd
	leash   *os.File // closed when the runner is to end
	stderr  *runnerlog.Lines
	retired bool

	mu     sync.Mutex
	reaped bool          // its number may be another's by now
	gone   chan struct{} // closed once it is reaped
}

// start starts the program with the credential on descriptor 3.
func (r *process) start(p *Pool, c schema.Credential) error {
	credential, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("credential: %w", err)
	}
	theirs, ours, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("credential's pipe: %w", err)
	}
	defer theirs.Close()
	// A pipe holds far more than a credential, so this does not wait for a reader.
	if _, err := ours.Write(append(credential, '\n')); err != nil {
		_ = ours.Close()
		return fmt.Errorf("credential's pipe: %w", err)
	}
	r.leash, r.stderr = ours, &runnerlog.Lines{Logger: r.logger}
	r.cmd = exec.Command(p.Binary, p.Args...) //nolint:noctx // it outlives every request; Retire and Close end it
	r.cmd.Env = append([]string{}, p.Env...)  // never nil, which would be ours
	r.cmd.Stdout, r.cmd.Stderr = r.stderr, r.stderr
	r.cmd.ExtraFiles = []*os.File{theirs}
	r.cmd.WaitDelay = time.Second // for grandchildren that hold stderr open
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := p.starter.do(r.cmd.Start); err != nil {
		_ = ours.Close()
		return fmt.Errorf("start runner: %w", err)
	}
	return nil
}

// wait waits for the end, ends what is left of the group while the group's number
// cannot be anybody else's yet, and returns why it failed, "" for a good end.
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

// end ends the runner: SIGTERM (once), after grace or ctx SIGKILL, and waits.
func (r *process) end(ctx context.Context, grace time.Duration, first bool) error {
	if first {
		r.signal(syscall.SIGTERM)
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-r.gone:
		return nil
	case <-timer.C:
	case <-ctx.Done():
	}
	r.logger.Warn("runner killed: it did not end in time")
	r.signal(syscall.SIGKILL)
	<-r.gone
	return nil
}

// signal signals the runner's process group unless it has been reaped.
func (r *process) signal(s syscall.Signal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.reaped {
		_ = syscall.Kill(-r.cmd.Process.Pid, s) // no such group: it is gone
	}
}

// where names the process for people.
func (r *process) where() string { return "process " + strconv.Itoa(r.cmd.Process.Pid) }
