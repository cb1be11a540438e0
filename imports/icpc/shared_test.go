package icpc_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/imports/icpc"
	"github.com/grader/grader/schema/assignment"
)

// TestRealPackages imports real packages if they are next to this repository. Each of their cases
// must become a case of a test, with the limits of their manifest.
func TestRealPackages(t *testing.T) {
	t.Parallel()
	const dir = "../../../shared/cases/problems"
	source, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Skip("no packages beside this repository")
	}
	var manifest []struct {
		Name      string
		TimeLimit float64 `json:"time_limit_s"`
		Memory    int64   `json:"memory_limit_mb"`
		Tests     []string
	}
	if err := json.Unmarshal(source, &manifest); err != nil {
		t.Fatal(err)
	}
	for _, m := range manifest {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			p, err := imports.Open(filepath.Join(dir, m.Name))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = p.Close() }()
			limit := time.Duration(m.TimeLimit * float64(time.Second))
			b, _, err := icpc.Import(p.FS, p.Name, icpc.Options{TimeLimit: limit, Memory: m.Memory << 20, DefaultValidator: true})
			if err != nil {
				t.Fatal(err)
			}
			to := t.TempDir()
			if err := b.WriteTo(to, ""); err != nil {
				t.Fatal(err)
			}
			spec, err := assignment.Load(assignment.DirFiles(to), assignment.Context{})
			if err != nil {
				t.Fatal(err)
			}
			cases := 0
			for _, test := range spec.Tests {
				cases += len(test.Cases)
			}
			if cases != len(m.Tests) || spec.Limits.CPU != limit || spec.Limits.Memory != m.Memory<<20 {
				t.Errorf("%d cases of %d, limits %+v", cases, len(m.Tests), spec.Limits)
			}
		})
	}
}
