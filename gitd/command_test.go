package gitd_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

func TestCommandsOfAStudent(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.push("alice", "w").says(t, "submission 1")
	tests := map[string]struct {
		args   []string
		status int
		want   []string
	}{
		"greeting":           {nil, 0, []string{"Hello, Alice.", "comp1  First course (student)", "comp1/a1", "no due date; submission 1 counts: 2 / 2", "whoami", "git push grader main"}},
		"whoami":             {[]string{"whoami"}, 0, []string{"login  alice", "key    SHA256:"}},
		"status":             {[]string{"status", "comp1/a1"}, 0, []string{"comp1/a1", "submission 1 counts: 2 / 2"}},
		"status elsewhere":   {[]string{"status", "comp9"}, 1, []string{"grader: comp9 is unknown, or you are not enrolled"}},
		"status of nothing":  {[]string{"status", "comp1/a9"}, 1, []string{"grader: there is no assignment comp1/a9 yet"}},
		"log":                {[]string{"log", "comp1/a1"}, 0, []string{"comp1/a1/alice/1", "2 / 2"}},
		"log of one":         {[]string{"log", "comp1/a1/1"}, 0, []string{"submission 1", "pass  2/2  greets", "receipt "}},
		"log of another's":   {[]string{"log", "comp1/a1/bob/1"}, 1, []string{"grader: there is no submission comp1/a1/bob/1"}},
		"watch":              {[]string{"watch", "comp1/a1"}, 0, []string{"submission 1", "2 / 2"}},
		"watch nothing":      {[]string{"watch", "comp1/a1/7"}, 1, []string{"grader: there is no submission comp1/a1/alice/7"}},
		"rerun without n":    {[]string{"rerun", "comp1/a1"}, 2, []string{"use: rerun COURSE/ASSIGNMENT/N"}},
		"help":               {[]string{"help"}, 0, []string{"Commands, as in: ssh -p ", "watch COURSE/ASSIGNMENT[/N]"}},
		"login":              {[]string{"login"}, 0, []string{"https://grader.test/-/login/", "within 10 minutes"}},
		"too many arguments": {[]string{"whoami", "now"}, 2, []string{"grader: use: whoami"}},
		"another's receipt":  {[]string{"receipt", "comp1/a1/bob/1"}, 1, []string{"grader: there is no submission comp1/a1/bob/1"}},
		"receipt of nothing": {[]string{"receipt", "comp1/a1/7"}, 1, []string{"grader: there is no submission comp1/a1/alice/7"}},
		"receipt of a name":  {[]string{"receipt", "comp1"}, 2, []string{`grader: "comp1" is not a submission`}},
		"verify":             {[]string{"verify", "comp1/a1/1"}, 2, []string{"grader: receipts are checked on your own machine: grader verify FILE --key KEY"}},
		"a shell's command":  {[]string{"ls", "-l"}, 2, []string{`grader: there is no command "ls", and no shell; try help`}},
		"scp":                {[]string{"scp", "-t", "x"}, 2, []string{"push them with git"}},
		"open quotes":        {[]string{"log 'comp1/a1"}, 2, []string{"grader: the command's quotes do not match"}},
		"an archive":         {[]string{"git-upload-archive 'comp1/a1'"}, 2, []string{"archives are not served"}},
		"pack of no path":    {[]string{"git-receive-pack"}, 2, []string{"use: git-receive-pack"}},
	}
	for name, test := range tests {
		r := b.ssh("alice", test.args...)
		if r.status != test.status {
			t.Errorf("%s: status %d, not %d", name, r.status, test.status)
		}
		r.says(t, test.want...)
	}
}

func TestRerunPermission(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.push("alice", "w").says(t, "submission 1")
	r := b.ssh("ida", "rerun", "comp1/a1/alice/1")
	r.says(t, "comp1/a1/alice/1 is graded again; see: watch comp1/a1/alice/1")
	b.ssh("ida", "watch", "comp1/a1/alice/1").says(t, "submission 1", "2 / 2")
}

// TestDamagedResultIsGradedAgain follows the advice in the message about a stored result that cannot be read.
func TestDamagedResultIsGradedAgain(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.push("alice", "w").says(t, "submission 1")
	db, err := sql.Open("sqlite", filepath.Join(b.dir, "grader.db")+"?_busy_timeout=5000")
	check(t, err)
	defer func() { check(t, db.Close()) }()
	_, err = db.ExecContext(t.Context(), `UPDATE results SET body = '{"tests": 7}' WHERE job_id = (SELECT done_job_id FROM submissions)`)
	check(t, err)
	_, err = db.ExecContext(t.Context(), `UPDATE summaries SET body = '{"tests": 7}' WHERE job_id = (SELECT done_job_id FROM submissions)`)
	check(t, err)
	b.ssh("alice", "log", "comp1/a1").says(t, "comp1/a1/alice/1")
	for _, login := range []string{"alice", "ida"} {
		r := b.ssh(login, "watch", "comp1/a1/alice/1")
		r.says(t, "the stored result cannot be read", "the staff of the course", "rerun comp1/a1/alice/1")
		if strings.Contains(r.all(), "0 / 0") {
			t.Errorf("%s reads points: %s", login, r.all())
		}
	}
	b.ssh("alice", "rerun", "comp1/a1/alice/1").says(t, "ask the staff")
	b.ssh("ida", "rerun", "comp1/a1/alice/1").says(t, "comp1/a1/alice/1 is graded again")
	b.ssh("alice", "watch", "comp1/a1/alice/1").says(t, "2 / 2")
}

