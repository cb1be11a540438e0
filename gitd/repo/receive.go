package repo

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// These variables tell a hook the address of the server and the token of its push.
const (
	hookSocketVariable = "GRADER_HOOK_SOCKET"
	hookTokenVariable  = "GRADER_HOOK_TOKEN"
)

// Receive is a running git receive-pack. Its streams are pipes. Its standard error becomes part of
// the error of Wait.
type Receive struct {
	Stdin        io.WriteCloser
	Stdout       io.ReadCloser
	ProcessGroup int
	p            *process
}

// ReceiveCommands starts git receive-pack in its own process group. It holds the lock's descriptor,
// and its environment contains the address of the hook server and the token of the push. The caller
// has already sent the advertisement (Advertise). git reads the command list at once, so no process
// and no lock wait for the client. Only ref can be moved. ctx bounds only the wait for a free slot.
// git survives the end of ctx and of the server; Kill ends it.
func (s *Store) ReceiveCommands(ctx context.Context, id int64, lock *Lock, token, ref string) (*Receive, error) {
	if lock == nil || lock.id != id {
		return nil, fmt.Errorf("receive into repository %d: without its lock", id)
	}
	dir, err := s.Path(id)
	if err != nil {
		return nil, err
	}
	if err := s.receiving.acquire(ctx); err != nil {
		return nil, fmt.Errorf("wait for a free receive-pack: %w", err)
	}
	cmd := exec.Command(s.o.Git, "receive-pack", "--stateless-rpc", dir) //nolint:noctx // it must outlive the session
	cmd.Dir = dir
	cmd.Env = environment(s.receiveSettings(ref), hookSocketVariable+"="+s.o.HookSocket, hookTokenVariable+"="+token)
	cmd.ExtraFiles = []*os.File{lock.f}
	r, err := startReceive(cmd, s.receiving.release)
	if err != nil {
		s.receiving.release()
	}
	return r, err
}

// startReceive connects git to pipes that it creates itself. os/exec closes its pipes in Wait, so
// git's last output would be lost.
func startReceive(cmd *exec.Cmd, then func()) (*Receive, error) {
	stdin, in, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("pipe: %w", err)
	}
	defer stdin.Close()
	out, stdout, err := os.Pipe()
	if err != nil {
		in.Close()
		return nil, fmt.Errorf("pipe: %w", err)
	}
	defer stdout.Close()
	cmd.Stdin, cmd.Stdout = stdin, stdout
	p, err := start(cmd, then)
	if err != nil {
		in.Close()
		out.Close()
		return nil, err
	}
	return &Receive{Stdin: in, Stdout: out, ProcessGroup: cmd.Process.Pid, p: p}, nil
}

// Wait waits for git to end. It may be called more than once. The output can be read before and
// after.
func (r *Receive) Wait() error { return r.p.wait() }

// Done is closed when git has ended.
func (r *Receive) Done() <-chan struct{} { return r.p.done }

// Kill ends the whole process group. It may be called at any time.
func (r *Receive) Kill() { r.p.kill() }

// Close kills git if it still runs, waits for it, and closes the pipes. It may be called at any
// time, and twice.
func (r *Receive) Close() error {
	r.Kill()
	<-r.p.done
	// The errors are ignored because Close may be called twice.
	_, _ = r.Stdin.Close(), r.Stdout.Close()
	return nil
}
