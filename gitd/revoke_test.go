package gitd_test

import (
	"io"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"github.com/grader/grader/gitd"
	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/schema"
)

// secondKey gives a person a second active key, which has its own name in the bundle.
func (b *bundle) secondKey(login, name string) schema.Key {
	b.t.Helper()
	user, err := b.store.UserByLogin(b.t.Context(), login)
	check(b.t, err)
	key := b.newKey(name)
	check(b.t, b.store.AddKeys(b.t.Context(), schema.Operator(), user, key))
	return key
}

// refusesSessions fails the test unless the connection is closed, or opens no session.
func refusesSessions(t *testing.T, c *gossh.Client) {
	t.Helper()
	if s, err := c.NewSession(); err == nil {
		if out, err := s.CombinedOutput("whoami"); err == nil {
			t.Errorf("a session was opened, and said %q", out)
		}
	}
}

// TestRemovedKeyClosesConnections removes a stolen key. An open connection of such a key could once still create
// sign-in links.
func TestRemovedKeyClosesConnections(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	stolen := b.secondKey("alice", "stolen")
	open, own := b.dial(t, "stolen"), b.dial(t, "alice")
	waits := b.raw(t, "stolen", "keys add") // the command waits for a key on standard input
	b.ssh("alice", "keys", "remove", stolen.Fingerprint).says(t, "removed "+stolen.Fingerprint, "0 browser sessions, 0 sign-in links, 0 codes and 0 API tokens")
	if err := waits.Wait(); err == nil || !strings.Contains(waits.err.String(), "grader: this session was ended: the key "+stolen.Fingerprint+" was removed") {
		t.Errorf("%v: %q", err, waits.err)
	}
	refusesSessions(t, open)
	if err := open.Wait(); err == nil {
		t.Error("the connection ended in order")
	}
	session, err := own.NewSession()
	check(t, err)
	if out, err := session.CombinedOutput("whoami"); err != nil || !strings.Contains(string(out), "login  alice") {
		t.Errorf("the other key's connection: %v: %s", err, out)
	}
	b.ssh("stolen", "whoami").says(t, "is not registered here")
}

// TestRemoveKeyInUse removes the key of its own connection, which ends after the reply.
func TestRemoveKeyInUse(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	own := b.secondKey("alice", "laptop")
	r := b.raw(t, "laptop", "keys remove "+own.Fingerprint)
	out, err := io.ReadAll(r.out)
	if check(t, err); !strings.Contains(string(out), "removed "+own.Fingerprint) {
		t.Errorf("it said %q, %q", out, r.err)
	}
	check(t, r.Wait())
}

// TestRemovedKeyAbortsPush removes the key while the server receives its pack.
func TestRemovedKeyAbortsPush(t *testing.T) {
	t.Parallel()
	opened := make(openings, 4)
	b := newBundle(t, func(b *bundle) { b.ledger = opened.of(b.ledger) })
	b.publish(assignmentYAML)
	<-opened // the push of the tests
	stolen := b.secondKey("alice", "stolen")
	r := b.raw(t, "stolen", "git-receive-pack 'comp1/a1'")
	r.advertised(t)
	_, err := r.in.Write(append(listOf(pktline.Zero+" "+one+" refs/heads/main"+banded), "PACK\x00\x00\x00\x02"...))
	check(t, err)
	<-opened
	b.ssh("alice", "keys", "remove", stolen.Fingerprint).says(t, "removed")
	said, _ := io.ReadAll(r.out)
	if !strings.Contains(string(said), "this session was ended: the key\n  "+stolen.Fingerprint+" was removed.") || !strings.Contains(string(said), "Nothing was counted.") {
		t.Errorf("said %q", said)
	}
	if all := b.submissions("alice"); len(all) != 0 {
		t.Errorf("it was counted: %v", all)
	}
}

func TestDisabledAccountIsRefused(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	open := b.dial(t, "alice")
	_, err := b.room.Accounts.SetDisabled(t.Context(), schema.Operator(), "alice", true)
	check(t, err)
	if err := open.Wait(); err == nil {
		t.Error("the connection ended in order")
	}
	r := b.ssh("alice", "whoami")
	if r.says(t, "grader: the account alice is disabled; ask the staff of your course"); r.status == 0 {
		t.Error("status 0")
	}
	_, err = b.room.Accounts.SetDisabled(t.Context(), schema.Operator(), "alice", false)
	check(t, err)
	b.ssh("alice", "whoami").says(t, "login  alice")
}

