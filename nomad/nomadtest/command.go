package nomadtest

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// Output runs a command and returns its standard output. If the command fails, Output ends the test
// and shows the command and all of its output.
func Output(t testing.TB, name string, args ...string) string {
	t.Helper()
	return output(t, exec.CommandContext(t.Context(), name, args...))
}

// output is like Output for a prepared command.
func output(t testing.TB, cmd *exec.Cmd) string {
	t.Helper()
	var said, complained bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &complained
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", strings.Join(cmd.Args, " "), err, said.Bytes(), complained.Bytes())
	}
	return strings.TrimSpace(said.String())
}
