package classroom

import (
	"maps"
	"slices"
	"sync"
)

// Revocation describes access that has ended.
type Revocation struct {
	User    int64  // the account
	Key     string // fingerprint of the key whose access ended, "" for every key
	Session string // id of the only browser session that ended, "" for all access
	Token   int64  // the only API token whose access ended, 0 for all access
	Course  int64  // the only course in which access ended, 0 for all
	Work    string // COURSE/ASSIGNMENT/OWNER: the only work for which access ended, "" for all
	Why     string // reason for the person, completes "this session was ended: "
}

// Revocations notifies channels of sessions and connections to end. The zero value is ready
// to use.
type Revocations struct {
	mu        sync.Mutex
	next      int
	listeners map[int]func(Revocation)
}

// Listen calls f for each revocation, once it is durable, until stop is called. It holds no
// lock during the call. f must not block.
func (r *Revocations) Listen(f func(Revocation)) (stop func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.listeners == nil {
		r.listeners = make(map[int]func(Revocation))
	}
	r.next++
	id := r.next
	r.listeners[id] = f
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.listeners, id)
	}
}

func (r *Revocations) tell(what Revocation) {
	r.mu.Lock()
	all := slices.Collect(maps.Values(r.listeners))
	r.mu.Unlock()
	for _, f := range all {
		f(what)
	}
}
