package report

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// printing is a package whose tests print without newlines at the end.
const printing = `package calc

import (
	"fmt"
	"os"
	"testing"
)

func TestPrints(t *testing.T)  { fmt.Print("debug") }
func TestFails(t *testing.T)   { fmt.Print("debug"); t.Fail() }
func TestSkips(t *testing.T)   { fmt.Fprint(os.Stderr, "debug"); t.SkipNow() }
func TestFailsWithWords(t *testing.T) { fmt.Print("debug"); t.Error("off") }
func TestParent(t *testing.T) {
	for _, name := range []string{"a b", "ü/x", "#01", "(0.00s)", "bad"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fmt.Print("in ", name)
			if name == "bad" {
				t.Fail()
			}
		})
	}
	fmt.Print("after")
}
func Example_prints() {
	fmt.Print("hi")
	// Output: hi
}
`

// TestGoTestKeepsVerdictsOfVerboseRuns runs this machine's Go. With -v the tests must have the same
// verdicts as without.
func TestGoTestKeepsVerdictsOfVerboseRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/calc\n\ngo 1.20\n", "calc_test.go": printing} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	verdicts := func(flags ...string) map[string]Verdict {
		cmd := exec.Command("go", append([]string{"test", "-vet=off", "-count=1"}, append(flags, ".")...)...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=local", "GOPROXY=off")
		out, err := cmd.Output()
		if err == nil {
			t.Fatal("tests that fail passed")
		}
		var l List
		if err := readGoTest(out, &l); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		found := map[string]Verdict{}
		for _, c := range l.Cases {
			if _, twice := found[c.Name]; twice {
				t.Errorf("%v: %s is twice in the report", flags, c.Name)
			}
			found[c.Name] = c.Verdict
		}
		return found
	}
	plain, verbose := verdicts("-json"), verdicts("-v", "-json")
	want := []string{
		"calc.Example_prints", "calc.TestFails", "calc.TestFailsWithWords", "calc.TestParent", "calc.TestParent/#01", "calc.TestParent/(0.00s)",
		"calc.TestParent/a_b", "calc.TestParent/bad", "calc.TestParent/ü/x", "calc.TestPrints", "calc.TestSkips",
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(plain))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(plain, verbose); diff != "" {
		t.Error(diff)
	}
}