func TestUnknownKeyGetsRegistrationAdvice(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	key := b.newKey("fresh")
	host, port, _ := strings.Cut(b.address, ":")
	register := "ssh -p " + port + " join@" + host + " CODE"
	b.tree("fresh", "w", "comp1/a1", map[string]string{"hello.c": ""})
	r := b.push("fresh", "w")
	if r.status == 0 {
		t.Error("status 0")
	}
	r.says(t, "grader: the key "+key.Fingerprint+" is not registered here.", register)

	if r := b.sshAs("join", "fresh", "", "AAAA-BBBB-CCCC-DDDD"); r.status == 0 {
		t.Errorf("joined by a wrong code: %s", r.all())
	} else {
		r.says(t, "grader: that code is unknown")
	}
	b.sshAs("join", "fresh", "").says(t, "use: ssh -p "+port)
	alice, err := b.store.UserByKey(t.Context(), b.fingerprint("alice"))
	check(t, err)
	code, err := b.store.NewCode(t.Context(), schema.Operator(), alice, "", time.Now().Add(time.Hour))
	check(t, err)
	b.sshAs("join", "fresh", "", code).says(t, "Welcome, Alice. The key "+key.Fingerprint+" is yours now.")
	b.ssh("fresh", "whoami").says(t, "login  alice")
	b.sshAs("join", "fresh", "", code).says(t, "used already")
}

// codeIn returns the one-time code in a command's output.
func codeIn(t *testing.T, text string) string {
	t.Helper()
	code := regexp.MustCompile(`join@\S+ (\S+)`).FindStringSubmatch(text)
	if code == nil {
		t.Fatalf("no code in %q", text)
	}
	return code[1]
}

// TestAddedKeyIsPendingUntilItJoins checks that an added key identifies nobody until its owner proves it.
func TestAddedKeyIsPendingUntilItJoins(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	key := b.newKey("laptop")
	public, err := os.ReadFile(b.keyPath("laptop") + ".pub")
	check(t, err)
	added := b.sshAs("grader", "alice", string(public), "keys", "add")
	added.says(t, "added "+key.Fingerprint+", pending", "join@")
	b.ssh("laptop", "whoami").says(t, "is not registered here")
	b.ssh("alice", "keys").says(t, key.Fingerprint+"  pending  never used")
	b.sshAs("join", "laptop", "", codeIn(t, added.out)).says(t, "Welcome, Alice.")
	b.ssh("laptop", "keys", "list").says(t, key.Fingerprint+"  active  in use now")
	b.ssh("alice", "keys", "expire", key.Fingerprint, "2999-12-31").says(t, key.Fingerprint+" expires after 2999-12-31")
	b.ssh("alice", "keys").says(t, "expires after 2999-12-31")
	b.ssh("alice", "keys", "expire", key.Fingerprint, "2020-01-01").says(t, "2020-01-01 is past; to end a key now, remove it: keys remove FINGERPRINT")
	b.ssh("alice", "keys", "expire", key.Fingerprint, "never").says(t, key.Fingerprint+" does not expire")
	b.ssh("alice", "keys", "remove", key.Fingerprint).says(t, "removed "+key.Fingerprint)
	b.ssh("laptop", "whoami").says(t, "is not registered here")
	b.ssh("alice", "keys", "remove", b.fingerprint("alice")).says(t, "is your last active key")
	b.sshAs("grader", "alice", "nonsense", "keys", "add").says(t, "this is not a public key")
}

// TestCompanionKeyIsAnsweredOnce checks that an unknown key beside a registered one is answered once, and not at each
// push.
func TestCompanionKeyIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.newKey("other")
	host, port, _ := strings.Cut(b.address, ":")
	for i, want := range []bool{true, false} {
		args := append([]string{"-i", b.keyPath("other")}, b.sshOptions("alice")...)
		r := run(t, command("ssh", append(args, "-p", port, "grader@"+host, "whoami")...))
		r.says(t, "login  alice")
		if got := strings.Contains(r.err, "is not registered"); got != want {
			t.Errorf("time %d: banner %v, want %v", i+1, got, want)
		}
	}
}

func TestNoForwarding(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	host, port, _ := strings.Cut(b.address, ":")
	args := append(b.sshOptions("alice"), "-p", port, "-W", "127.0.0.1:1", "grader@"+host)
	r := run(t, command("ssh", args...))
	if r.status == 0 {
		t.Error("forwarded")
	}
	r.says(t, "sessions only: no forwarding")
}

// TestStaffAreToldWhatIsWrong checks that staff see problems in the greeting and in status. Students read only that
// "the staff has been told", and do not see the problems there.
func TestStaffAreToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.queue.hold(true)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.push("alice", "w", "-o", "nowait", "grader", "main")
	b.queue.mu.Lock()
	b.queue.stalls = map[string]schema.Stall{"standard": {Missing: true}}
	b.queue.mu.Unlock()
	for _, command := range [][]string{nil, {"status"}, {"status", "comp1"}} {
		if said := b.ssh("tina", command...).all(); !strings.Contains(said, "! 1 job waits for runners of flavour standard, which is not in the server's configuration") {
			t.Errorf("%q tells the staff:\n%s", command, said)
		}
		if said := b.ssh("alice", command...).all(); strings.Contains(said, "configuration") {
			t.Errorf("%q tells a student:\n%s", command, said)
		}
	}
}
