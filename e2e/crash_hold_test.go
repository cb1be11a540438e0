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

// holdVariable makes this very program play ssh for a git client: it runs the real
// one, and holds what the client sends back in the middle of its pack. The value is
// a directory: "held" appears in it then, and "go" is a pipe whose writer lets go.
const holdVariable = "E2E_HOLD"

// hold is a pack that stops in its middle.
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

// push starts a push whose pack will be held.
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

// letGo lets the rest of the pack through, if its client is still there: opened in
// both directions the pipe waits for nobody.
func (h *hold) letGo() {
	f, err := os.OpenFile(filepath.Join(h.dir, "go"), os.O_RDWR, 0)
	check(h.t, err)
	h.t.Cleanup(func() { f.Close() })
}

// playSSH is this program in the place of ssh; it returns the exit status.
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
	_ = ssh.Wait() // its exit status is ours
	return max(ssh.ProcessState.ExitCode(), 0)
}

// feedHeld copies until some bytes after the pack's beginning, says so, and copies
// the rest once it may.
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
	f, err := os.Open(filepath.Join(dir, "go")) // opens with its writer
	if err != nil {
		return err
	}
	return f.Close()
}
