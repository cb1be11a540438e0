package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/grader/grader/internal/demo"
)

// holdVariable is the environment variable that makes the test binary act as ssh for a git
// client. It runs the real ssh, and stops forwarding in the middle of the client's pack.
// The value is a directory. When forwarding stops, the file "held" is created in it.
// Opening the pipe "go" for writing continues it.
const holdVariable = "E2E_HOLD"

// hold is a pack whose transfer stops in the middle.
type hold struct {
	t   *testing.T
	dir string
}

func newHold(t *testing.T) *hold {
	t.Helper()
	h := &hold{t: t, dir: t.TempDir()}
	check(t, syscall.Mkfifo(filepath.Join(h.dir, "go"), 0o600))
	return h
}

// push starts a push whose pack is held.
func (h *hold) push(p *demo.Person, work, repository, ref string) *live {
	h.t.Helper()
	self, err := os.Executable()
	check(h.t, err)
	var env []string
	for _, variable := range p.Command(context.Background(), work, "git").Env {
		if ssh, ok := strings.CutPrefix(variable, "GIT_SSH_COMMAND="); ok {
			env = []string{holdVariable + "=" + h.dir, "GIT_SSH_VARIANT=ssh", "GIT_SSH_COMMAND=" + self + " " + ssh}
		}
	}
	return beginPush(h.t, p, work, repository, ref, env...)
}

func (h *hold) held() bool {
	_, err := os.Stat(filepath.Join(h.dir, "held"))
	return err == nil
}

// letGo forwards the rest of the pack if the client is still running. Opening the pipe for
// reading and writing does not block.
func (h *hold) letGo() {
	f, err := os.OpenFile(filepath.Join(h.dir, "go"), os.O_RDWR, 0)
	check(h.t, err)
	h.t.Cleanup(func() { f.Close() })
}

// playSSH runs the test binary as ssh and returns the exit status.
func playSSH(dir string, args []string) int {
	ssh := exec.Command(args[0], args[1:]...)
	ssh.Stdout, ssh.Stderr = os.Stdout, os.Stderr
	in, err := ssh.StdinPipe()
	if err == nil {
		err = ssh.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	go func() {
		defer in.Close()
		if err := feedHeld(in, os.Stdin, dir); err != nil {
			fmt.Fprintln(os.Stderr, "held ssh:", err)
		}
	}()
	_ = ssh.Wait() // its exit status is returned below
	return max(ssh.ProcessState.ExitCode(), 0)
}

// feedHeld copies the first bytes of the pack, creates "held", and copies the rest after letGo.
func feedHeld(to io.Writer, from io.Reader, dir string) error {
	begun := false
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		chunk := buf[:n]
		if at := bytes.Index(chunk, []byte("PACK")); at >= 0 && !begun {
			begun = true
			middle := min(at+20, n)
			if _, err := to.Write(chunk[:middle]); err != nil {
				return err
			}
			chunk = chunk[middle:]
			if err := waitHeld(dir); err != nil {
				return err
			}
		}
		if _, err := to.Write(chunk); err != nil {
			return err
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func waitHeld(dir string) error {
	if err := os.WriteFile(filepath.Join(dir, "held"), nil, 0o600); err != nil {
		return err
	}
	f, err := os.Open(filepath.Join(dir, "go")) // blocks until there is a writer
	if err != nil {
		return err
	}
	return f.Close()
}
