package sandbox

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestResidue checks that the wall waits for a residue that falls. It does not wait for one that
// stays, which does not delay later steps either.
func TestResidue(t *testing.T) {
	t.Parallel()
	falling := func(from int64, within time.Duration) func() int64 {
		begun := time.Now()
		return func() int64 { return max(0, from-int64(float64(from)*float64(time.Since(begun))/float64(within))) }
	}
	for name, c := range map[string]struct {
		kept    int64
		charged func() func() int64
		least   int64
		most    int64
		longest time.Duration
	}{
		"nothing":                        {0, func() func() int64 { return func() int64 { return 0 } }, 0, 0, 0},
		"little":                         {0, func() func() int64 { return func() int64 { return 3 << 20 } }, 3 << 20, 3 << 20, 0},
		"pipes that the kernel frees":    {0, func() func() int64 { return falling(128<<20, 2*time.Second) }, 0, residueSmall, 2 * time.Second},
		"entries that stay":              {0, func() func() int64 { return func() int64 { return 20 << 20 } }, 20 << 20, 20 << 20, residueSteady + residueLook},
		"entries that stayed before":     {20 << 20, func() func() int64 { return func() int64 { return 21 << 20 } }, 21 << 20, 21 << 20, 0},
		"what falls without end":         {0, func() func() int64 { return falling(1<<40, time.Hour) }, 1 << 39, 1 << 40, residueWithin + residueLook},
		"pipes beside entries that stay": {20 << 20, func() func() int64 { f := falling(128<<20, time.Second); return func() int64 { return 20<<20 + f() } }, 20 << 20, 20<<20 + residueSmall, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r, begun := residue{kept: c.kept}, time.Now()
				got := r.settle(c.charged())
				if took := time.Since(begun); got < c.least || got > c.most || took > c.longest {
					t.Errorf("%d after %v, want %d to %d within %v", got, took, c.least, c.most, c.longest)
				}
			})
		})
	}

	// Memory that stayed and was freed later is not granted to a later step.
	t.Run("entries that go later", func(t *testing.T) {
		t.Parallel()
		r := residue{kept: 64 << 20}
		if got := r.settle(func() int64 { return 1 << 20 }); got != 1<<20 || r.kept != 1<<20 {
			t.Errorf("%d, and %d stay", got, r.kept)
		}
	})
}
