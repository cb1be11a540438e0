package store

import (
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// apiRequest begins a request of a person.
func (b *bundle) apiRequest(login, key string) (schema.APIRequest, bool) {
	b.t.Helper()
	q, begun, err := b.BeginAPIRequest(b.t.Context(), schema.APIRequest{User: b.user(login).ID, Key: []byte(key), Content: []byte("c"), Scope: schema.ScopeWrite})
	check(b.t, err)
	return q, begun
}

// TestAPIRequests stores requests in each state, and ages them.
func TestAPIRequests(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	state := func(key string, want schema.APIRequestState, fresh bool) schema.APIRequest {
		t.Helper()
		q, begun := b.apiRequest("alice", key)
		if begun != fresh || q.State != want {
			t.Errorf("%s: begun %v, state %s; want %v, %s", key, begun, q.State, fresh, want)
		}
		return q
	}
	by := func(q schema.APIRequest) schema.Actor {
		actor := b.actor("ida", "")
		actor.Request = q.ID
		return actor
	}
	running, unknown, done, answered := state("running", "running", true), state("unknown", "running", true), state("done", "running", true), state("answered", "running", true)
	if _, begun := b.apiRequest("bob", "running"); !begun {
		t.Error("bob gets alice's request")
	}
	check(t, b.DoubtAPIRequest(t.Context(), unknown.ID))
	if _, err := b.EndAPIToken(t.Context(), by(running), b.user("ida"), "none"); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("an action that fails: %v", err)
	}
	for _, q := range []schema.APIRequest{done, answered} {
		ok(b.Adjust(t.Context(), by(q), b.assignment, "alice", schema.NewPoints(1, 1), "r"))(t)
	}
	check(t, b.AnswerAPIRequest(t.Context(), answered.ID, []byte("sealed")))
	check(t, b.DoubtAPIRequest(t.Context(), done.ID)) // it is already done
	ok(b.Adjust(t.Context(), by(unknown), b.assignment, "alice", schema.NewPoints(1, 1), "r"))(t)
	for key, want := range map[string]schema.APIRequestState{"running": "running", "unknown": "unknown", "done": "done", "answered": "answered"} {
		state(key, want, false)
	}
	for _, q := range []schema.APIRequest{running, unknown, done, answered} {
		check(t, b.DropAPIRequest(t.Context(), q.ID, false))
	}
	state("running", "running", true)
	state("unknown", "unknown", false)
	check(t, b.DropAPIRequest(t.Context(), unknown.ID, true))
	state("unknown", "running", true)
	if q := state("answered", "answered", false); string(q.Answer) != "sealed" {
		t.Errorf("answer %q", q.Answer)
	}
	b.now.Add((schema.KeepAPIRequests - time.Minute).Microseconds())
	state("done", "done", false)
	b.now.Add(time.Minute.Microseconds())
	for _, key := range []string{"running", "unknown", "done", "answered"} {
		state(key, "running", true)
	}
}

// TestAPIRequestsAreLimited sends more requests than are kept.
func TestAPIRequestsAreLimited(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.apiRequest("bob", "first")
	_, err := b.writer.db.ExecContext(t.Context(), `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO api_requests (user_id, key_hash, content_hash, scope, state, made_at) SELECT ?, CAST(i AS BLOB), x'00', 'read', 'running', ? FROM n`,
		maxAPIRequests, b.user("alice").ID, b.now.Load())
	check(t, err)
	_, _, err = b.BeginAPIRequest(t.Context(), schema.APIRequest{User: b.user("alice").ID, Key: []byte("k"), Content: []byte("c"), Scope: schema.ScopeRead})
	if schema.CodeOf(err) != schema.CodeLimit {
		t.Errorf("got %v", err)
	}
	if q, begun := b.apiRequest("alice", "5"); begun || q.ID == 0 {
		t.Errorf("an earlier request: %+v", q)
	}
	b.apiRequest("bob", "second")
}

// TestAPIAnswersAreLimited stores answers until they are too large together, and removes them after a
// day.
func TestAPIAnswersAreLimited(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	state := func(login, key string, answer []byte) schema.APIRequestState {
		t.Helper()
		q, _ := b.apiRequest(login, key)
		check(t, b.AnswerAPIRequest(t.Context(), q.ID, answer))
		q, _ = b.apiRequest(login, key)
		return q.State
	}
	half := make([]byte, maxAPIAnswers/2)
	got := []schema.APIRequestState{state("alice", "1", nil), state("alice", "2", half), state("alice", "3", half), state("alice", "4", []byte("x")), state("bob", "4", []byte("x"))}
	equal(t, got, []schema.APIRequestState{"done", "answered", "answered", "done", "answered"})
	rows := func() int { return ok(one(t.Context(), b.reader, value[int], `SELECT count(*) FROM api_requests`))(t) }
	check(t, b.RemoveOldAPIRequests(t.Context()))
	if n := rows(); n != 5 {
		t.Errorf("%d requests", n)
	}
	b.pass(schema.KeepAPIRequests)
	check(t, b.RemoveOldAPIRequests(t.Context()))
	if n := rows(); n != 0 {
		t.Errorf("%d requests after a day", n)
	}
}

// TestEraseAPIRequests erases a person who sent requests. Answers to others may name that person.
func TestEraseAPIRequests(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	own, _ := b.apiRequest("alice", "key")
	other, _ := b.apiRequest("bob", "key")
	for _, q := range []schema.APIRequest{own, other} {
		check(t, b.AnswerAPIRequest(t.Context(), q.ID, []byte("about alice")))
	}
	check(t, ok2(b.Erase(t.Context(), schema.Operator(), b.user("alice"), "erased-1")))
	if q, begun := b.apiRequest("bob", "key"); begun || q.State != schema.APIRequestDone || q.Answer != nil {
		t.Errorf("bob's request: %+v", q)
	}
	if n := ok(one(t.Context(), b.reader, value[int], `SELECT count(*) FROM api_requests`))(t); n != 1 {
		t.Errorf("%d requests", n)
	}
}
