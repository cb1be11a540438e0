package command

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grader/grader/classroom/tables"
)

// operating runs commands as an operator on a data directory without a server.
type operating struct {
	t    *testing.T
	data string
}

// admin runs one command and returns its output.
func (o operating) admin(words ...string) string {
	o.t.Helper()
	var out, problem bytes.Buffer
	if status := run(append([]string{"grader", "admin", "--data", o.data}, words...), nil, &out, &problem); status != 0 {
		o.t.Fatalf("%q: status %d: %s", words, status, problem.String())
	}
	return out.String()
}

// refused runs a command and checks that it fails with the status and the message.
func (o operating) refused(status int, says string, words ...string) {
	o.t.Helper()
	var out, problem bytes.Buffer
	if got := run(append([]string{"grader", "admin", "--data", o.data}, words...), nil, &out, &problem); got != status || !strings.Contains(problem.String(), says) {
		o.t.Errorf("%q: status %d, said %q; want %d and %q", words, got, problem.String(), status, says)
	}
}

// read runs a command with --json and decodes its output.
func read[T any](o operating, words ...string) T {
	o.t.Helper()
	var v T
	dec := json.NewDecoder(strings.NewReader(o.admin(append(words, "--json")...)))
	dec.DisallowUnknownFields()
	must(o.t, dec.Decode(&v))
	return v
}

const (
	laptopKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHJn91OIGh6DmjqUNPRT+s195FmvBpKS17vV/N1b9g/a alice@laptop\n"
)

func TestAccountsFromTheTerminal(t *testing.T) {
	t.Parallel()
	o := operating{t, filepath.Join(t.TempDir(), "data")}
	file := filepath.Join(t.TempDir(), "alice.pub")
	must(t, os.WriteFile(file, []byte(laptopKey), 0o600))
	o.admin("user", "add", "alice", "--name", "Alice")
	added := read[[]publicKey](o, "key", "add", "alice", file)
	if len(added) != 1 || !added[0].Active || added[0].Comment != "alice@laptop" {
		t.Fatalf("added %+v", added)
	}
	if listed := read[[]publicKey](o, "key", "list", "alice"); len(listed) != 1 || listed[0].Fingerprint != added[0].Fingerprint {
		t.Errorf("listed %+v", listed)
	}
	if code := strings.TrimSpace(o.admin("user", "code", "alice")); len(code) != 19 {
		t.Errorf("code %q", code)
	}
	if code := read[map[string]string](o, "user", "code", "alice", "--key", file); code["key"] != added[0].Fingerprint || code["login"] != "alice" || code["code"] == "" || code["expires"] == "" {
		t.Errorf("code %q", code)
	}
	removed := read[publicRemoval](o, "key", "remove", "alice", added[0].Fingerprint)
	if removed.Fingerprint != added[0].Fingerprint || removed.Ended.Codes != 1 || len(removed.Added) != 0 {
		t.Errorf("removed %+v", removed)
	}
	if said := o.admin("user", "disable", "alice"); said != "ended: 0 browser sessions, 0 sign-in links, 1 code and 0 API tokens\n" {
		t.Errorf("it says %q", said)
	}
	if users := read[[]tables.User](o, "user", "list"); len(users) != 1 || !users[0].Disabled {
		t.Errorf("users %+v", users)
	}
	o.refused(1, "alice is disabled", "user", "code", "alice")
	o.admin("user", "enable", "alice")
	o.admin("user", "sign-out", "alice")
	o.refused(1, `no account "nobody"`, "user", "code", "nobody")
	o.refused(1, "alice has no key SHA256:x", "key", "remove", "alice", "SHA256:x")
	o.refused(2, "no such file", "key", "add", "alice", file+".not")
	must(t, os.WriteFile(file, nil, 0o600))
	o.refused(2, "is empty", "key", "add", "alice", file)
	o.refused(2, "is empty", "user", "code", "alice", "--key", file)

	var actions []string
	for _, e := range read[[]tables.Entry](o, "audit", "--subject", "alice", "--actor", "operator", "--since", "1h") {
		if e.Channel != "admin" || e.Actor != "operator" || e.At.IsZero() {
			t.Errorf("entry %+v", e)
		}
		actions = append(actions, e.Action)
	}
	want := "user.sign-out user.enable user.disable key.remove user.code user.code key.add user.add"
	if got := strings.Join(actions, " "); got != want {
		t.Errorf("the audit log has %q, want %q", got, want)
	}
	if said := o.admin("audit", "--action", "user.disable"); !strings.Contains(said, "operator     admin  user.disable      alice: enabled → disabled\n") {
		t.Errorf("it says %q", said)
	}
	o.refused(2, "use 1 to 10000", "audit", "--limit", "0")
}

func TestRosterFromTheTerminal(t *testing.T) {
	t.Parallel()
	o := operating{t, filepath.Join(t.TempDir(), "data")}
	o.admin("course", "add", "comp2402", "--title", "T")
	for _, login := range []string{"alice", "ida"} {
		o.admin("user", "add", login)
	}
	o.admin("enrol", "comp2402", "alice", "--role", "student")
	o.admin("enrol", "comp2402", "ida", "--role", "instructor")
	roster := read[[]tables.Enrolment](o, "roster", "comp2402")
	if len(roster) != 2 || roster[0].Login != "alice" || roster[0].Role != "student" || roster[1].Role != "instructor" {
		t.Errorf("roster %+v", roster)
	}
	o.admin("unenrol", "comp2402", "alice")
	o.refused(1, "alice is not enrolled in comp2402", "unenrol", "comp2402", "alice")
	if said := o.admin("roster", "comp2402"); said != "ida                  instructor \n" {
		t.Errorf("roster %q", said)
	}
	log := read[[]tables.Entry](o, "audit", "--course", "comp2402", "--limit", "1")
	if len(log) != 1 || log[0].Action != "course.unenrol" || log[0].Subject != "alice" || log[0].Before != "student" {
		t.Errorf("audit log %+v", log)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	o.admin("copy-database", copied)
	o.refused(1, "is there already; name a new file", "copy-database", copied)
	must(t, os.MkdirAll(filepath.Join(o.data, "2"), 0o700))
	must(t, os.Rename(copied, filepath.Join(o.data, "2", "grader.db")))
	again := operating{t, filepath.Join(o.data, "2")}
	if roster := read[[]tables.Enrolment](again, "roster", "comp2402"); len(roster) != 1 || roster[0].Login != "ida" {
		t.Errorf("roster of the copy %+v", roster)
	}
}
