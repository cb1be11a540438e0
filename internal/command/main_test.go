package command

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grader/grader/runner/sandbox"
)

// must fails the test if a step of the preparation fails.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// onNomad returns the path of a configuration with one flavour on Nomad. more contains
// additional lines of the section nomad.
func onNomad(t testing.TB, more string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "grader.yaml")
	must(t, os.WriteFile(path, []byte(`flavours:
  small: {pool: nomad, image: "runner:1", cpu: 1, memory: 1GiB, scratch: 1GiB, processes: 9, max: 2}
nomad:
  address: http://127.0.0.1:1
  network: grader
  runners: {listen: "127.0.0.1:7070", url: "http://127.0.0.1:7070"}
`+more), 0o600))
	return path
}

// TestMain lets the sandbox re-execute the tests as one of its stages.
func TestMain(m *testing.M) {
	sandbox.Stage()
	os.Exit(m.Run())
}

// runCommand runs the program, and returns its exit status and output.
func runCommand(t testing.TB, args ...string) (status int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = run(append([]string{"grader"}, args...), strings.NewReader(""), &stdout, &stderr)
	return status, stdout.String(), stderr.String()
}
