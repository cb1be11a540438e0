package api

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"sync"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

const (
	keyHeader    = "Idempotency-Key"      // of draft-ietf-httpapi-idempotency-key-header
	repeatHeader = "Idempotency-Replayed" // true in an answer that was stored
	minKey       = 16                     // characters
	maxKey       = 255                    // characters
	maxAnswer    = 64 << 10               // bytes of the body of an answer that is stored
)

// onceKey identifies a request: the person and the hash of the key.
type onceKey struct {
	user int64
	key  [32]byte
}

// once holds the requests with an Idempotency-Key that are running in this process. The store holds
// every such request. One that is in the store without an answer and not here was interrupted.
type once struct {
	mu      sync.Mutex
	running map[onceKey]bool
	idle    chan struct{} // closed when nothing is running; nil: nobody waits
}

// enter reports whether no request with that key is running, and adds it.
func (o *once) enter(k onceKey) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.running[k] {
		return false
	}
	if o.running == nil {
		o.running = make(map[onceKey]bool)
	}
	o.running[k] = true
	return true
}

func (o *once) leave(k onceKey) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.running, k)
	if len(o.running) == 0 && o.idle != nil {
		close(o.idle)
		o.idle = nil
	}
}

// wait waits until no request is running, or until ctx ends.
func (o *once) wait(ctx context.Context) {
	o.mu.Lock()
	if len(o.running) == 0 {
		o.mu.Unlock()
		return
	}
	if o.idle == nil {
		o.idle = make(chan struct{})
	}
	idle := o.idle
	o.mu.Unlock()
	select {
	case <-idle:
	case <-ctx.Done():
	}
}

// mayRunOnce reports whether the request has an Idempotency-Key that applies. It does not apply to
// requests that only read: they may be sent again anyway, and can wait for long.
func (c *call) mayRunOnce() bool {
	return c.r.Method == http.MethodPost && c.r.Header[keyHeader] != nil && c.does.Scope != schema.ScopeRead
}

// runOnce runs a route for a request with an Idempotency-Key. If the request was sent before, it
// writes the answer to that request instead. An error means that nothing was run or written.
func (c *call) runOnce(ctx context.Context, route route) error {
	if c.Requests == nil {
		return schema.Errorf(schema.CodeUnavailable, "this server keeps no answers; send the request without the header %s", keyHeader)
	}
	key, err := keyOf(c.r.Header)
	if err != nil {
		return err
	}
	content, err := c.hold()
	if err != nil {
		return err
	}
	defer func() { _ = c.r.Body.Close() }()
	seal := newSeal(c.by.User.ID, key)
	running := onceKey{c.by.User.ID, seal.id}
	if !c.once.enter(running) {
		c.w.Header().Set("Retry-After", "1")
		return schema.Errorf(schema.CodeConflict, "the first request with this %s is still running; send it again later", keyHeader)
	}
	defer c.once.leave(running)
	kept, begun, err := c.Requests.BeginAPIRequest(ctx, schema.APIRequest{User: c.by.User.ID, Key: seal.id[:], Content: content, Scope: c.token.Scope})
	if err != nil {
		return err
	}
	if !begun {
		if err := course.MayWithScope(c.token.Scope, kept.Scope); err != nil {
			return err
		}
		if err := mayRepeat(kept, content); err != nil {
			return err
		}
		if kept.State == schema.APIRequestAnswered {
			return c.repeatAnswer(seal, kept.Answer)
		}
	}
	c.perform(ctx, route, kept.ID, seal)
	return nil
}

// mayRepeat returns an error if a request must be neither run again nor answered with the stored
// answer.
func mayRepeat(kept schema.APIRequest, content []byte) error {
	switch {
	case !bytes.Equal(kept.Content, content):
		return schema.Errorf(schema.CodeRefused, "another request was sent with this %s; use a new key for each request", keyHeader)
	case kept.State == schema.APIRequestDone:
		return schema.Errorf(schema.CodeConflict, "this request was carried out, but its answer is not kept; look at the result, and do not send it again")
	case kept.State == schema.APIRequestUnknown:
		return schema.Errorf(schema.CodeConflict, "this request was interrupted and may have been carried out, wholly or in part; look whether it was, and if not, send it with a new %s", keyHeader)
	}
	return nil
}

