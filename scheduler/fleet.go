package scheduler

import (
	"crypto/sha256"
	"crypto/subtle"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

// phase is where a runner stands: starting, ready, busy, over.
type phase string

const (
	phaseStarting phase = "starting" // its token was issued
	phaseReady    phase = "ready"    // registered, waits for its one job
	phaseBusy     phase = "busy"     // has its one job
	phaseOver     phase = "over"     // the job has ended; it is to be retired
)

// member is one runner of the fleet. The fields after mu are guarded by it.
type member struct {
	id      string
	flavour string
	claim   sync.Mutex // held by its one claim at a time
	upload  sync.Mutex // held by its one write of events at a time

	mu      sync.Mutex
	phase   phase
	since   time.Time // of the phase
	runner  schema.Runner
	job     int64
	attempt int
	built   bool // student code may have run: nothing more is prepared
	stored  int  // events of the attempt
	text    int  // bytes of its lines
}

// fleet is the runners that this process knows of. The store holds what must
// outlive it.
type fleet struct {
	mu     sync.Mutex
	byID   map[string]*member
	byHash map[[sha256.Size]byte]*member
	tokens map[string]token
}

// token is a one-time credential that was issued and not yet spent.
type token struct {
	hash    [sha256.Size]byte
	expires time.Time
}

func (f *fleet) init() {
	if f.byID == nil {
		f.byID = make(map[string]*member)
		f.byHash = make(map[[sha256.Size]byte]*member)
		f.tokens = make(map[string]token)
	}
}

// expect notes a runner that is about to be started with the token.
func (f *fleet) expect(id, flavour string, t token, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.init()
	f.byID[id] = &member{id: id, flavour: flavour, phase: phaseStarting, since: now}
	f.tokens[id] = t
}

// announce notes a runner that is about to be started and needs no token.
func (f *fleet) announce(id, flavour string, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.init()
	if f.byID[id] == nil {
		f.byID[id] = &member{id: id, flavour: flavour, phase: phaseStarting, since: now}
	}
}

// expected returns the runner that was announced, or else a new one that is not yet
// among the others: an earlier process may have announced it, or nobody.
func (f *fleet) expected(id, flavour string, now time.Time) *member {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m := f.byID[id]; m != nil && m.starting() {
		return m
	}
	return &member{id: id, flavour: flavour, phase: phaseStarting, since: now}
}

// redeem spends the token and returns the runner that it was issued for; restore
// gives the token back, for a registration that could not be stored. Every
// outstanding token is compared, each in constant time, so that the answer's delay
// tells nothing.
func (f *fleet) redeem(secret string, now time.Time) (m *member, restore func(), ok bool) {
	hash := sha256.Sum256([]byte(secret))
	f.mu.Lock()
	defer f.mu.Unlock()
	var found string
	for id, t := range f.tokens {
		if subtle.ConstantTimeCompare(t.hash[:], hash[:]) == 1 && now.Before(t.expires) {
			found = id
		}
	}
	if found == "" {
		return nil, nil, false
	}
	spent := f.tokens[found]
	delete(f.tokens, found)
	m, ok = f.byID[found]
	return m, func() { f.restore(found, spent) }, ok
}

// restore makes a token good again, if its runner is still expected.
func (f *fleet) restore(id string, t token) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byID[id] != nil {
		f.tokens[id] = t
	}
}

// admit makes a registered runner known by its secret's hash.
func (f *fleet) admit(m *member) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.init()
	f.byID[m.id] = m
	if hash, ok := m.hash(); ok {
		f.byHash[hash] = m
	}
}

// bySecret returns the runner of the hash, nil where this process knows of none.
func (f *fleet) bySecret(hash [sha256.Size]byte) *member {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.byHash[hash]
}

// find returns the runner of the id, nil where this process knows of none.
func (f *fleet) find(id string) *member {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.byID[id]
}

// forget drops a runner that is gone; nil where it was dropped before.
func (f *fleet) forget(id string) *member {
	f.mu.Lock()
	defer f.mu.Unlock()
	m := f.byID[id]
	if m == nil {
		return nil
	}
	delete(f.byID, id)
	delete(f.tokens, id)
	if hash, ok := m.hash(); ok {
		delete(f.byHash, hash)
	}
	return m
}

// all returns every runner.
func (f *fleet) all() []*member {
	f.mu.Lock()
	defer f.mu.Unlock()
	members := make([]*member, 0, len(f.byID))
	for _, m := range f.byID {
		members = append(members, m)
	}
	return members
}
