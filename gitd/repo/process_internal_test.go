package repo

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
)

// begun is an output that signals its first write.
type begun struct {
	text  bytes.Buffer
	once  sync.Once
	first chan struct{}
}

func (b *begun) Write(text []byte) (int, error) {
	defer b.once.Do(func() { close(b.first) })
	return b.text.Write(text)
}

// TestOutputThatEndsLate starts a program outside of the process group that keeps the output open
// after its parent has ended. A process that is about to be executed does the same.
func TestOutputThatEndsLate(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("sh", "-c", "setsid sh -c 'echo begun; exec sleep 2' & read -r _; echo listed")
	out := &begun{first: make(chan struct{})}
	cmd.Stdout = out
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	p, err := start(cmd, func() {})
	if err != nil {
		t.Fatal(err)
	}
	<-out.first
	if _, err := in.Write([]byte("go\n")); err != nil {
		t.Fatal(err)
	}
	if err := p.wait(); err != nil || out.text.String() != "begun\nlisted\n" {
		t.Errorf("%v, %q", err, out.text.String())
	}
}

// TestUnlimitedGitIsKilled starts a program that does not end and cannot be limited. It has ended
// when the error is returned.
func TestUnlimitedGitIsKilled(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	refused := errors.New("prlimit: operation not permitted")
	s := &Store{o: Options{Git: "/bin/sh"}}
	_, err = s.git(t.Context(), command{
		args: []string{"-c", "sleep 600 & exec sleep 600"}, env: os.Environ(), held: []byte("x"), max: 10, inherit: w,
		prepare: func(int) error { return refused },
	})
	w.Close()
	if !errors.Is(err, refused) {
		t.Errorf("error %v, want %v", err, refused)
	}
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, io.EOF) { // the read would block while a sleep holds the other end
		t.Errorf("read: %v", err)
	}
}
