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

// keepOne caches the result of one job.
func (c *classResults) keepOne(job int64, r course.ClassResult) {
	c.keep(1, map[int64]course.ClassResult{job: r})
}

// TestClassResultsForgetTheOldest fills the cache twice. The most recently used results stay.
func TestClassResultsForgetTheOldest(t *testing.T) {
	t.Parallel()
	var c classResults
	const size = keptEntries / 100
	for job := range int64(100) {
		c.keepOne(job, resultOf(size))
	}
	c.keepOne(99, resultOf(size)) // already cached
	if _, missing := c.find(1, []int64{0, 1, 50, 99}); len(missing) > 0 {
		t.Fatalf("jobs %d are forgotten although there is room", missing)
	}
	c.find(1, []int64{3})
	for job := range int64(99) {
		c.keepOne(1000+job, resultOf(size))
	}
	known, missing := c.find(1, []int64{2, 3, 99, 1000, 1098})
	if !slices.Equal(missing, []int64{2, 99}) || len(known[3].Cells) != size-1 || len(known) != 3 {
		t.Errorf("missing %d, known %d", missing, len(known))
	}
	c.keepOne(5000, resultOf(2*keptEntries))
	if _, missing := c.find(1, []int64{3, 1098, 5000}); !slices.Equal(missing, []int64{3, 1098}) || c.recent.Len() != 1 || len(c.byJob) != 1 {
		t.Errorf("after one that is larger than everything: missing %d, %d are kept", missing, c.recent.Len())
	}
}

// TestClassResultsChangeWithVersion caches a result that then changes. The cache returns a result only for the version
// it was read for, and a late reader of the old version does not bring the old result back.
func TestClassResultsChangeWithVersion(t *testing.T) {
	t.Parallel()
	var c classResults
	c.keep(1, map[int64]course.ClassResult{7: resultOf(2), 8: resultOf(2)})
	if _, missing := c.find(2, []int64{7}); len(missing) != 1 {
		t.Error("the old result is returned for the new version")
	}
	c.keep(2, map[int64]course.ClassResult{7: resultOf(3)})
	c.keep(1, map[int64]course.ClassResult{7: resultOf(2), 8: resultOf(2)})
	known, missing := c.find(2, []int64{7, 8})
	if len(known[7].Cells) != 2 || !slices.Equal(missing, []int64{8}) {
		t.Errorf("known %v, missing %d", known, missing)
	}
}
