package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/grader/grader/schema"
)

const onceKey = "8e03978e-40d5-43dd-bc93-6894a57f9324"

// TestEveryPostOnce sends every POST of the API twice with one key: the second time after a restart,
// over a new token, and with a form that has another boundary. Nothing is done twice, and the answers
// are equal. Then it loses the answer, as a kill between action and answer does: the repetition is
// refused, and nothing is done twice.
func TestEveryPostOnce(t *testing.T) {
	t.Parallel()
	tried := 0
	for pattern, c := range changes(t) {
		if !strings.HasPrefix(pattern, "POST ") {
			continue
		}
		tried++
		for _, lose := range []bool{false, true} {
			if c.nothing != "" {
				continue // the key does not apply
			}
			t.Run(pattern+map[bool]string{true: ", answer lost"}[lose], func(t *testing.T) {
				t.Parallel()
				b := newBundle(t)
				b.publishTests("comp1", "a1", auditSource, "ida")
				if c.prepare != nil {
					c.prepare(b)
				}
				b.answers.lose = lose
				b.twice(c, lose)
			})
		}
	}
	if tried < 15 {
		t.Errorf("only %d routes were tried", tried)
	}
}

func (b *bundle) twice(c change, lose bool) {
	b.t.Helper()
	send := func() (reply, []schema.AuditEntry) {
		headers := []string{"Idempotency-Key", `"` + onceKey + `"`}
		body, secret := c.body, b.highest(c.who)
		if c.media != "" {
			form, media := formOf(b.t, map[string]string{"src/hello.c": "int main(){}"})
			headers, body = append(headers, "Content-Type", media), form
		}
		return b.logged(func() reply { return b.ask(secret, http.MethodPost, c.path, body, headers...) })
	}
	first, entries := send()
	if first.status != http.StatusOK && first.status != http.StatusNoContent || first.header.Get("Idempotency-Replayed") != "" {
		b.t.Fatalf("status %d: %s", first.status, first.body)
	}
	b.mustLog(c, entries)
	uploads := len(b.uploads.all)
	clear(b.tokens) // "user.sign-out" ended them
	for _, u := range []string{"root", "ida", "tina", "alice", "bob"} {
		_, err := b.Tokens.Revoke(b.t.Context(), b.people[u], "", u+"-write")
		if err != nil && schema.CodeOf(err) != schema.CodeNotFound {
			b.t.Fatal(err)
		}
		_, err = b.Tokens.Revoke(b.t.Context(), b.people[u], "", u+"-admin")
		if err != nil && schema.CodeOf(err) != schema.CodeNotFound {
			b.t.Fatal(err)
		}
	}
	b.start(nil)
	b.highest(c.who)
	second, entries := send()
	if len(entries) > 0 || len(b.uploads.all) != uploads {
		b.t.Errorf("sent again, it was done again: %+v", entries)
	}
	if lose || strings.HasSuffix(c.path, "/roster-import") { // whose answers have one-time codes
		if second.status != http.StatusConflict || !strings.Contains(second.body, "carried out") {
			b.t.Errorf("status %d: %s", second.status, second.body)
		}
		return
	}
	if second.status != first.status || second.body != first.body || second.header.Get("Idempotency-Replayed") != "true" || second.header.Get("Content-Type") != first.header.Get("Content-Type") {
		b.t.Errorf("first: %d %s\nagain: %d %v %s", first.status, first.body, second.status, second.header, second.body)
	}
}

// TestKeyIsForOneRequest sends other requests with the key of an earlier one, and the key of another
// person.
func TestKeyIsForOneRequest(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.graded("alice")
	const sub = "/courses/comp1/assignments/a1/submissions/alice/1"
	comment := func(who, path, text, key string) reply {
		return b.ask(b.highest(who), http.MethodPost, path, object{"text": text}, "Idempotency-Key", key)
	}
	if got := comment("tina", sub+"/comments", "Nice", onceKey); got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	for name, again := range map[string]reply{
		"another body":   comment("tina", sub+"/comments", "Nicer", onceKey),
		"another route":  b.ask(b.highest("tina"), http.MethodPost, sub+"/rerun", nil, "Idempotency-Key", onceKey),
		"another query":  b.ask(b.highest("tina"), http.MethodPost, "/courses/comp1/assignments/a1/submissions?late=true", object{"text": "Nice"}, "Idempotency-Key", onceKey),
		"another media":  b.ask(b.highest("tina"), http.MethodPost, sub+"/comments", object{"text": "Nice"}, "Idempotency-Key", onceKey, "Content-Type", "text/plain"),
		"without a body": b.ask(b.highest("tina"), http.MethodPost, sub+"/comments", nil, "Idempotency-Key", onceKey),
	} {
		if again.status != http.StatusUnprocessableEntity || !strings.Contains(again.body, "another request was sent with this Idempotency-Key; use a new key") {
			t.Errorf("%s: status %d: %s", name, again.status, again.body)
		}
	}
	if got := comment("ida", sub+"/comments", "Nice", onceKey); got.status != http.StatusOK || got.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("of ida: status %d: %s", got.status, got.body)
	}
	if got := comment("tina", sub+"/comments", "Nice", onceKey+"2"); got.status != http.StatusOK || got.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("with another key: status %d: %s", got.status, got.body)
	}
	all, err := b.store.AuditLog(t.Context(), schema.AuditQuery{Action: "submission.comment", Limit: 9})
	if check(t, err); len(all) != 3 {
		t.Errorf("%d comments", len(all))
	}
	for _, key := range []string{"", "short", strings.Repeat("k", 256), `"` + onceKey, onceKey + " and more", "ünïcode-" + onceKey, onceKey + `\"`} {
		if got := comment("tina", sub+"/comments", "Nice", key); got.status != http.StatusBadRequest || !strings.Contains(got.body, "16 to 255") {
			t.Errorf("key %q: status %d: %s", key, got.status, got.body)
		}
	}
}

