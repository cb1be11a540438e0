package store

import (
	"strings"
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
	check(t, b.AnswerAPIRequest(t.Context(), answered.ID, false, []byte("sealed")))
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
	if schema.CodeOf(err) != schema.CodeLimit || strings.Contains(schema.MessageOf(err), "without") {
		t.Errorf("while none has ended: %v", err)
	}
	sixth, begun := b.apiRequest("alice", "6")
	if begun || sixth.ID == 0 {
		t.Errorf("an earlier request: %+v", sixth)
	}
	fifth, _ := b.apiRequest("alice", "5")
	check(t, b.AnswerAPIRequest(t.Context(), sixth.ID, false, []byte("6")))
	check(t, b.AnswerAPIRequest(t.Context(), fifth.ID, true, []byte("5")))
	for _, key := range []string{"k", "l"} { // in place of the requests 5 and 6
		if _, begun := b.apiRequest("alice", key); !begun {
			t.Errorf("the request %s has not begun", key)
		}
	}
	left := ok(list(t.Context(), b.reader, value[int64], `SELECT id FROM api_requests WHERE id IN (?, ?)`, fifth.ID, sixth.ID))(t)
	if n := ok(one(t.Context(), b.reader, value[int], `SELECT count(*) FROM api_requests WHERE user_id = ?`, b.user("alice").ID))(t); n != maxAPIRequests || len(left) != 0 {
		t.Errorf("%d requests, with the evicted ones %v", n, left)
	}
	b.apiRequest("bob", "second")
	if _, begun := b.apiRequest("bob", "first"); begun {
		t.Error("a request of another person was evicted")
	}
}

// TestAPIAnswersAreLimited stores answers until they are too large together, and removes them after a
// day.
func TestAPIAnswersAreLimited(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	state := func(login, key string, refused bool, answer []byte) schema.APIRequestState {
		t.Helper()
		q, _ := b.apiRequest(login, key)
		check(t, b.AnswerAPIRequest(t.Context(), q.ID, refused, answer))
		q, _ = b.apiRequest(login, key)
		return q.State
	}
	half := make([]byte, maxAPIAnswers/2)
	got := []schema.APIRequestState{
		state("alice", "1", false, nil), state("alice", "2", false, half), state("alice", "3", true, half),
		state("alice", "4", false, []byte("x")), state("alice", "5", true, []byte("x")), state("bob", "4", true, []byte("x")),
	}
	equal(t, got, []schema.APIRequestState{"done", "answered", "answered", "done", "running", "answered"})
	partly, _ := b.apiRequest("alice", "6") // refused after one of its transactions
	actor := b.actor("alice", "")
	actor.Request = partly.ID
	ok(b.Adjust(t.Context(), actor, b.assignment, "alice", schema.NewPoints(1, 1), "r"))(t)
	if is := state("alice", "6", true, []byte("x")); is != "done" {
		t.Errorf("a request that was refused after a change is %s", is)
	}
	rows := func() int { return ok(one(t.Context(), b.reader, value[int], `SELECT count(*) FROM api_requests`))(t) }
	check(t, b.RemoveOldAPIRequests(t.Context()))
	if n := rows(); n != 7 {
		t.Errorf("%d requests", n)
	}
	b.pass(schema.KeepAPIRequests)
	check(t, b.RemoveOldAPIRequests(t.Context()))
	if n := rows(); n != 0 {
		t.Errorf("%d requests after a day", n)
	}
}

// TestAPIRequestIDsAreNotReused removes the newest request while it is carried out: by erasing the person, by dropping it
// and by its age. The next request does not get its id, so that the end of the old one does not change it.
func TestAPIRequestIDsAreNotReused(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(*bundle, schema.APIRequest) error{
		"erased": func(b *bundle, _ schema.APIRequest) error {
			return ok2(b.Erase(t.Context(), schema.Operator(), b.user("alice"), "erased-1"))
		},
		"dropped": func(b *bundle, q schema.APIRequest) error { return b.DropAPIRequest(t.Context(), q.ID, true) },
		"old": func(b *bundle, _ schema.APIRequest) error {
			b.pass(schema.KeepAPIRequests + time.Hour)
			return b.RemoveOldAPIRequests(t.Context())
		},
	} {
		b := newBundle(t)
		removed, _ := b.apiRequest("alice", "key")
		check(t, remove(b, removed))
		next, begun := b.apiRequest("bob", "key")
		if !begun || next.ID == removed.ID {
			t.Errorf("%s: request %d follows %d", name, next.ID, removed.ID)
		}
		check(t, b.AnswerAPIRequest(t.Context(), removed.ID, false, []byte("the answer to alice")))
		if again, _ := b.apiRequest("bob", "key"); again.State != schema.APIRequestRunning || again.Answer != nil {
			t.Errorf("%s: bob's request is %+v", name, again)
		}
	}
}

// TestMigrateAPIRequests checks that requests keep their ids and answers.
func TestMigrateAPIRequests(t *testing.T) {
	t.Parallel()
	s := ok(Open(t.Context(), before(t, 47, `INSERT INTO users (id, login, name, email, admin, created_at) VALUES (3, 'ida', 'I', '', 0, 9)`,
		`INSERT INTO api_requests (id, user_id, key_hash, content_hash, scope, state, answer, made_at, refused) VALUES (7, 3, x'01', x'02', 'write', 'answered', x'03', 5, 1), (9, 3, x'04', x'02', 'admin', 'running', NULL, 6, 0)`), Options{}))(t)
	t.Cleanup(func() { check(t, s.Close()) })
	got := ok(list(t.Context(), s.reader, value[string], `SELECT id || ' ' || user_id || ' ' || hex(key_hash) || ' ' || hex(content_hash) || ' ' || scope || ' ' || state || ' ' || hex(coalesce(answer, '')) || ' ' || made_at || ' ' || refused
		FROM api_requests ORDER BY id`))(t)
	equal(t, got, []string{"7 3 01 02 write answered 03 5 1", "9 3 04 02 admin running  6 0"})
}

// TestEraseAPIRequests erases a person who sent requests. Answers to others may name that person.
func TestEraseAPIRequests(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	own, _ := b.apiRequest("alice", "key")
	other, _ := b.apiRequest("bob", "key")
	refusal, _ := b.apiRequest("bob", "refused")
	partly, _ := b.apiRequest("bob", "refused after a change")
	actor := b.actor("bob", "")
	actor.Request = partly.ID
	ok(b.Adjust(t.Context(), actor, b.assignment, "bob", schema.NewPoints(1, 1), "r"))(t)
	for _, q := range []schema.APIRequest{own, other, refusal, partly} {
		check(t, b.AnswerAPIRequest(t.Context(), q.ID, q.ID == refusal.ID || q.ID == partly.ID, []byte("about alice")))
	}
	check(t, ok2(b.Erase(t.Context(), schema.Operator(), b.user("alice"), "erased-1")))
	if n := ok(one(t.Context(), b.reader, value[int], `SELECT count(*) FROM api_requests`))(t); n != 2 {
		t.Errorf("%d requests", n)
	}
	for _, key := range []string{"key", "refused after a change"} {
		if q, begun := b.apiRequest("bob", key); begun || q.State != schema.APIRequestDone || q.Answer != nil {
			t.Errorf("bob's request %s: %+v", key, q)
		}
	}
	if q, begun := b.apiRequest("bob", "refused"); !begun || q.State != schema.APIRequestRunning {
		t.Errorf("bob's refused request: %+v", q)
	}
}
