package nomad_test

import (
	"context"
	"testing"

	"github.com/grader/grader/nomad/nomadtest"
	"github.com/grader/grader/schema"
)

// BenchmarkNomadReplacement is from a runner's retirement to the registration of the
// fresh one in its place.
func BenchmarkNomadReplacement(b *testing.B) {
	lab := newLaboratory(b, nomadtest.Role{})
	front := lab.front(b)
	pool := lab.pool(b, lab.settings(front.URL), front)
	check(b, pool.Ensure(b.Context(), schema.Flavour{Name: "small"}, 1))
	id := front.Registered()
	for b.Loop() {
		retired := make(chan error, 1)
		go func(id string) { retired <- pool.Retire(context.WithoutCancel(b.Context()), id) }(id)
		id = front.Registered()
		b.StopTimer()
		check(b, <-retired)
		b.StartTimer()
	}
}
