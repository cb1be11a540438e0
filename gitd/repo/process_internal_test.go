package repo

import (
	"bytes"
	"os/exec"
	"testing"
)

// TestOutputThatEndsLate starts a program that is out of the group's reach and keeps the
// output open after its parent has ended, as a process does that is about to be executed.
func TestOutputThatEndsLate(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("sh", "-c", "setsid sleep 2 & read -r _ <&0; echo listed")
	var out bytes.Buffer
	cmd.Stdout = &out
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	p, err := start(cmd, func() {})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Write([]byte("go\n")); err != nil {
		t.Fatal(err)
	}
	if err := p.wait(); err != nil || out.String() != "listed\n" {
		t.Errorf("%v, %q", err, out.String())
	}
}
