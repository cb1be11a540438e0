package command

import (
	"os"
	"path/filepath"
	"testing"
)

// must fails the test where a step of its preparation does.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// onNomad returns the path of a configuration with one flavour, on Nomad; more are
// lines of its section nomad.
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