// TestRepeatWhileRunning sends a request again while the first one is running and its client has gone.
func TestRepeatWhileRunning(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	began, goOn := make(chan struct{}), make(chan struct{})
	b.uploads.hold = func() { close(began); <-goOn }
	form, media := formOf(t, map[string]string{"src/hello.c": "int main(){}"})
	secret := b.highest("alice")
	const path = "/courses/comp1/assignments/a1/submissions"
	ctx, leave := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		req, _ := http.NewRequestWithContext(ctx, http.MethodPost, b.server.URL+"/api/v1"+path, bytes.NewReader([]byte(form)))
		req.Header = http.Header{"Authorization": {"Bearer " + secret}, "Content-Type": {media}, "Idempotency-Key": {onceKey}}
		res, err := b.server.Client().Do(req)
		if err == nil {
			res.Body.Close()
		}
		gone <- err
	}()
	<-began
	leave()
	if err := <-gone; err == nil {
		t.Fatal("the first client got an answer")
	}
	again := func() reply {
		return b.ask(secret, http.MethodPost, path, form, "Content-Type", media, "Idempotency-Key", onceKey)
	}
	if got := again(); got.status != http.StatusConflict || got.header.Get("Retry-After") != "1" || !strings.Contains(got.body, "still running") {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	close(goOn)
	got := again()
	for got.status == http.StatusConflict && got.header.Get("Retry-After") != "" {
		got = again()
	}
	if got.status != http.StatusOK || got.header.Get("Idempotency-Replayed") != "true" || !strings.Contains(got.body, `"comp1/a1/alice/1"`) || len(b.uploads.all) != 1 {
		t.Errorf("status %d, %d uploads: %s", got.status, len(b.uploads.all), got.body)
	}
}

// TestRefusalsWithKey checks which refusals are given again, and which requests are tried again.
func TestRefusalsWithKey(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	const path = "/courses/comp1/assignments/a1/extensions"
	wrong := object{"owner": "alice", "by": "-2d"}
	ask := func() reply { return b.ask(b.highest("ida"), http.MethodPost, path, wrong, "Idempotency-Key", onceKey) }
	first := ask()
	if got := ask(); got.status != first.status || got.status < 400 || got.body != first.body || got.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("first %d %s, again %d %s", first.status, first.body, got.status, got.body)
	}
	form, media := formOf(t, map[string]string{"src/hello.c": "int main(){}"})
	for code, c := range map[schema.Code]struct {
		status, again int
		says          string
	}{
		schema.CodeLimit:       {http.StatusTooManyRequests, http.StatusOK, "comp1/a1/alice/1"},
		schema.CodeUnavailable: {http.StatusServiceUnavailable, http.StatusConflict, "may have been carried out, wholly or in part; look whether it was"},
		schema.CodeInternal:    {http.StatusInternalServerError, http.StatusConflict, "may have been carried out, wholly or in part; look whether it was"},
	} {
		hand := func() reply {
			return b.ask(b.highest("alice"), http.MethodPost, "/courses/comp1/assignments/a1/submissions", form, "Content-Type", media, "Idempotency-Key", onceKey+string(code))
		}
		b.uploads.fail = schema.Errorf(code, "not now")
		if got := hand(); got.status != c.status {
			t.Errorf("%s: status %d: %s", code, got.status, got.body)
		}
		b.uploads.fail = nil
		if got := hand(); got.status != c.again || !strings.Contains(got.body, c.says) || got.header.Get("Idempotency-Replayed") != "" {
			t.Errorf("%s, sent again: status %d: %s", code, got.status, got.body)
		}
	}
	if len(b.uploads.all) != 1 {
		t.Errorf("%d uploads", len(b.uploads.all))
	}
}

