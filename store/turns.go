package store

import (
	"cmp"
	"slices"

	"github.com/grader/grader/schema"
)

// laneQueue holds the waiting courses of one lane.
type laneQueue struct {
	lane    schema.Lane
	courses []*courseQueue
}

// courseQueue holds the waiting owners of one course in one lane, ordered by turn.
type courseQueue struct {
	course  int64
	waiting int
	owners  owners
}

// ownerQueue holds the waiting jobs of one owner in one lane.
type ownerQueue struct {
	person
	lane    schema.Lane
	busy    int
	waiting int
	head    int64 // queue time of the oldest job
	jobs    []waiter
	last    waiter // last job that was read
	in      *courseQueue
	at      int // index in its heap
}

func scanOwner(r row) (o *ownerQueue, err error) {
	o = new(ownerQueue)
	err = r.Scan(&o.lane, &o.course, &o.owner, &o.busy, &o.waiting, &o.head)
	return o, err
}

// add adds an owner; owners arrive sorted by course.
func (q *laneQueue) add(w *ownerQueue) {
	if n := len(q.courses); n == 0 || q.courses[n-1].course != w.course {
		q.courses = append(q.courses, &courseQueue{course: w.course})
	}
	w.in = q.courses[len(q.courses)-1]
	w.in.waiting += w.waiting
	w.at = len(w.in.owners)
	w.in.owners = append(w.in.owners, w)
}

// head is the queue time of the oldest waiting job.
func (c *courseQueue) head() int64 {
	return slices.MinFunc(c.owners, func(a, b *ownerQueue) int { return cmp.Compare(a.head, b.head) }).head
}

// owners is a heap; the owner with the next turn comes first.
type owners []*ownerQueue

func (h owners) Len() int { return len(h) }

func (h owners) Less(i, j int) bool {
	a, b := h[i], h[j]
	return cmp.Or(cmp.Compare(a.busy, b.busy), cmp.Compare(a.waiting, b.waiting), cmp.Compare(a.head, b.head), cmp.Compare(a.owner, b.owner)) < 0
}

func (h owners) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}

// Push implements heap.Interface.
func (h *owners) Push(v any) { *h = append(*h, v.(*ownerQueue)) }

// Pop implements heap.Interface.
func (h *owners) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
