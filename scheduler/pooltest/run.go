package pooltest

import (
	"context"
	"slices"
	"testing"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// Make creates a pool whose runners register at the front. The suite closes the pool.
type Make func(t *testing.T) (scheduler.Pool, *Front)

// Run runs the suite. Its flavours are named small and large and have no other values.
func Run(t *testing.T, make Make) {
	suite := common()
	suite["starts nothing once closed"] = closed
	run(t, suite, make)
}

// RunOutliving is like Run for a pool whose runners survive it. again creates another pool for the
// same front, as the next process would.
func RunOutliving(t *testing.T, make Make, again func(*testing.T, *Front) scheduler.Pool) {
	suite := common()
	suite["starts nothing once closed, and is known again"] = func(t *testing.T, s *subject) { outlived(t, s, again) }
	run(t, suite, make)
}

// common returns the tests that every pool must pass.
func common() map[string]func(*testing.T, *subject) {
	return map[string]func(*testing.T, *subject){
		"keeps as many runners as asked":     keepsAsMany,
		"adds runners when more are asked":   addsMore,
		"ends none because fewer are asked":  endsNone,
		"replaces a retired runner":          replacesRetired,
		"retires what is gone already":       retiresGone,
		"tells of an exit and replaces it":   tellsOfExit,
		"does not tell of a retirement":      silentRetirement,
		"keeps flavours apart":               keepsApart,
		"retires while others are asked for": retiresAtOnce,
	}
}

func run(t *testing.T, suite map[string]func(*testing.T, *subject), make Make) {
	for name, test := range suite {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool, front := make(t)
			s := newSubject(t, pool, front)
			defer s.close()
			test(t, s)
		})
	}
}

func newSubject(t *testing.T, pool scheduler.Pool, front *Front) *subject {
	front.pool = pool
	return &subject{t: t, Pool: pool, front: front}
}

// subject is a pool under test.
type subject struct {
	scheduler.Pool
	t     *testing.T
	front *Front
}

func (s *subject) ensure(flavour string, n int) {
	s.t.Helper()
	if err := s.Ensure(s.t.Context(), schema.Flavour{Name: flavour, Warm: n, Max: n}, n); err != nil {
		s.t.Fatalf("ensure %d: %v", n, err)
	}
}

// fresh waits for n runners to register.
func (s *subject) fresh(n int) []string {
	s.t.Helper()
	ids := make([]string, 0, n)
	for range n {
		ids = append(ids, s.front.Registered())
	}
	return ids
}

func (s *subject) retire(id string) {
	s.t.Helper()
	if err := s.Retire(s.t.Context(), id); err != nil {
		s.t.Fatalf("retire: %v", err)
	}
}

// alive returns the flavour's living runners.
func (s *subject) alive(flavour string) []string {
	s.t.Helper()
	runners, err := s.List(context.WithoutCancel(s.t.Context()))
	if err != nil {
		s.t.Fatalf("list: %v", err)
	}
	var ids []string
	for _, r := range runners {
		if r.Alive && r.Flavour == flavour {
			if r.Where == "" {
				s.t.Errorf("runner %s is nowhere", r.ID)
			}
			ids = append(ids, r.ID)
		}
	}
	return ids
}

func (s *subject) wants(flavour string, ids ...string) {
	s.t.Helper()
	got := s.alive(flavour)
	slices.Sort(got)
	slices.Sort(ids)
	if !slices.Equal(got, ids) {
		s.t.Errorf("%s: alive are %v, want %v", flavour, got, ids)
	}
}

func (s *subject) close() {
	if err := s.Close(); err != nil {
		s.t.Errorf("close: %v", err)
	}
}

func keepsAsMany(t *testing.T, s *subject) {
	s.ensure("small", 2)
	ids := s.fresh(2)
	s.ensure("small", 2)
	s.wants("small", ids...)
	if ids[0] == ids[1] {
		t.Errorf("two runners have the id %s", ids[0])
	}
}

func addsMore(_ *testing.T, s *subject) {
	s.ensure("small", 1)
	ids := s.fresh(1)
	s.ensure("small", 3)
	s.wants("small", append(ids, s.fresh(2)...)...)
}

func endsNone(_ *testing.T, s *subject) {
	s.ensure("small", 2)
	ids := s.fresh(2)
	s.ensure("small", 0)
	s.wants("small", ids...)
	s.retire(ids[0])
	s.wants("small", ids[1])
}

func replacesRetired(_ *testing.T, s *subject) {
	s.ensure("small", 2)
	ids := s.fresh(2)
	s.retire(ids[0])
	s.wants("small", append(s.fresh(1), ids[1])...)
}

func retiresGone(_ *testing.T, s *subject) {
	s.ensure("small", 1)
	id := s.fresh(1)[0]
	s.ensure("small", 0)
	s.retire(id)
	s.retire(id)
	s.retire("never-was")
	s.wants("small")
}

func tellsOfExit(t *testing.T, s *subject) {
	s.ensure("small", 1)
	id := s.fresh(1)[0]
	s.front.Dismiss(id)
	if gone := s.front.Gone(); gone != id {
		t.Errorf("%s exited, but %s was told of", id, gone)
	}
	s.wants("small", s.fresh(1)...)
}

func silentRetirement(t *testing.T, s *subject) {
	s.ensure("small", 1)
	s.retire(s.fresh(1)[0])
	second := s.fresh(1)[0]
	s.front.Dismiss(second)
	if gone := s.front.Gone(); gone != second {
		t.Errorf("told of %s, which was retired", gone)
	}
}

func keepsApart(_ *testing.T, s *subject) {
	s.ensure("small", 1)
	small := s.fresh(1)[0]
	s.ensure("large", 1)
	large := s.fresh(1)[0]
	s.wants("small", small)
	s.wants("large", large)
	s.retire(small)
	s.wants("large", large)
	s.wants("small", s.fresh(1)...)
}

func closed(t *testing.T, s *subject) {
	s.ensure("small", 2)
	s.fresh(2)
	s.close()
	s.wants("small")
	if err := s.Ensure(t.Context(), schema.Flavour{Name: "small"}, 1); err == nil {
		t.Error("a closed pool starts runners")
	}
}

func retiresAtOnce(_ *testing.T, s *subject) {
	s.ensure("small", 3)
	ids := s.fresh(3)
	s.ensure("small", 1)
	s.retire(ids[0])
	s.retire(ids[1])
	s.wants("small", ids[2])
}

func outlived(t *testing.T, s *subject, again func(*testing.T, *Front) scheduler.Pool) {
	s.ensure("small", 2)
	ids := s.fresh(2)
	s.close()
	if err := s.Ensure(t.Context(), schema.Flavour{Name: "small"}, 3); err == nil {
		t.Error("a closed pool starts runners")
	}
	s.Pool = again(t, s.front)
	s.front.pool = s.Pool
	s.wants("small", ids...)
	s.ensure("small", 2)
	s.wants("small", ids...)
	s.retire(ids[0])
	s.wants("small", append(s.fresh(1), ids[1])...)
}
