package store

import (
	"cmp"
	"container/heap"
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/grader/grader/schema"
)

// waitingPage is how many jobs of one owner are read at once.
const waitingPage = 32

// Waiting returns at most limit queued jobs of a flavour in the order in which they would be
// claimed if no running job ended. It reads the waiting owners from the maintained counters,
// and only as many jobs of each owner as the limit needs.
func (s *QueueTables) Waiting(ctx context.Context, flavour string, limit int) ([]int64, error) {
	o := &ordering{queue: s, flavour: flavour, busy: make(map[int64]int), claimed: make(map[person]int)}
	if err := o.begin(ctx); err != nil {
		return nil, err
	}
	var ids []int64
	// A lane is read when the lanes before it are empty. Gates share claims with the
	// interactive lane.
	for _, lanes := range [][]schema.Lane{{schema.LaneInteractive, schema.LaneGate}, {schema.LaneOvertaken}, {schema.LaneRegrade}} {
		if len(ids) == limit {
			break
		}
		if err := o.open(ctx, lanes); err != nil {
			return nil, err
		}
		for len(ids) < limit {
			id, err := o.claim(ctx)
			if errors.Is(err, sql.ErrNoRows) {
				break
			}
			if err != nil {
				return nil, err
			}
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// ordering predicts claims one by one. Each claim makes a course and an owner busier, so that
// turns rotate.
type ordering struct {
	queue   *QueueTables
	flavour string
	since   int            // claims since the last gate
	busy    map[int64]int  // running jobs by course, of every flavour
	claimed map[person]int // claims predicted so far
	lanes   []laneQueue    // in order of precedence, except for the share of gates
	people  map[person][]*ownerQueue
}

// person is one owner in one course.
type person struct {
	course int64
	owner  string
}

// waiter is a queued job.
type waiter struct{ id, queued int64 }

func scanWaiter(r row) (w waiter, err error) {
	err = r.Scan(&w.id, &w.queued)
	return w, err
}

// load is the number of running jobs of a course.
type load struct {
	course int64
	jobs   int
}

func scanLoad(r row) (l load, err error) {
	err = r.Scan(&l.course, &l.jobs)
	return l, err
}

// begin reads the running jobs.
func (o *ordering) begin(ctx context.Context) error {
	busy, err := list(ctx, o.queue.reader, scanLoad, `SELECT course_id, busy FROM queue_busy WHERE busy > 0`)
	if err != nil {
		return err
	}
	for _, l := range busy {
		o.busy[l.course] = l.jobs
	}
	o.since, err = one(ctx, o.queue.reader, value[int], `SELECT since_gate FROM queue_turns WHERE flavour = ?`, o.flavour)
	if errors.Is(err, sql.ErrNoRows) {
		o.since, err = gateTurn, nil
	}
	return err
}

// open reads the waiting owners of some lanes, and adds the claims predicted in earlier lanes
// to their running jobs.
func (o *ordering) open(ctx context.Context, lanes []schema.Lane) error {
	o.lanes, o.people = nil, make(map[person][]*ownerQueue)
	for _, lane := range lanes {
		all, err := list(ctx, o.queue.reader, scanOwner, `SELECT lane, course_id, owner, busy, waiting, head FROM queue_owners
			WHERE flavour = ? AND lane = ? ORDER BY course_id`, o.flavour, lane)
		if err != nil {
			return err
		}
		q := laneQueue{lane: lane}
		for _, w := range all {
			w.busy += o.claimed[w.person]
			q.add(w)
			o.people[w.person] = append(o.people[w.person], w)
		}
		for _, c := range q.courses {
			heap.Init(&c.owners)
		}
		o.lanes = append(o.lanes, q)
	}
	return nil
}

// claim returns the job that would be claimed next, or sql.ErrNoRows if none waits.
func (o *ordering) claim(ctx context.Context) (int64, error) {
	q := o.turn()
	if q == nil {
		return 0, sql.ErrNoRows
	}
	c := slices.MinFunc(q.courses, func(a, b *courseQueue) int {
		if c := cmp.Or(cmp.Compare(o.busy[a.course], o.busy[b.course]), cmp.Compare(a.waiting, b.waiting)); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(a.head(), b.head()), cmp.Compare(a.course, b.course))
	})
	w := c.owners[0]
	id, err := o.next(ctx, w)
	if err != nil {
		return 0, err
	}
	o.since++
	if q.lane == schema.LaneGate {
		o.since = 0
	}
	o.busy[c.course]++
	if c.waiting--; c.waiting == 0 {
		q.courses = slices.DeleteFunc(q.courses, func(other *courseQueue) bool { return other == c })
	}
	return id, nil
}

// turn returns the lane that is served next, or nil.
func (o *ordering) turn() *laneQueue {
	var first *laneQueue
	for i := range o.lanes {
		q := &o.lanes[i]
		if len(q.courses) == 0 {
			continue
		}
		if q.lane == schema.LaneGate && o.since >= gateTurn {
			return q
		}
		if first == nil {
			first = q
		}
	}
	return first
}

// next removes and returns an owner's oldest job, and makes the owner busier in every lane.
func (o *ordering) next(ctx context.Context, w *ownerQueue) (int64, error) {
	if err := o.read(ctx, w); err != nil {
		return 0, err
	}
	id := w.jobs[0].id
	w.jobs = w.jobs[1:]
	if w.waiting--; w.waiting == 0 {
		heap.Remove(&w.in.owners, w.at)
	} else if err := o.read(ctx, w); err != nil {
		return 0, err
	}
	o.claimed[w.person]++
	for _, other := range o.people[w.person] {
		other.busy++
		if other.waiting > 0 {
			heap.Fix(&other.in.owners, other.at)
		}
	}
	return id, nil
}

// read ensures that an owner's oldest job is loaded.
func (o *ordering) read(ctx context.Context, w *ownerQueue) error {
	if len(w.jobs) == 0 {
		var err error
		w.jobs, err = list(ctx, o.queue.reader, scanWaiter, `SELECT id, queued_at FROM jobs
			WHERE state = 'queued' AND flavour = ? AND lane = ? AND course_id = ? AND owner = ? AND (queued_at, id) > (?, ?)
			ORDER BY queued_at, id LIMIT ?`, o.flavour, w.lane, w.course, w.owner, w.last.queued, w.last.id, waitingPage)
		if err != nil {
			return err
		}
		if len(w.jobs) == 0 {
			return sql.ErrNoRows // claimed since the counters were read
		}
		w.last = w.jobs[len(w.jobs)-1]
	}
	w.head = w.jobs[0].queued
	return nil
}
