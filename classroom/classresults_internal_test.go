package classroom

import (
	"slices"
	"testing"

	"github.com/grader/grader/course"
)

// resultOf returns a result with that many entries.
func resultOf(entries int) course.ClassResult {
	return course.ClassResult{Cells: make([]course.ClassCell, entries-1)}
}

// TestClassResultsForgetTheOldest fills the cache twice. The most recently used results stay.
func TestClassResultsForgetTheOldest(t *testing.T) {
	t.Parallel()
	var c classResults
	const size = keptEntries / 100
	for job := range int64(100) {
		c.keep(job, resultOf(size))
	}
	c.keep(99, resultOf(size)) // already cached
	if _, missing := c.find([]int64{0, 1, 50, 99}); len(missing) > 0 {
		t.Fatalf("jobs %d are forgotten although there is room", missing)
	}
	c.find([]int64{3})
	for job := range int64(99) {
		c.keep(1000+job, resultOf(size))
	}
	known, missing := c.find([]int64{2, 3, 99, 1000, 1098})
	if !slices.Equal(missing, []int64{2, 99}) || len(known[3].Cells) != size-1 || len(known) != 3 {
		t.Errorf("missing %d, known %d", missing, len(known))
	}
	c.keep(5000, resultOf(2*keptEntries))
	if _, missing := c.find([]int64{3, 1098, 5000}); !slices.Equal(missing, []int64{3, 1098}) || c.recent.Len() != 1 || len(c.byJob) != 1 {
		t.Errorf("after one that is larger than everything: missing %d, %d are kept", missing, c.recent.Len())
	}
}
