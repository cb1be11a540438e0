package intake

import (
	"errors"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

// Bounds of the large requests that are received at once, in bytes of memory.
const (
	maxRequests = 4         // of one person
	maxOwn      = 192 << 20 // of one person's requests: one with all that may be sent has room
	maxHeld     = 768 << 20 // of everybody's
)

// RetryAfter is when a request that was refused with ErrBusy may be sent again.
const RetryAfter = 10 * time.Second

// ErrBusy is in the error of a request that is refused because of others that are being received.
var ErrBusy = errors.New("too many large requests at once")

// Room bounds the large requests that are received at once: of each person and of everybody.
// NewRoom makes one.
type Room struct {
	mu     sync.Mutex
	total  int64           // bytes
	shares map[int64]share // by user; none: no request
}

// share is what somebody's requests take.
type share struct {
	requests int
	bytes    int64
}

// NewRoom returns an empty room.
func NewRoom() *Room { return &Room{shares: make(map[int64]share)} }

// Place is one request in a room. Leave gives it back.
type Place struct {
	room *Room
	user int64
	held int64 // bytes
}

// Enter admits a request of a person before its body is read. bytes is the length of the body, or
// the most that it may have. The error has ErrBusy: CodeLimit for too many requests or bytes of the
// person, CodeUnavailable for too many bytes of everybody.
func (r *Room) Enter(user, bytes int64) (*Place, error) {
	p := &Place{room: r, user: user}
	if err := r.take(p, share{1, bytes}); err != nil {
		return nil, err
	}
	return p, nil
}

// reserve reserves memory for what the request becomes.
func (p *Place) reserve(bytes int64) error { return p.room.take(p, share{bytes: bytes}) }

// take adds to what a place takes.
func (r *Room) take(p *Place, more share) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	own := r.shares[p.user]
	switch {
	case own.requests+more.requests > maxRequests:
		return schema.Wrapf(schema.CodeLimit, ErrBusy, "%d uploads of yours are still being received; send this one again in %.0f seconds", maxRequests, RetryAfter.Seconds())
	case own.bytes+more.bytes > maxOwn:
		return schema.Wrapf(schema.CodeLimit, ErrBusy, "another large upload of yours is still being received; send this one again in %.0f seconds", RetryAfter.Seconds())
	case r.total+more.bytes > maxHeld:
		return schema.Wrapf(schema.CodeUnavailable, ErrBusy, "the server is receiving as many large files as it can hold; send yours again in %.0f seconds", RetryAfter.Seconds())
	}
	r.shares[p.user] = share{own.requests + more.requests, own.bytes + more.bytes}
	r.total += more.bytes
	p.held += more.bytes
	return nil
}

// Leave gives back what the request took. It is called once; nil has nothing to give back.
func (p *Place) Leave() {
	if p == nil {
		return
	}
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	own := p.room.shares[p.user]
	own.requests--
	own.bytes -= p.held
	p.room.total -= p.held
	if p.room.shares[p.user] = own; own.requests == 0 {
		delete(p.room.shares, p.user)
	}
}
