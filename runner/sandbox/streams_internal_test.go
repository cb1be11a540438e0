package sandbox

import (
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"
)

// TestEndingProgramKeepsItsPipes follows a program that has ended and is not reaped yet. It has no
// descriptors, but has closed none, so its partner must not read an end of file.
func TestEndingProgramKeepsItsPipes(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	program := exec.CommandContext(t.Context(), "true")
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	var info unix.Siginfo
	if err := unix.Waitid(unix.P_PID, program.Process.Pid, &info, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
		t.Fatal(err)
	}
	s := &streams{held: [2]*os.File{r}}
	for range 3 {
		s.follow(program.Process.Pid)
	}
	if s.held[0] == nil {
		t.Error("the pipe was closed")
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
	if err := program.Wait(); err != nil {
		t.Error(err)
	}
}

// TestClosedPipeIsClosed follows a program that has closed its input and goes on.
func TestClosedPipeIsClosed(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	program := exec.CommandContext(t.Context(), "sh", "-c", "exec <&-; echo closed; exec sleep 600")
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 7)); err != nil {
		t.Fatal(err)
	}
	s := &streams{held: [2]*os.File{r}}
	for range 2 {
		s.follow(program.Process.Pid)
	}
	if s.held[0] != nil {
		t.Error("the pipe is still held")
	}
	_ = program.Process.Kill()
	_ = program.Wait() // it was killed
}
