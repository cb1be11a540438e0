package scheduler

import (
	"crypto/sha256"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

// phase is the state of a runner: starting, ready, busy, over.
type phase string

const (
	phaseStarting phase = "starting" // its token was issued
	phaseReady    phase = "ready"    // registered, waits for its one job
	phaseBusy     phase = "busy"     // has its one job
	phaseOver     phase = "over"     // the job has ended; the runner is to be retired
)

// member is one runner of the fleet. The fields after mu are guarded by it.
type member struct {
	id      string
	flavour string
	token   [sha256.Size]byte // hash of its one-time token; zero: no token
	claim   sync.Mutex        // held during a claim; a runner may have only one
	upload  sync.Mutex        // held during a write of events; a runner may have only one
	// autograder is held while an autograder runs for it.
	autograder sync.Mutex

	mu      sync.Mutex
	tally   *tally // nil outside of the fleet
	phase   phase
	since   time.Time // of the phase
	runner  schema.Runner
	job     int64
	attempt int
	built   bool // student code may have run: prepared trees are refused
	stored  int  // events of the attempt
	text    int  // bytes of its lines
}

// fleet holds the runners that this process knows. State that must survive a restart is in the
// store.
type fleet struct {
	mu      sync.Mutex
	byID    map[string]*member
	byHash  map[[sha256.Size]byte]*member
	tokens  map[[sha256.Size]byte]token // by the hash of the secret
	tallies map[string]*tally           // by flavour
}

// token is an issued one-time credential that has not been used yet.
type token struct {
	runner  string
	hash    [sha256.Size]byte
	expires time.Time
}

func (f *fleet) init() {
	if f.byID == nil {
		f.byID = make(map[string]*member)
		f.byHash = make(map[[sha256.Size]byte]*member)
		f.tokens = make(map[[sha256.Size]byte]token)
		f.tallies = make(map[string]*tally)
	}
}

// tally returns the counts of a flavour's runners.
func (f *fleet) tally(flavour string) *tally {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tallyOf(flavour)
}

// tallyOf is like tally but for callers that hold mu.
func (f *fleet) tallyOf(flavour string) *tally {
	f.init()
	if f.tallies[flavour] == nil {
		f.tallies[flavour] = new(tally)
	}
	return f.tallies[flavour]
}

// put adds a runner under its id. mu is held.
func (f *fleet) put(m *member) {
	f.init()
	if before := f.byID[m.id]; before != nil && before != m {
		f.drop(before)
	}
	f.byID[m.id] = m
	m.counted(f.tallyOf(m.flavour))
}

// drop removes a runner. mu is held.
func (f *fleet) drop(m *member) {
	delete(f.byID, m.id)
	delete(f.tokens, m.token)
	if hash, ok := m.hash(); ok {
		delete(f.byHash, hash)
	}
	m.counted(nil)
}

// expect adds a runner that is about to be started with the token.
func (f *fleet) expect(flavour string, t token, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.put(&member{id: t.runner, flavour: flavour, token: t.hash, phase: phaseStarting, since: now})
	f.tokens[t.hash] = t
}

// announce adds a runner that is about to be started without a token.
func (f *fleet) announce(id, flavour string, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.init()
	if f.byID[id] == nil {
		f.put(&member{id: id, flavour: flavour, phase: phaseStarting, since: now})
	}
}

// expected returns the announced runner, or a new one that is not in the fleet yet if this process
// did not announce it.
func (f *fleet) expected(id, flavour string, now time.Time) *member {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m := f.byID[id]; m != nil && m.starting() {
		return m
	}
	return &member{id: id, flavour: flavour, phase: phaseStarting, since: now}
}

// redeem uses up the token and returns the runner that it was issued for. restore makes the token
// valid again if the registration could not be stored. Tokens are looked up by their hash: the
// duration of the lookup reveals nothing about a secret of 128 random bits and does not grow with
// the number of starting runners.
func (f *fleet) redeem(secret string, now time.Time) (m *member, restore func(), ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	spent, ok := f.tokens[sha256.Sum256([]byte(secret))]
	if !ok || !now.Before(spent.expires) {
		return nil, nil, false
	}
	delete(f.tokens, spent.hash)
	m, ok = f.byID[spent.runner]
	return m, func() { f.restore(spent) }, ok
}

// restore makes a token valid again if its runner is still expected.
func (f *fleet) restore(t token) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m := f.byID[t.runner]; m != nil && m.token == t.hash {
		f.tokens[t.hash] = t
	}
}

// admit indexes a registered runner by the hash of its secret.
func (f *fleet) admit(m *member) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.put(m)
	if hash, ok := m.hash(); ok {
		f.byHash[hash] = m
	}
}

// bySecret returns the runner with the hash, or nil.
func (f *fleet) bySecret(hash [sha256.Size]byte) *member {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.byHash[hash]
}

// find returns the runner with the id, or nil.
func (f *fleet) find(id string) *member {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.byID[id]
}

// forget removes a runner that has ended and returns it; nil if it was removed before.
func (f *fleet) forget(id string) *member {
	f.mu.Lock()
	defer f.mu.Unlock()
	m := f.byID[id]
	if m == nil {
		return nil
	}
	f.drop(m)
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
