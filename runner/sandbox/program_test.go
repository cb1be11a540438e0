package sandbox_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/grader/grader/runner/sandbox"
)

const attackDir = "testdata/attacks"

// programs holds the compiled C programs of testdata/attacks, by file name.
var programs = sync.OnceValues(func() (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "attacks")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	sources, err := filepath.Glob(filepath.Join(attackDir, "*.c"))
	compiled := map[string][]byte{}
	for _, source := range sources {
		out := filepath.Join(dir, "out")
		if said, err := exec.Command("gcc", "-O1", "-pthread", "-o", out, source).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w: %s", source, err, said)
		}
		if compiled[filepath.Base(source)], err = os.ReadFile(out); err != nil {
			return nil, err
		}
	}
	return compiled, err
})

// arm puts a program of testdata/attacks into a sealed directory of its own, and returns the
// command that runs it.
func arm(t testing.TB, w *sandbox.Wall, name string) (argv []string, dir *sandbox.Scratch) {
	t.Helper()
	data := program(t, name)
	dir = newScratch(t, w)
	if err := dir.WriteFile(name, data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := dir.Seal(); err != nil {
		t.Fatal(err)
	}
	return append(interpreter(t, name), filepath.Join(dir.Path(), name)), dir
}

// program returns the file of testdata/attacks that is run or interpreted.
func program(t testing.TB, name string) []byte {
	t.Helper()
	if !strings.HasSuffix(name, ".c") {
		return source(t, name)
	}
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc")
	}
	compiled, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	return compiled[name]
}

func source(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(attackDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// interpreter returns the command that runs programs of a language. It skips the test if this
// machine lacks the interpreter.
func interpreter(t testing.TB, name string) []string {
	t.Helper()
	argv := map[string][]string{
		".sh": {"/bin/bash"}, ".py": {"/usr/bin/python3", "-I"},
		".java": {"java", "-Xmx64m", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:TieredStopAtLevel=1"},
	}[filepath.Ext(name)]
	if len(argv) > 0 {
		if _, err := exec.LookPath(argv[0]); err != nil {
			t.Skipf("no %s", argv[0])
		}
	}
	return argv
}