// perform runs a route, stores the answer and writes it. The work continues if the client
// disconnects, so that the answer is stored, but not while the site stops.
func (c *call) perform(ctx context.Context, route route, id int64, seal seal) {
	client, kept := c.w, context.WithoutCancel(ctx)
	work, cancel := c.outlive(ctx)
	defer cancel()
	recorded := newRecorder(client)
	c.w, c.r, c.by.Request = recorded, c.r.WithContext(work), id
	var err error
	if c.does.Outside {
		err = c.doubt(ctx)
	}
	if err != nil {
		c.failed(c.w, c.r, err)
	} else {
		c.run(route)
	}
	if err := c.keep(kept, id, seal, recorded.answer()); err != nil {
		c.Logger.Error("answer to an API request not stored", "route", c.r.Pattern, "error", err)
	}
	recorded.answer().write(client)
}

// outlive returns a context that ends after operationTime, or when both the client has disconnected
// and the site stops.
func (c *call) outlive(client context.Context) (context.Context, context.CancelFunc) {
	work, cancel := context.WithTimeout(context.WithoutCancel(client), operationTime)
	stop := context.AfterFunc(client, func() {
		select {
		case <-c.Closing:
			cancel()
		case <-work.Done():
		}
	})
	return work, func() { stop(); cancel() }
}

// keep stores the answer to a request, or only that the request was carried out if the answer is
// large or can contain secrets. It drops a request that the client should try again.
func (c *call) keep(ctx context.Context, id int64, seal seal, a answer) error {
	succeeded := a.Status < http.StatusMultipleChoices
	switch {
	case a.Status == http.StatusTooManyRequests || a.Status >= http.StatusInternalServerError:
		return c.Requests.DropAPIRequest(ctx, id, a.Status == http.StatusTooManyRequests)
	case succeeded && (c.does.Secret || len(a.Body) > maxAnswer):
		return c.Requests.AnswerAPIRequest(ctx, id, false, nil)
	case len(a.Body) > maxAnswer:
		return c.Requests.DropAPIRequest(ctx, id, true)
	}
	sealed, err := seal.close(a)
	if err != nil {
		return err
	}
	return c.Requests.AnswerAPIRequest(ctx, id, !succeeded, sealed)
}

// repeatAnswer writes a stored answer.
func (c *call) repeatAnswer(seal seal, sealed []byte) error {
	a, err := seal.open(sealed)
	if err != nil {
		return err
	}
	c.w.Header().Set(repeatHeader, "true")
	a.write(c.w)
	return nil
}

// doubt records that the request may be carried out from now on, although no transaction says so.
func (c *call) doubt(ctx context.Context) error {
	if c.by.Request == 0 {
		return nil
	}
	return c.Requests.DoubtAPIRequest(ctx, c.by.Request)
}

// keyOf returns the Idempotency-Key, which may be in quotes, as the draft says, or without them.
func keyOf(h http.Header) (string, error) {
	all := h.Values(keyHeader)
	if len(all) != 1 {
		return "", errKey()
	}
	key := strings.TrimSpace(all[0])
	if inner, ok := strings.CutPrefix(key, `"`); ok {
		if key, ok = strings.CutSuffix(inner, `"`); !ok {
			return "", errKey()
		}
	}
	strange := func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }
	if len(key) < minKey || len(key) > maxKey || strings.ContainsFunc(key, strange) {
		return "", errKey()
	}
	return key, nil
}

func errKey() error {
	return schema.Errorf(schema.CodeInvalid, "%s: send one value of %d to %d letters, digits and signs that is new for each request, such as a UUID", keyHeader, minKey, maxKey)
}
