package intake

import (
	"errors"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

// Bounds of the memory for large requests that are received at once, in bytes.
const (
	maxRequests = 4         // requests of one person
	maxOwn      = 192 << 20 // of one person's requests: enough for one request of the maximum size and a zip's directory
	maxHeld     = 768 << 20 // of all requests
)

// RetryAfter is the time after which to retry a request that was refused with ErrBusy.
const RetryAfter = 10 * time.Second

// ErrBusy is in the error of a request that is refused because too many others are being received.
var ErrBusy = errors.New("too many large requests at once")

// Room limits the large requests that are received at once, per person and in total. Create it with
// NewRoom.
type Room struct {
	mu     sync.Mutex
	total  int64           // bytes held by all requests
	shares map[int64]share // by user; absent: no request
}

// share is the number and memory of one person's requests.
type share struct {
	requests int
	bytes    int64
}

// NewRoom returns an empty room.
func NewRoom() *Room { return &Room{shares: make(map[int64]share)} }

// Place is one request in a room. Leave releases it.
type Place struct {
	room *Room
	user int64
	held int64 // bytes
}

// Enter admits a person's request before its body is read. bytes is the length of the body, or its
// maximum if the length is unknown. If there is no room, the error has ErrBusy and a code.
// CodeLimit: the person has too many requests or bytes. CodeUnavailable: all people together have
// too many bytes.
func (r *Room) Enter(user, bytes int64) (*Place, error) {
	p := &Place{room: r, user: user}
	if err := r.take(p, share{1, bytes}); err != nil {
		return nil, err
	}
	return p, nil
}

// reserve reserves memory for the request's unpacked files.
func (p *Place) reserve(bytes int64) error { return p.room.take(p, share{bytes: bytes}) }

// release returns memory that reserve has reserved.
func (p *Place) release(bytes int64) {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	own := p.room.shares[p.user]
	own.bytes -= bytes
	p.room.shares[p.user] = own
	p.room.total -= bytes
	p.held -= bytes
}

// take adds requests and bytes to a place, or returns an error if a bound is exceeded.
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

// Leave releases the request's memory. Call it once. It does nothing if p is nil.
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
