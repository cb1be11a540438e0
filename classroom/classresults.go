package classroom

import (
	"container/list"
	"sync"

	"github.com/grader/grader/course"
)

// keptEntries is the maximum number of cached cells and failures, about 200 bytes each. A course of 600
// students with 40 tests in each of 10 assignments has 240,000 cells.
const keptEntries = 400_000

// classResults caches the results of jobs, which change only with the version. Beyond keptEntries it
// drops the least recently used result. The zero value is an empty cache.
type classResults struct {
	mu      sync.Mutex
	version int64
	byJob   map[int64]*list.Element // of recent
	recent  *list.List              // of *rememberedResult, most recently used first
	entries int
}

type rememberedResult struct {
	job int64
	course.ClassResult
}

// entries returns the number of entries that a result uses of keptEntries.
func (r *rememberedResult) entries() int { return 1 + len(r.Cells) + len(r.Failures) }

// find returns the cached results of a version, and the jobs without a cached result.
func (c *classResults) find(version int64, jobs []int64) (known map[int64]course.ClassResult, missing []int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known = make(map[int64]course.ClassResult, len(jobs))
	for _, job := range jobs {
		at, ok := c.byJob[job]
		if !ok || version != c.version {
			missing = append(missing, job)
			continue
		}
		c.recent.MoveToFront(at)
		known[job] = at.Value.(*rememberedResult).ClassResult
	}
	return known, missing
}

// keep caches results, which were read after the version. It drops the results of an earlier version.
func (c *classResults) keep(version int64, results map[int64]course.ClassResult) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if version < c.version {
		return
	}
	if c.byJob == nil || version > c.version {
		c.version, c.byJob, c.recent, c.entries = version, make(map[int64]*list.Element), list.New(), 0
	}
	for job, r := range results {
		if _, known := c.byJob[job]; known {
			continue // a concurrent request has cached it
		}
		one := &rememberedResult{job, r}
		c.byJob[job] = c.recent.PushFront(one)
		for c.entries += one.entries(); c.entries > keptEntries && c.recent.Len() > 1; {
			oldest := c.recent.Remove(c.recent.Back()).(*rememberedResult)
			delete(c.byJob, oldest.job)
			c.entries -= oldest.entries()
		}
	}
}
