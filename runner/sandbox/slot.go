package sandbox

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/grader/grader/schema"
)

// slot is the right to run one step. As root it has a uid.
type slot struct {
	uid    int     // -1 for an ordinary user
	forker *forker // started with the slot's first step
}

// slots holds the slots of a wall. A slot that cannot be emptied is quarantined and replaced by
// another uid of the block, while there are any.
type slots struct {
	mu    sync.Mutex
	free  []*slot
	spare []*slot
	total int
	wake  chan struct{} // closed and replaced when a slot becomes free
}

func newSlots(uids []int, running int) *slots {
	s := &slots{wake: make(chan struct{})}
	for i, uid := range uids {
		if i < running {
			s.free = append(s.free, &slot{uid: uid})
		} else {
			s.spare = append(s.spare, &slot{uid: uid})
		}
	}
	s.total = len(s.free)
	return s
}

// uids returns the uids that a step can have. If slots have none, that is the ordinary user's own.
func (s *slots) uids() []int {
	var list []int
	for _, each := range slices.Concat(s.free, s.spare) {
		if each.uid < 0 {
			return []int{os.Getuid()}
		}
		list = append(list, each.uid)
	}
	return list
}

// acquire waits for a free slot. It prefers the slot with the given uid, because the files then
// keep their owner.
func (s *slots) acquire(ctx context.Context, uid int) (*slot, error) {
	for {
		got, wake, err := s.try(uid)
		if got != nil || err != nil {
			return got, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for a slot: %w", context.Cause(ctx))
		case <-wake:
		}
	}
}

func (s *slots) try(uid int) (*slot, <-chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.total == 0 {
		return nil, nil, schema.Errorf(schema.CodeInternal, "every slot of the wall is quarantined")
	}
	if len(s.free) == 0 {
		return nil, s.wake, nil
	}
	pick := len(s.free) - 1
	for i, f := range s.free {
		if f.uid == uid {
			pick = i
		}
	}
	got := s.free[pick]
	s.free = append(s.free[:pick], s.free[pick+1:]...)
	return got, nil, nil
}

// put returns an empty slot.
func (s *slots) put(f *slot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, f)
	s.signal()
}

// quarantine removes a slot whose processes do not end.
func (s *slots) quarantine() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.spare); n > 0 {
		s.free = append(s.free, s.spare[n-1])
		s.spare = s.spare[:n-1]
	} else {
		s.total--
	}
	s.signal()
}

func (s *slots) signal() {
	close(s.wake)
	s.wake = make(chan struct{})
}