// TestReadTokenAndKey checks that a token does not get the stored answer to one with a larger scope.
func TestReadTokenAndKey(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, c := range []struct {
		scope  schema.Scope
		status int
		repeat string
	}{{schema.ScopeAdmin, 200, ""}, {schema.ScopeRead, 403, ""}, {schema.ScopeWrite, 403, ""}, {schema.ScopeAdmin, 200, "true"}} {
		got := b.ask(b.token("root", c.scope), http.MethodPost, "/courses/comp1/assignments/a1/extensions", object{"owner": "alice", "by": "2d"}, "Idempotency-Key", onceKey)
		if got.status != c.status || got.header.Get("Idempotency-Replayed") != c.repeat {
			t.Errorf("scope %s: status %d: %s", c.scope, got.status, got.body)
		}
	}
}

// TestKeyOfReads sends requests that only read with a key. It does not apply: nothing is stored, and
// the work ends when the client disconnects.
func TestKeyOfReads(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, key := range []string{onceKey, onceKey, "x"} {
		got := b.ask(b.token("root", schema.ScopeRead), http.MethodPost, "/admin/users", object{}, "Idempotency-Key", key)
		if got.status != http.StatusOK || got.header.Get("Idempotency-Replayed") != "" {
			t.Errorf("users: status %d: %s", got.status, got.body)
		}
		got = b.ask(b.token("tina", schema.ScopeRead), http.MethodPost, "/courses/comp1/export", object{"format": "csv"}, "Idempotency-Key", key)
		if got.status != http.StatusOK || got.header.Get("Idempotency-Replayed") != "" {
			t.Errorf("export: status %d: %s", got.status, got.body)
		}
	}
	b.leave("/admin/wait")
	<-b.ended
	file := filepath.Join(t.TempDir(), "copy.db")
	check(t, b.store.Backup(t.Context(), file))
	if n := b.answers.begun.Load(); n != 0 {
		t.Errorf("%d requests were stored", n)
	}
}

// leave sends an operation with a key as root, and disconnects when it has begun.
func (b *bundle) leave(path string) {
	b.t.Helper()
	ctx, leave := context.WithCancel(b.t.Context())
	secret := b.highest("root")
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		req, _ := http.NewRequestWithContext(ctx, http.MethodPost, b.server.URL+"/api/v1"+path, strings.NewReader("{}"))
		req.Header = http.Header{"Authorization": {"Bearer " + secret}, "Content-Type": {"application/json"}, "Idempotency-Key": {onceKey}}
		if res, err := b.server.Client().Do(req); err == nil {
			res.Body.Close()
		}
	}()
	<-b.began
	leave()
	<-gone
}

