package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGroupYields checks that a group yields through cpu.idle, or through its share on an older
// kernel. It must not write a value again that is already set.
func TestGroupYields(t *testing.T) {
	read := func(dir, file string) string {
		b, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			return "absent"
		}
		return strings.TrimSpace(string(b))
	}
	for name, c := range map[string]struct {
		files      []string
		make       func(dir string) group
		watched    string
		on, off    string
		neverAsked string
	}{
		"v1":                       {[]string{"cpu.idle", "cpu.shares"}, func(dir string) group { return &cgroup{share: dir} }, "cpu.idle", "1", "0", "cpu.shares"},
		"v1 in one mount with use": {[]string{"cpu.idle", "cpu.shares"}, func(dir string) group { return &cgroup{cpu: dir} }, "cpu.idle", "1", "0", "cpu.shares"},
		"v1 of an older kernel":    {[]string{"cpu.shares"}, func(dir string) group { return &cgroup{share: dir} }, "cpu.shares", "2", "1024", ""},
		"v2":                       {[]string{"cpu.idle", "cpu.weight"}, func(dir string) group { return &unified{dir: dir} }, "cpu.idle", "1", "0", "cpu.weight"},
		"v2 of an older kernel":    {[]string{"cpu.weight"}, func(dir string) group { return &unified{dir: dir} }, "cpu.weight", "1", "100", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, file := range c.files {
				if err := os.WriteFile(filepath.Join(dir, file), []byte("as made"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			g := c.make(dir)
			for _, on := range []bool{false, true, true, false, true} {
				want := map[bool]string{true: c.on, false: c.off}[on]
				if bool(*yields(g)) == on {
					want = read(dir, c.watched) // nothing to write
				}
				if err := g.yield(on); err != nil {
					t.Fatal(err)
				}
				if got := read(dir, c.watched); got != want {
					t.Errorf("yield(%v) wrote %q, want %q", on, got, want)
				}
			}
			if c.neverAsked != "" && read(dir, c.neverAsked) != "as made" {
				t.Errorf("%s was written", c.neverAsked)
			}
		})
	}
	if err := (&cgroup{cpu: t.TempDir()}).yield(true); err == nil {
		t.Error("a group without a controller of processors yields")
	}
}

func yields(g group) *yielding {
	switch g := g.(type) {
	case *cgroup:
		return &g.yields
	case *unified:
		return &g.yields
	}
	return nil
}

// TestBackgroundStepMayWaitLong checks that a background step may take longer by all the time that
// it waited for a processor.
func TestBackgroundStepMayWaitLong(t *testing.T) {
	for background, want := range map[bool]string{false: "9s", true: "1h0m0s"} {
		p := &Process{step: Step{Background: background, Limits: Limits{Wall: 1e9}}}
		p.starved.sum = 3600e9
		if got := p.extra().String(); got != want {
			t.Errorf("background %v: %s longer, want %s", background, got, want)
		}
	}
}
