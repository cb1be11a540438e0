package sse

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

const (
	sharedFor  = 2 * time.Second // how long a value is used
	sharedMost = 512             // maximum number of kept values
)

// Shared holds values that many streams need at the same moment, such as the verdict of a
// submission. The first stream builds a value and the others use it. Create it with NewShared.
type Shared[T any] struct {
	now    func() time.Time
	mu     sync.Mutex
	values map[string]*sharedValue[T]
}

// sharedValue is a value that has been built or is being built.
type sharedValue[T any] struct {
	at    time.Time
	done  chan struct{}
	value T     // set before done is closed, like the fields below, and not changed afterwards
	err   error // of the build
	own   bool  // the error concerns only the stream that built the value
}

// errNotBuilt is the error of a value whose build panicked.
var errNotBuilt = errors.New("it was not built")

// NewShared returns an empty Shared.
func NewShared[T any](now func() time.Time) *Shared[T] {
	return &Shared[T]{now: now, values: make(map[string]*sharedValue[T])}
}

// Get returns the value of a key. It builds a new one unless one was built within the last two seconds.
// Callers must not change the value. Callers that wait for another caller's build get its error, unless
// that caller's context has ended or it may not see the value: then one of them builds again. Get returns
// the cause of ctx if ctx ends while it waits.
func (s *Shared[T]) Get(ctx context.Context, key string, build func() (T, error)) (T, error) {
	for {
		v, isNew := s.find(key)
		if isNew {
			return s.fill(ctx, key, v, build)
		}
		select {
		case <-v.done:
		case <-ctx.Done():
			var none T
			return none, context.Cause(ctx)
		}
		if !v.own {
			return v.value, v.err
		}
	}
}

// find returns the value of a key, or a new one that the caller must fill.
func (s *Shared[T]) find(key string) (v *sharedValue[T], isNew bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, found := s.values[key]; found && s.now().Sub(v.at) < sharedFor {
		return v, false
	}
	s.forget()
	v = &sharedValue[T]{at: s.now(), done: make(chan struct{}), err: errNotBuilt}
	s.values[key] = v
	return v, true
}

// fill builds a new value. If that fails, it removes the value.
func (s *Shared[T]) fill(ctx context.Context, key string, v *sharedValue[T], build func() (T, error)) (T, error) {
	defer func() { // also after a panic
		v.own = v.err != nil && (ctx.Err() != nil || mayNotSee(v.err))
		s.mu.Lock()
		if v.err != nil && s.values[key] == v {
			delete(s.values, key)
		}
		s.mu.Unlock()
		close(v.done)
	}()
	v.value, v.err = build()
	return v.value, v.err
}

// mayNotSee reports whether an error says that a person may not see something.
func mayNotSee(err error) bool {
	code := schema.CodeOf(err)
	return code == schema.CodeNotFound || code == schema.CodeForbidden
}

// forget removes the values that are too old. If there are still too many, it removes all.
func (s *Shared[T]) forget() {
	for key, v := range s.values {
		if s.now().Sub(v.at) >= sharedFor {
			delete(s.values, key)
		}
	}
	if len(s.values) >= sharedMost {
		clear(s.values)
	}
}
