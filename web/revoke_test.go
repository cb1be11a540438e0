package web_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	actions "github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web"
)

// revocable is a site on the real store. alice has signed in with a link of each of her keys and
// has a waiting submission.
type revocable struct {
	*site
	ledger *ledger
	room   *actions.Classroom
	path   string     // of the submission
	job    schema.Job // its job
}

func newRevocable(t *testing.T) (r *revocable, browsers map[string]*browser) {
	t.Helper()
	l, a := newLedger(t)
	room := actions.New(actions.Options{Store: l, Clock: time.Now})
	s := newSite(t, newClassroom(t), func(server *web.Server) {
		server.Classroom, server.Accounts, server.Results, server.Sessions, server.Clock = room, l, l, l, time.Now
	})
	sub := must[schema.GradedSubmission](t)(l.RecordSubmission(t.Context(), l.push(a, schema.RepositoryOwn, "alice")))
	r = &revocable{site: s, ledger: l, room: room, path: "/" + sub.Name.String(), job: sub.Job}
	alice := must[schema.User](t)(l.UserByLogin(t.Context(), "alice"))
	browsers = map[string]*browser{}
	for _, name := range []string{"stolen", "own"} {
		key := schema.Key{Fingerprint: "SHA256:" + name, Public: "ssh-ed25519 " + name, Active: true}
		if err := l.AddKeys(t.Context(), schema.Operator(), alice, key); err != nil {
			t.Fatal(err)
		}
		browsers[name] = r.signIn(schema.Actor{User: alice, Channel: schema.ChannelSSH, Key: key.Fingerprint})
	}
	browsers["operator"] = r.signIn(schema.Operator())
	return r, browsers
}

// link creates a sign-in link of alice.
func (r *revocable) link(by schema.Actor) string {
	r.t.Helper()
	return "/" + must[actions.Link](r.t)(r.room.Accounts.SignInLink(r.t.Context(), by, "alice")).Path()
}

func (r *revocable) signIn(by schema.Actor) *browser {
	r.t.Helper()
	b := r.visitor()
	if got := b.post(r.link(by)); got.status != http.StatusSeeOther {
		r.t.Fatalf("sign in: status %d: %s", got.status, got.body)
	}
	return b
}

// follow opens the live stream of the submission and returns its messages.
func (r *revocable) follow(b *browser) *bufio.Reader {
	r.t.Helper()
	request := must[*http.Request](r.t)(http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.base()+r.path+"/-/events", nil))
	response := must[*http.Response](r.t)(b.client.Do(request))
	r.t.Cleanup(func() { response.Body.Close() })
	if response.StatusCode != http.StatusOK {
		r.t.Fatalf("live stream: status %d", response.StatusCode)
	}
	lines := bufio.NewReader(response.Body)
	if line, err := lines.ReadString('\n'); err != nil || !strings.HasPrefix(line, "retry: ") {
		r.t.Fatalf("live stream: %q, %v", line, err)
	}
	return lines
}

func (b *browser) mustSee(t *testing.T, path string, status int) {
	t.Helper()
	if got := b.get(path); got.status != status {
		t.Errorf("GET %s: status %d, want %d", path, got.status, status)
	}
}

// TestRemovedKeyEndsSessions removes a stolen key. In an earlier version its browser session and its unused
// links stayed valid.
func TestRemovedKeyEndsSessions(t *testing.T) {
	t.Parallel()
	r, browsers := newRevocable(t)
	alice := must[schema.User](t)(r.ledger.UserByLogin(t.Context(), "alice"))
	own := schema.Actor{User: alice, Channel: schema.ChannelSSH, Key: "SHA256:own"}
	unspent := map[string]string{"SHA256:own": r.link(own), "SHA256:stolen": r.link(schema.Actor{User: alice, Channel: schema.ChannelSSH, Key: "SHA256:stolen"})}
	ends, stays := r.follow(browsers["stolen"]), r.follow(browsers["own"])
	removed := must[schema.RemovedKey](t)(r.room.Accounts.RemoveKey(t.Context(), own, "", "SHA256:stolen"))
	if removed.Ended != (schema.Ended{Sessions: 1, Links: 1}) {
		t.Errorf("ended %+v", removed.Ended)
	}
	if _, err := io.ReadAll(ends); err != nil { // until its end
		t.Errorf("the stream: %v", err)
	}
	browsers["stolen"].mustSee(t, r.path, http.StatusUnauthorized)
	browsers["stolen"].mustSee(t, r.path+"/-/events", http.StatusUnauthorized)
	browsers["own"].mustSee(t, r.path, http.StatusOK)
	browsers["operator"].mustSee(t, r.path, http.StatusOK)
	for key, want := range map[string]int{"SHA256:stolen": http.StatusUnprocessableEntity, "SHA256:own": http.StatusSeeOther} {
		if got := r.visitor().post(unspent[key]); got.status != want {
			t.Errorf("link of %s: status %d, want %d", key, got.status, want)
		}
	}
	r.happen(&schema.GradedSubmission{Grading: schema.Grading{Job: r.job}}, schema.Event{Kind: schema.EventLine, Text: "still watched"})
	for line := ""; !strings.Contains(line, "still watched"); {
		if line = must[string](t)(stays.ReadString('\n')); line == "" {
			t.Fatal("the other key's stream ended")
		}
	}
}

