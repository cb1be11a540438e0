package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/grader/grader/schema"
)

// waiter is a queued job, with what Claim orders by as it will be when the jobs
// before it have been claimed.
type waiter struct {
	id, course, queued int64
	owner              string
	lane               schema.Lane
	courseBusy         int // of its course, of every flavour
	ownerBusy          int
	courseWaiting      int // itself and behind it in its lane
	ownerWaiting       int
	courseHead         int64 // queued of the oldest among them in its lane and course
}

func scanWaiter(r row) (w waiter, err error) {
	err = r.Scan(&w.id, &w.course, &w.owner, &w.lane, &w.queued)
	return w, err
}

// load is how many jobs are on runners or wait.
type load struct {
	course int64
	owner  string
	jobs   int
}

func scanLoad(r row) (l load, err error) {
	err = r.Scan(&l.course, &l.owner, &l.jobs)
	return l, err
}

// Waiting returns the queued jobs of a flavour in the order in which they would be
// claimed now, if none that runs ended meanwhile; at most limit.
func (s *Store) Waiting(ctx context.Context, flavour string, limit int) ([]int64, error) {
	busy, err := list(ctx, s.reader, scanLoad, `SELECT course_id, owner, count(*) FROM jobs
		WHERE state IN ('assigned', 'running') GROUP BY course_id, owner`)
	if err != nil {
		return nil, err
	}
	o := newOrdering(busy)
	var ids []int64
	for lane := schema.LaneInteractive; lane <= schema.LaneRegrade && len(ids) < limit; lane++ {
		queued, err := list(ctx, s.reader, scanWaiter, `SELECT id, course_id, owner, lane, queued_at FROM jobs
			WHERE state = 'queued' AND flavour = ? AND lane = ? ORDER BY queued_at, id`, flavour, lane)
		if err != nil {
			return nil, err
		}
		for _, w := range o.lane(queued) {
			ids = append(ids, w.id)
		}
	}
	return ids[:min(limit, len(ids))], nil
}

// person is one owner in one course.
type person struct {
	course int64
	owner  string
}

// ordering foretells claims, lane by lane: each claim makes a course and an owner
// busier, so their turns come round.
type ordering struct {
	course map[int64]int
	owner  map[person]int
}

func newOrdering(busy []load) *ordering {
	o := &ordering{course: make(map[int64]int), owner: make(map[person]int)}
	for _, l := range busy {
		o.course[l.course] += l.jobs
		o.owner[person{l.course, l.owner}] += l.jobs
	}
	return o
}

// lane orders the jobs of one lane, which come oldest first. What an owner (or a
// course) has on runners grows with each of their jobs, so sorting by it merges
// their queues exactly as one claim after the other would.
func (o *ordering) lane(queued []waiter) []waiter {
	o.owners(queued)
	slices.SortStableFunc(queued, func(a, b waiter) int {
		return cmp.Or(cmp.Compare(a.course, b.course), cmp.Compare(a.ownerBusy, b.ownerBusy), cmp.Compare(a.ownerWaiting, b.ownerWaiting),
			cmp.Compare(a.queued, b.queued), cmp.Compare(a.owner, b.owner), cmp.Compare(a.id, b.id))
	})
	o.courses(queued)
	slices.SortStableFunc(queued, func(a, b waiter) int {
		return cmp.Or(cmp.Compare(a.courseBusy, b.courseBusy), cmp.Compare(a.courseWaiting, b.courseWaiting),
			cmp.Compare(a.courseHead, b.courseHead), cmp.Compare(a.course, b.course))
	})
	return queued
}

func (o *ordering) owners(queued []waiter) {
	left := make(map[person]int)
	for _, w := range queued {
		left[person{w.course, w.owner}]++
	}
	for i := range queued {
		w := &queued[i]
		p := person{w.course, w.owner}
		w.ownerBusy, w.ownerWaiting = o.owner[p], left[p]
		o.owner[p]++
		left[p]--
	}
}

func (o *ordering) courses(queued []waiter) {
	left := make(map[int64]int)
	for _, w := range queued {
		left[w.course]++
	}
	for i := range queued {
		w := &queued[i]
		w.courseBusy, w.courseWaiting = o.course[w.course], left[w.course]
		o.course[w.course]++
		left[w.course]--
	}
	heads := make(map[int64]int64)
	for i := len(queued) - 1; i >= 0; i-- {
		w := &queued[i]
		if head, ok := heads[w.course]; !ok || w.queued < head {
			heads[w.course] = w.queued
		}
		w.courseHead = heads[w.course]
	}
}
