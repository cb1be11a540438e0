package store

import (
	"cmp"
	"slices"

	"github.com/grader/grader/schema"
)

// laneQueue is who waits in one lane.
type laneQueue struct {
	lane    schema.Lane
	courses []*courseQueue
}

// courseQueue is who waits in one lane of one course, whoever's turn it is first.
type courseQueue struct {
	course  int64
	waiting int
	owners  owners
}

// ownerQueue is what one owner has waiting in one lane.
type ownerQueue struct {
	person
	lane    schema.Lane
	busy    int
	waiting int
	head    int64 // queued of the oldest
	jobs    []waiter
	last    waiter // of those read
	in      *courseQueue
	at      int // in its heap
}

func scanOwner(r row) (o *ownerQueue, err error) {
	o = new(ownerQueue)
	err = r.Scan(&o.lane, &o.course, &o.owner, &o.busy, &o.waiting, &o.head)
	return o, err
}

// add takes an owner in; they come by course.
func (q *laneQueue) add(w *ownerQueue) {
	if n := len(q.courses); n == 0 || q.courses[n-1].course != w.course {
		q.courses = append(q.courses, &courseQueue{course: w.course})
	}
	w.in = q.courses[len(q.courses)-1]
	w.in.waiting += w.waiting
	w.at = len(w.in.owners)
	w.in.owners = append(w.in.owners, w)
}

// head is when the oldest of those that wait was queued.
func (c *courseQueue) head() int64 {
	return slices.MinFunc(c.owners, func(a, b *ownerQueue) int { return cmp.Compare(a.head, b.head) }).head
}

// owners is a heap: whose turn it is first.
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