// TestDisabledAccountIsSignedOut ends every session, whichever key or operator created it.
func TestDisabledAccountIsSignedOut(t *testing.T) {
	t.Parallel()
	r, browsers := newRevocable(t)
	stream := r.follow(browsers["operator"])
	ended := must[schema.Ended](t)(r.room.Accounts.SetDisabled(t.Context(), schema.Operator(), "alice", true))
	if ended.Sessions != 3 {
		t.Errorf("ended %+v", ended)
	}
	if _, err := io.ReadAll(stream); err != nil {
		t.Errorf("the stream: %v", err)
	}
	for _, b := range browsers {
		b.mustSee(t, r.path, http.StatusUnauthorized)
	}
}

// TestSignOutEverywhere signs alice out everywhere, at her own request.
func TestSignOutEverywhere(t *testing.T) {
	t.Parallel()
	r, browsers := newRevocable(t)
	stream := r.follow(browsers["own"])
	alice := must[schema.User](t)(r.ledger.UserByLogin(t.Context(), "alice"))
	must[schema.Ended](t)(r.room.Accounts.SignOut(t.Context(), schema.Actor{User: alice, Channel: schema.ChannelWeb}, ""))
	if _, err := io.ReadAll(stream); err != nil {
		t.Errorf("the stream: %v", err)
	}
	for _, b := range browsers {
		b.mustSee(t, r.path, http.StatusUnauthorized)
	}
}

// TestUnenrolEndsStreams ends the streams of a person, who stays signed in.
func TestUnenrolEndsStreams(t *testing.T) {
	t.Parallel()
	r, browsers := newRevocable(t)
	stream := r.follow(browsers["own"])
	if err := r.room.Courses.Unenrol(t.Context(), schema.Operator(), "comp2402", "alice"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(stream); err != nil {
		t.Errorf("the stream: %v", err)
	}
	browsers["own"].mustSee(t, r.path, http.StatusNotFound)
	browsers["own"].mustSee(t, "/", http.StatusOK)
}

// TestDemotionEndsStreams makes an instructor a TA. Her stream ends, and she stays signed in.
func TestDemotionEndsStreams(t *testing.T) {
	t.Parallel()
	r, browsers := newRevocable(t)
	ines := r.visitor()
	if got := ines.post("/" + must[actions.Link](t)(r.room.Accounts.SignInLink(t.Context(), schema.Operator(), "ines")).Path()); got.status != http.StatusSeeOther {
		t.Fatalf("sign in: status %d: %s", got.status, got.body)
	}
	ends, stays := r.follow(ines), r.follow(browsers["own"])
	if err := r.room.Courses.Enrol(t.Context(), schema.Operator(), "comp2402", "ines", schema.RoleTA); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(ends); err != nil {
		t.Errorf("the stream: %v", err)
	}
	ines.mustSee(t, r.path, http.StatusOK)
	r.happen(&schema.GradedSubmission{Grading: schema.Grading{Job: r.job}}, schema.Event{Kind: schema.EventLine, Text: "still watched"})
	for line := ""; !strings.Contains(line, "still watched"); {
		if line = must[string](t)(stays.ReadString('\n')); line == "" {
			t.Fatal("the student's stream ended")
		}
	}
}