// TestOperationsAreLimited runs as many operations that wait as one person may. Others still run
// theirs, and the person can again when one has ended.
func TestOperationsAreLimited(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ctx, end := context.WithCancel(t.Context())
	secret, read := b.highest("alice"), b.token("root", schema.ScopeRead)
	var clients sync.WaitGroup
	for range 32 {
		clients.Go(func() {
			req, _ := http.NewRequestWithContext(ctx, http.MethodPost, b.server.URL+"/api/v1/admin/wait", strings.NewReader("{}"))
			req.Header = http.Header{"Authorization": {"Bearer " + secret}, "Content-Type": {"application/json"}}
			if res, err := b.server.Client().Do(req); err == nil {
				res.Body.Close()
			}
		})
	}
	for range 32 {
		<-b.began
	}
	if got := b.ask(secret, http.MethodPost, "/admin/users", object{}); got.status != http.StatusTooManyRequests || !strings.Contains(got.body, "32 operations running") {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	if got := b.ask(read, http.MethodPost, "/admin/users", object{}); got.status != http.StatusOK {
		t.Errorf("of root: status %d: %s", got.status, got.body)
	}
	end()
	clients.Wait()
	for range 32 {
		<-b.ended
	}
	for got := 429; got == 429; { // the last ones may still be leaving
		got = b.ask(secret, http.MethodPost, "/admin/users", object{}).status
	}
}

// TestAbandonedRequestEndsWithTheSite stops the site while a request runs whose client has
// disconnected. Close waits for it.
func TestAbandonedRequestEndsWithTheSite(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.leave("/admin/block")
	select {
	case <-b.ended:
		t.Fatal("the work ended with its client")
	default:
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	b.api.Close(ended) // returns when its context ends
	b.close()
	b.api.Close(t.Context())
	select {
	case <-b.ended:
	default:
		t.Error("Close returned before the work ended")
	}
}

// TestLargeAnswersAreNotKept asks for an answer that is too large to be kept, and interrupts an
// operation outside the store.
func TestLargeAnswersAreNotKept(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, c := range []struct {
		status int
		says   string
	}{{http.StatusOK, "xxxx"}, {http.StatusConflict, "was carried out, but its answer is not kept"}} {
		got := b.ask(b.highest("ida"), http.MethodPost, "/admin/large", object{}, "Idempotency-Key", onceKey)
		if got.status != c.status || !strings.Contains(got.body, c.says) {
			t.Errorf("status %d: %.200s", got.status, got.body)
		}
	}
	remove := func() reply {
		return b.ask(b.highest("root"), http.MethodPost, "/admin/image.remove", object{}, "Idempotency-Key", onceKey)
	}
	if got := remove(); got.status != http.StatusServiceUnavailable {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	if got := remove(); got.status != http.StatusConflict || !strings.Contains(got.body, "wholly or in part") {
		t.Errorf("again: status %d: %s", got.status, got.body)
	}
}

// TestInterruptedBeforeTheAction sends a request again that was interrupted before it changed
// anything. It is carried out.
func TestInterruptedBeforeTheAction(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ask := func() reply {
		return b.ask(b.highest("ida"), http.MethodPost, "/courses/comp1/assignments/a1/extensions", object{"owner": "mallory", "by": "2d"}, "Idempotency-Key", onceKey)
	}
	b.answers.lose = true
	if got := ask(); got.status < 400 || got.status >= 500 {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	b.answers.lose = false
	b.start(nil)
	check(t, b.Courses.Enrol(t.Context(), schema.Operator(), "comp1", "mallory", schema.RoleStudent))
	if got := ask(); got.status != http.StatusOK || got.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	if got := ask(); got.status != http.StatusOK || got.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the third time: status %d: %s", got.status, got.body)
	}
}

// TestStoredAnswersAreSealed searches the database for an answer that is stored, and for one that is
// not because it has a one-time code.
func TestStoredAnswersAreSealed(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	send := func(path string, body any) reply {
		return b.ask(b.highest("ida"), http.MethodPost, "/courses/comp1"+path, body, "Idempotency-Key", onceKey+path)
	}
	imported := object{"data": []byte("login,name\nzoe,Zoe\n")}
	if first := send("/roster-import", imported); !strings.Contains(first.body, `"code":"`) {
		t.Fatalf("status %d: %s", first.status, first.body)
	}
	if again := send("/roster-import", imported); again.status != http.StatusConflict || !strings.Contains(again.body, "was carried out, but its answer is not kept") {
		t.Errorf("status %d: %s", again.status, again.body)
	}
	search := func(answered bool) {
		t.Helper()
		file := filepath.Join(t.TempDir(), "copy.db")
		check(t, b.store.Backup(t.Context(), file))
		data, err := os.ReadFile(file)
		check(t, err)
		if bytes.Contains(data, []byte(`"status":200`)) || bytes.Contains(data, []byte(onceKey)) {
			t.Error("the database contains an answer or a key in the clear")
		}
		if bytes.Contains(data, []byte("writeanswered")) != answered {
			t.Errorf("the database contains an answer: %v, want %v", !answered, answered)
		}
	}
	search(false)
	send("/assignments/a1/extensions", object{"owner": "alice", "by": "2d"})
	search(true)
}

// TestKeyIsDescribedWhereItApplies compares the description of the API with what requests do: those that only read have
// no Idempotency-Key.
func TestKeyIsDescribedWhereItApplies(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	var document struct {
		Paths map[string]map[string]struct {
			OperationID, Description string
			Parameters               []struct{ Name, Description string }
		}
	}
	check(t, json.Unmarshal([]byte(b.ask("", http.MethodGet, "/openapi.json", nil).body), &document))
	seen := 0
	for path, methods := range document.Paths {
		for method, o := range methods {
			described := ""
			for _, p := range o.Parameters {
				if p.Name == "Idempotency-Key" {
					described = p.Description
				}
			}
			reads := strings.HasSuffix(o.Description, "scope read.") && o.OperationID != "runOperation" // whose operations have their own scopes
			if want := method == "post" && !reads; want != (described != "") {
				t.Errorf("%s %s: the key is described: %v, want %v", method, path, described != "", want)
			}
			if ignores := strings.Contains(described, "Operations of scope read ignore it"); ignores != (o.OperationID == "runOperation") {
				t.Errorf("%s %s: %s", method, path, described)
			}
			if o.OperationID == "fillExport" || o.OperationID == "runOperation" {
				seen++
			}
		}
	}
	if seen != 2 {
		t.Errorf("%d of 2 operations are described", seen)
	}
}