// TestUnenrolEndsCourseSessions makes alice watch in two courses, and ends her enrolment in one.
func TestUnenrolEndsCourseSessions(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	other, err := b.store.AddCourse(t.Context(), schema.Operator(), schema.Course{Code: "comp2", Title: "Second course", Zone: "UTC", Flavour: "standard"})
	check(t, err)
	for login, role := range map[string]schema.Role{"alice": schema.RoleStudent, "ida": schema.RoleInstructor} {
		user, err := b.store.UserByLogin(t.Context(), login)
		check(t, err)
		check(t, b.store.Enrol(t.Context(), schema.Operator(), other, user, role))
	}
	b.tree("ida", "tests2", "comp2/a1/tests", map[string]string{"assignment.yaml": assignmentYAML, "starter/hello.c": ""})
	b.push("ida", "tests2").says(t, "active")
	b.queue.hold(true)
	for _, course := range []string{"comp1", "comp2"} {
		b.tree("alice", course, course+"/a1", map[string]string{"hello.c": course})
		b.push("alice", course, "-o", "nowait", "grader", "main").says(t, "submission 1")
	}
	ends, stays := b.live(t, "alice", "comp1", "grader", "main"), b.live(t, "alice", "comp2", "grader", "main")
	ends.until("submission 1")
	stays.until("submission 1")
	ida, err := b.store.UserByLogin(t.Context(), "ida")
	check(t, err)
	by := schema.Actor{User: ida, Channel: schema.ChannelWeb}
	check(t, b.room.Courses.Unenrol(t.Context(), by, "comp1", "alice"))
	ends.until("this session was ended: the enrolment in comp1 has ended; the grading goes on.")
	ends.rest()
	b.queue.hold(false)
	stays.until("2 / 2")
	if status := stays.rest(); status != 0 {
		t.Errorf("the push to the other course: status %d", status)
	}
	b.ssh("alice", "log", "comp1/a1").says(t, "comp1 is unknown, or you are not enrolled")
}

// joiner opens a connection of a client that proved an unknown key.
func (b *bundle) joiner(t *testing.T, key string) *gossh.Client {
	t.Helper()
	c, err := b.tryDialAs("join", key)
	check(t, err)
	t.Cleanup(func() { _ = c.Close() }) // the server may have closed it
	return c
}

// TestJoinFlood opens connections of strangers who proved a throw-away key as the user join. Such connections could
// once use up all that are allowed.
func TestJoinFlood(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(b *bundle) { b.limits = gitd.Limits{Connections: 12, Strangers: 4} })
	b.newKey("throwaway")
	var all []*gossh.Client
	for range 15 {
		all = append(all, b.joiner(t, "throwaway"))
	}
	for _, c := range all[:11] {
		if err := c.Wait(); err == nil {
			t.Error("a connection ended in order")
		}
	}
	for range 4 { // from the address of the strangers that are still connected
		b.ssh("alice", "whoami").says(t, "login  alice")
	}
}

// TestSilentConnectionFlood is like TestJoinFlood, but the clients prove no key and do not reach the limit for one
// address.
func TestSilentConnectionFlood(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(b *bundle) { b.limits = gitd.Limits{Connections: 6, Strangers: 100} })
	for range 12 {
		b.connect(t)
	}
	b.ssh("alice", "whoami").says(t, "login  alice")
}

// TestConnectionsPerAccount opens as many connections as an account may have. The next one reads the limit.
func TestConnectionsPerAccount(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(b *bundle) { b.limits = gitd.Limits{Connections: 6, UserSessions: 2} })
	for range 4 {
		b.dial(t, "bob")
	}
	r := b.ssh("bob", "whoami")
	if r.says(t, "grader: you have 4 connections open; close some and try again"); r.status == 0 {
		t.Error("status 0")
	}
	b.ssh("alice", "whoami").says(t, "login  alice")
}

// TestJoinTimeout checks the time limit of a person who proved an unknown key.
func TestJoinTimeout(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(b *bundle) { b.limits = gitd.Limits{Join: 1} })
	b.newKey("throwaway")
	c, err := b.tryDialAs("join", "throwaway")
	if err == nil {
		err = c.Wait()
	}
	if err == nil {
		t.Error("the connection ended in order")
	}
}

// TestCodeBoundToKey follows the advice of the refusal.
func TestCodeBoundToKey(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.newKey("mine")
	b.newKey("other")
	public := b.public("mine")
	code := codeIn(t, b.sshAs("grader", "alice", public, "keys", "add").out)
	r := b.sshAs("join", "other", "", code)
	if r.says(t, "that code is for the key "+b.fingerprint("mine"), "you came with "+b.fingerprint("other"), "with -o IdentitiesOnly=yes -i FILE"); r.status == 0 {
		t.Error("status 0")
	}
	b.ssh("other", "whoami").says(t, "is not registered here")
	host, port, _ := strings.Cut(b.address, ":")
	advised := append([]string{"-o", "IdentitiesOnly=yes", "-i", b.keyPath("mine")}, b.sshOptions("mine")...)
	run(t, command("ssh", append(advised, "-p", port, "join@"+host, code)...)).says(t, "Welcome, Alice.")
	b.ssh("mine", "whoami").says(t, "login  alice")
}
