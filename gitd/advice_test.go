package gitd_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/schema"
)

// adviceYAML has a rule of every kind.
const adviceYAML = `title: "A1: Advice"
starter: starter/
files:
  required: [hello.c]
  forbidden: ["*.o"]
submissions: {max_files: 8, max_size: 1MiB}
tests:
  - {name: greets, run: [./hello], stdout: "hi\n", points: 2}
`

// advice is one refused push. A shell runs the commands of its advice in the work tree, word for
// word. If the advice has no commands, the same push is made again, unless nothing helps.
type advice struct {
	name string
	code string // the expected code of the rule
	says string // part of the refusal

	yaml   string         // the tests; "" means adviceYAML
	change func(*bundle)  // configures the server
	refuse func(*student) // makes the refused push
	soon   func(*student) // ends a temporary reason before the push is made again
	final  string         // why no advice helps
	staff  bool           // a push to …/tests
}

// student is a person who pushes to their own assignment.
type student struct {
	*bundle
	t                *testing.T
	login, dir, path string
	said             string
}

func (s *student) git(args ...string) string { s.t.Helper(); return s.mustGit(s.login, s.dir, args...) }

// write writes a file of the work tree.
func (s *student) write(name, content string) {
	s.t.Helper()
	path := filepath.Join(s.bundle.dir, s.dir, name)
	check(s.t, os.MkdirAll(filepath.Dir(path), 0o700))
	check(s.t, os.WriteFile(path, []byte(content), 0o600))
}

func (s *student) add(name, content string) {
	s.t.Helper()
	s.write(name, content)
	s.git("add", "-A", "-f")
	s.git("commit", "-q", "--allow-empty", "-m", "add a file")
}

// push pushes and records the output.
func (s *student) push(args ...string) result {
	s.t.Helper()
	if len(args) == 0 {
		args = []string{"grader", "HEAD:main"}
	}
	r := s.bundle.push(s.login, s.dir, args...)
	s.said = r.all()
	return r
}

// accepted makes a push that must be accepted.
func (s *student) accepted(args ...string) {
	s.t.Helper()
	if r := s.push(args...); r.status != 0 {
		s.t.Fatalf("status %d:\n%s", r.status, r.all())
	}
}

func (s *student) shell(script string) result {
	cmd := s.bundle.git(s.login, s.dir)
	shell := exec.Command("sh", "-e", "-c", script)
	shell.Dir, shell.Env = cmd.Dir, cmd.Env
	return run(s.t, shell)
}

// noise returns text that cannot be compressed.
func noise(bytes int) string {
	b := make([]byte, bytes)
	r := rand.New(rand.NewSource(int64(bytes)))
	_, _ = r.Read(b) // never fails
	return string(b)
}

// commands returns the commands in a refusal.
func commands(said string) []string {
	var all []string
	for line := range strings.Lines(said) {
		if c, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "remote:     "); ok {
			all = append(all, c)
		}
	}
	return all
}

func TestAdviceOfEveryRefusal(t *testing.T) {
	t.Parallel()
	rows := append(listAdvice(), append(transientAdvice(), append(gitAdvice(), treeAdvice()...)...)...)
	seen := map[string]bool{}
	for _, row := range rows {
		seen[row.code] = true
	}
	for _, code := range append(codesIn(t, ".", "refusalCode"), codesIn(t, "../course", "FindingCode")...) {
		if !seen[code] {
			t.Errorf("no row follows the advice of refusal %q", code)
		}
	}
	b := newBundle(t)
	for i, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if row.refuse == nil && row.final != "" {
				t.Skip(row.final)
			}
			own := b
			if row.change != nil {
				own = newBundle(t, row.change)
			}
			follow(t, own, row, fmt.Sprintf("a%d", i))
		})
	}
}

// follow makes the refused push of a row, and then follows the refusal's advice.
func follow(t *testing.T, b *bundle, row advice, assignment string) {
	s := &student{bundle: b, t: t, login: "s" + assignment, dir: "work-" + assignment, path: "comp1/" + assignment}
	role := schema.RoleStudent
	if row.staff {
		role, s.path = schema.RoleInstructor, s.path+"/tests"
	}
	b.addUser(s.login, role)
	if !row.staff {
		yaml := row.yaml
		if yaml == "" {
			yaml = adviceYAML
		}
		tests := "tests-" + assignment
		b.tree("ida", tests, s.path+"/tests", map[string]string{"assignment.yaml": yaml, "starter/hello.c": "/* start here */\n"})
		if r := b.push("ida", tests); r.status != 0 {
			t.Fatalf("tests push: status %d\n%s", r.status, r.all())
		}
	}
	b.tree(s.login, s.dir, s.path, map[string]string{"hello.c": "int main(void) { return 0; }\n"})
	row.refuse(s)
	refused := s.said
	if !strings.Contains(b.logs.String(), "login="+s.login+" repository=") || !loggedCode(b.logs.String(), s.login, row.code) {
		t.Fatalf("the server did not log a refusal %q:\n%s", row.code, refused)
	}
	result{err: refused}.says(t, row.says, "Nothing was counted.")
	advised := commands(refused)
	switch {
	case row.final != "":
		if len(advised) > 0 {
			t.Errorf("%s, and yet it advises %q", row.final, advised)
		}
		return
	case len(advised) > 0:
		for _, line := range advised {
			t.Logf("$ %s", line)
		}
		if r := s.shell(strings.Join(advised, "\n")); r.status != 0 {
			t.Fatalf("the advice of\n%s\nfails with status %d:\n%s", refused, r.status, r.all())
		}
	default:
		if unwrapped := strings.ReplaceAll(refused, "\nremote:  ", ""); !strings.Contains(unwrapped, "Push again") && row.soon == nil {
			t.Errorf("no advice in\n%s", refused)
		}
		if row.soon != nil {
			row.soon(s)
		}
		s.accepted()
	}
	s.handedIn()
}

// loggedCode reports whether a refusal of somebody's push was logged with a code.
func loggedCode(log, login, code string) bool {
	for line := range strings.Lines(log) {
		_, codes, _ := strings.Cut(strings.TrimSpace(line), " code=")
		if strings.Contains(line, "login="+login+" ") && strings.Contains(","+codes+",", ","+code+",") {
			return true
		}
	}
	return false
}

// handedIn fails the test unless the commit of the work tree's branch was recorded.
func (s *student) handedIn() {
	s.t.Helper()
	a, err := s.store.Assignment(s.t.Context(), "comp1", strings.Split(s.path, "/")[1])
	check(s.t, err)
	head := strings.TrimSpace(s.git("rev-parse", "HEAD"))
	if strings.HasSuffix(s.path, "/tests") {
		if a.Active == nil || a.Active.Commit != head {
			s.t.Errorf("%s is not the active version: %+v", head, a.Active)
		}
		return
	}
	if _, err := s.store.SubmissionByCommit(s.t.Context(), a.ID, s.login, head); err != nil {
		s.t.Errorf("%s was not handed in: %v", head, err)
	}
}

// codesIn returns the constants of a string type that a package's source declares.
func codesIn(t *testing.T, dir, name string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	check(t, err)
	var codes []string
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		check(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			of, named := spec.Type.(*ast.Ident)
			value, literal := spec.Values[0].(*ast.BasicLit)
			if named && literal && of.Name == name {
				code, err := strconv.Unquote(value.Value)
				check(t, err)
				codes = append(codes, code)
			}
			return true
		})
	}
	if len(codes) < 10 {
		t.Fatalf("%d codes of type %s in %s", len(codes), name, dir)
	}
	return codes
}

// listAdvice returns pushes that are refused because of their commands.
func listAdvice() []advice {
	soonDue := "due: " + time.Now().AddDate(0, 0, -3).Format("2006-01-02") + " 23:59\n"
	until := time.Now().AddDate(0, 0, 3).Format("2006-01-02") + " 23:59"
	return []advice{
		{name: "unknown option", code: "option", says: `push option "fast" is unknown`, refuse: func(s *student) { s.push("-o", "fast", "grader", "main") }},
		{name: "two branches", code: "several", says: "these are 2 refs", refuse: func(s *student) {
			s.git("branch", "dev")
			s.push("grader", "main", "dev")
		}},
		{name: "two branches that are not main", code: "several", says: "these are 2 refs", refuse: func(s *student) {
			s.git("branch", "-m", "master")
			s.git("branch", "dev")
			s.push("--all", "grader")
		}},
		{name: "everything", code: "several", says: "refs", refuse: func(s *student) {
			s.git("branch", "dev")
			s.git("update-ref", "refs/notes/commits", "HEAD")
			s.push("--mirror", "grader")
		}},
		{name: "master", code: "branch", says: "only the branch main is graded, and this is master", refuse: func(s *student) {
			s.git("branch", "-m", "master")
			s.push("grader", "master")
		}},
		{name: "branch to be quoted", code: "branch", says: "only the branch main is graded", refuse: func(s *student) {
			s.git("branch", "-m", "my-'$work'")
			s.push("grader", "my-'$work'")
		}},
		{name: "notes", code: "ref", says: "this is refs/notes/x", refuse: func(s *student) { s.push("grader", "HEAD:refs/notes/x") }},
		{name: "tag for a commit that is not here", code: "tag", says: "this is refs/tags/v1", refuse: func(s *student) {
			s.git("tag", "-a", "v1", "-m", "hand in")
			s.push("grader", "v1")
		}},
		{name: "tag for a commit beyond main", code: "tag", says: "this is refs/tags/v1", refuse: func(s *student) {
			s.accepted()
			s.add("more.c", "")
			s.git("tag", "v1")
			s.push("grader", "v1")
		}},
		{name: "deletion of main", code: "delete-main", says: "main cannot be deleted", refuse: func(s *student) {
			s.accepted()
			s.push("grader", ":main")
		}},
		{name: "deletion of a branch", code: "delete", says: "refs/heads/dev is not here", refuse: func(s *student) {
			s.said = s.sends("0000000000000000000000000000000000000000", "refs/heads/dev", pktline.Zero)
		}},
		{name: "closed", code: "terms", says: "is closed", yaml: soonDue + "late: {after_end: refuse}\n" + adviceYAML, refuse: func(s *student) { s.push() },
			final: "only the staff can help after the end"},
		{name: "closed, of a whole limit", code: "closed", final: "refused by the rule terms, which is tested here"},
		{name: "limit of submissions", code: "terms", says: "1 of 1 submissions to this assignment are used", final: "only the staff can help where all is used",
			yaml: strings.Replace(adviceYAML, "submissions: {", "submissions: {limit: {count: 1, per: assignment}, ", 1), refuse: func(s *student) {
				s.accepted()
				s.add("more.c", "")
				s.push()
			}},
		{name: "limit", code: "limit", final: "refused by the rule terms, which is tested here"},
		{name: "a team that changed", code: "team", final: "TestTeamChangeStopsPush follows it"},
		{name: "course.yaml", code: "confirm", final: "TestCourseFileChangingGradesNeedsConfirmation follows it"},
		{name: "no tries", code: "try", says: "takes no tries (submissions.try: false)", refuse: func(s *student) { s.push("grader", "HEAD:try") },
			yaml: strings.Replace(adviceYAML, "submissions: {", "submissions: {try: false, ", 1)},
		{name: "nothing to try", code: "try", says: "all are hidden for now", refuse: func(s *student) { s.push("grader", "HEAD:try") },
			yaml: strings.Replace(soonDue+adviceYAML, "points: 2}", "points: 2, visible: after_due}", 1)},
		{name: "late", code: "consent", says: "To hand in late, say so with -o late", refuse: func(s *student) { s.push() },
			yaml: soonDue + "late: {until: " + until + ", consent: true, penalty: {percent: 10, per: day}}\n" + adviceYAML},
	}
}

// sends makes a push of one command with an empty pack, byte by byte.
func (s *student) sends(old, ref, commit string) string {
	r := s.raw(s.t, s.login, "git-receive-pack '"+s.path+"'")
	r.advertised(s.t)
	return r.command(s.t, old, ref, commit)
}

// command sends a command list and reads the answer, in the form in which git shows it.
func (r *raw) command(t *testing.T, old, ref, commit string) string {
	t.Helper()
	_, err := r.in.Write(listOf(old + " " + commit + " " + ref + banded))
	check(t, err)
	if commit != pktline.Zero {
		_, err = r.in.Write([]byte("PACK\x00\x00\x00\x02\x00\x00\x00\x00\x02\x9d\x08\x82\x3b\xd8\xa8\xea\xb5\x10\xad\x6a\xc7\x5c\x82\x3c\xfd\x3e\xd3\x1e"))
		check(t, err)
	}
	check(t, r.in.Close())
	said, err := io.ReadAll(r.out)
	check(t, err)
	return shown(said)
}

// shown returns the progress of a side-band as git shows it.
func shown(said []byte) string {
	var b strings.Builder
	for in := bytes.NewReader(said); ; {
		payload, flush, err := pktline.Read(in, nil)
		if err != nil || flush {
			return b.String()
		}
		if len(payload) > 0 && payload[0] == pktline.BandProgress {
			for line := range strings.Lines(string(payload[1:])) {
				b.WriteString("remote: " + line)
			}
		}
	}
}

// transientAdvice returns pushes that are refused for a temporary reason.
func transientAdvice() []advice {
	return []advice{
		{name: "already there", code: "same", says: "already, by a push that came first", refuse: func(s *student) {
			r := s.raw(s.t, s.login, "git-receive-pack '"+s.path+"'")
			r.advertised(s.t)
			s.accepted()
			s.said = r.command(s.t, pktline.Zero, "refs/heads/main", strings.TrimSpace(s.git("rev-parse", "HEAD")))
		}},
		{name: "moved", code: "moved", says: "another push came first", refuse: func(s *student) {
			r := s.raw(s.t, s.login, "git-receive-pack '"+s.path+"'")
			r.advertised(s.t)
			s.accepted()
			s.git("commit", "-q", "--amend", "-m", "another history")
			s.said = r.command(s.t, pktline.Zero, "refs/heads/main", strings.TrimSpace(s.git("rev-parse", "HEAD")))
		}},
		{name: "busy", code: "busy", says: "another push to this repository is still coming in", change: func(b *bundle) { b.limits.Lock = 50 * time.Millisecond }, refuse: func(s *student) {
			a, err := s.store.Assignment(s.t.Context(), "comp1", strings.Split(s.path, "/")[1])
			check(s.t, err)
			row, err := s.store.EnsureRepository(s.t.Context(), schema.Repository{Kind: schema.RepositoryOwn, CourseID: a.Course.ID, AssignmentID: a.ID, Owner: s.login})
			check(s.t, err)
			lock, err := s.repos.Lock(s.t.Context(), row.ID)
			check(s.t, err)
			s.push()
			check(s.t, lock.Unlock())
		}},
		{name: "database that cannot be written", code: "unavailable", says: "the database cannot be written right now",
			change: func(b *bundle) { b.ledger = &brokenLedger{Ledger: b.ledger, recorded: make(chan struct{}, 10)} },
			refuse: func(s *student) {
				s.ledger.(*brokenLedger).opening.Store(true)
				s.push()
			},
			soon: func(s *student) { s.ledger.(*brokenLedger).opening.Store(false) }},
		{name: "pack that does not come", code: "pack-slow", says: "the pack did not come within 1s", change: func(b *bundle) { b.limits.Pack = time.Second }, refuse: func(s *student) {
			r := s.raw(s.t, s.login, "git-receive-pack '"+s.path+"'")
			r.advertised(s.t)
			_, err := r.in.Write(append(listOf(pktline.Zero+" "+one+" refs/heads/main"+banded), "PACK\x00\x00\x00\x02"...))
			check(s.t, err)
			said, _ := io.ReadAll(r.out) // the server may cut the connection
			s.said = shown(said)
		}},
		{name: "git that is too slow", code: "unpack-slow", says: "git could not store what was sent within 1ns", final: "how much is too much is not known",
			change: func(b *bundle) {}, refuse: func(s *student) {
				s.stop()
				s.limits.Unpack = time.Nanosecond
				s.start()
				s.git("remote", "set-url", "grader", s.url(s.path))
				s.push()
			}},
		{name: "stop", code: "stopping", final: "TestStopEndsAStalledPush and e2e's TestStopDuringThePack stop a server"},
		{name: "revoked", code: "revoked", final: "who may not push any more is not told how to (revoke_test.go)"},
		{name: "disagreement", code: "disagreement", final: "no client makes git and the server disagree"},
	}
}

// gitAdvice returns pushes that git itself does not store, or not in time.
func gitAdvice() []advice {
	small := func(b *bundle) {
		git, err := exec.LookPath("git")
		check(b.t, err)
		b.repos, err = repo.Open(repo.Options{Dir: filepath.Join(b.dir, "r"), Git: git, HookBinary: hookBinary, HookSocket: filepath.Join(b.dir, "hook"), MaxPack: 1 << 20})
		check(b.t, err)
	}
	large := noise(3 << 19) // 1.5 MiB
	huge := noise(6 << 20)
	versioned := noise(1<<10) + strings.Repeat("1,2,3\n", 50<<20/6)
	return []advice{
		{name: "large file in the commit", code: "history", says: "video.mp4 (1 MiB, in commit ", change: small, refuse: func(s *student) {
			s.add("video.mp4", large)
			s.push()
		}},
		{name: "large file in an earlier commit", code: "history", says: "A file that is removed in a later commit is still sent with the earlier commit", change: small, refuse: func(s *student) {
			s.add("video.mp4", large)
			s.git("rm", "-q", "video.mp4")
			s.git("commit", "-q", "-m", "remove it")
			s.push()
		}},
		{name: "large file on top of what was handed in", code: "history", says: "film/a b.mp4 (1 MiB, in commit ", change: small, refuse: func(s *student) {
			s.accepted()
			s.add("film/a b.mp4", large)
			s.add("more.c", "int x;\n")
			s.push()
		}},
		{name: "large file in another history", code: "history", says: "video.mp4 (1 MiB, in commit ", change: small, refuse: func(s *student) {
			s.accepted()
			s.git("commit", "-q", "--amend", "-m", "another history")
			s.add("video.mp4", large)
			s.push("--force", "grader", "main")
		}},
		{name: "more than is read", code: "pack-size", says: "more than 4 MiB would be sent, and at most 1 MiB are accepted", change: small, refuse: func(s *student) {
			s.add("a 'b/video.mp4", huge)
			s.push()
		}},
		{name: "more than is read in an earlier commit", code: "pack-size", says: "more than 4 MiB would be sent", change: small, refuse: func(s *student) {
			s.accepted()
			s.add("video.mp4", huge)
			s.git("rm", "-q", "video.mp4")
			s.git("commit", "-q", "-m", "remove it")
			s.push()
		}},
		{name: "a large file that was changed", code: "object-size", says: "several versions of a file of 50 MiB, and git can rebuild at most 48 MiB here", refuse: func(s *student) {
			s.add("data.csv", versioned)
			s.add("data.csv", versioned+"the end\n")
			s.push()
		}},
		{name: "a large file that was changed in earlier commits", code: "object-size", says: "several versions of a file of 50 MiB, and git can rebuild at most 48 MiB here", refuse: func(s *student) {
			s.accepted()
			s.add("data.csv", versioned)
			s.add("data.csv", versioned+"the end\n")
			s.git("rm", "-q", "data.csv")
			s.git("commit", "-q", "-m", "remove it")
			s.push()
		}},
		{name: "malformed tree in an earlier commit", code: "fsck", says: "It may be in an earlier commit: rewrite the history", refuse: func(s *student) {
			blob, err := hex.DecodeString(strings.TrimSpace(s.git("rev-parse", "HEAD:hello.c")))
			check(s.t, err)
			tree := s.object("tree", "100644 ..\x00"+string(blob)+"100644 hello.c\x00"+string(blob)+"100644 hello.c\x00"+string(blob))
			s.commitRaw("tree " + tree + "\nauthor a <a@x> 1 +0000\ncommitter a <a@x> 1 +0000\n\nbad\n")
			s.push()
		}},
		{name: "malformed commit", code: "fsck", says: "malformed (missingAuthor", refuse: func(s *student) {
			s.commitRaw("tree " + strings.TrimSpace(s.git("rev-parse", "HEAD^{tree}")) + "\ncommitter a <a@x> 1 +0000\n\nbad\n")
			s.push()
		}},
		{name: "malformed commit on top of what was handed in", code: "fsck", says: "malformed (missingAuthor", refuse: func(s *student) {
			s.accepted()
			s.commitRaw("tree " + strings.TrimSpace(s.git("rev-parse", "HEAD^{tree}")) + "\nparent " + strings.TrimSpace(s.git("rev-parse", "HEAD")) + "\ncommitter a <a@x> 1 +0000\n\nbad\n")
			s.push()
		}},
		{name: "shallow clone", code: "shallow", says: "your clone is shallow", refuse: func(s *student) {
			s.add("more.c", "")
			upstream := filepath.Join(s.bundle.dir, s.dir)
			s.dir += "-clone"
			check(s.t, os.Mkdir(filepath.Join(s.bundle.dir, s.dir), 0o700))
			s.git("clone", "-q", "--depth", "1", "file://"+upstream, ".")
			s.git("remote", "add", "grader", s.url(s.path))
			s.add("mine.c", "")
			s.push()
		}},
		{name: "shallow clone of another history", code: "shallow", says: "your clone is shallow", refuse: func(s *student) {
			s.accepted()
			s.git("init", "-q", "-b", "main", "../"+s.dir+"-upstream")
			for range 2 {
				s.git("-C", "../"+s.dir+"-upstream", "commit", "-q", "--allow-empty", "-m", "upstream")
			}
			upstream := filepath.Join(s.bundle.dir, s.dir+"-upstream")
			s.dir += "-clone"
			check(s.t, os.Mkdir(filepath.Join(s.bundle.dir, s.dir), 0o700))
			s.git("clone", "-q", "--depth", "1", "file://"+upstream, ".")
			s.git("remote", "add", "grader", s.url(s.path))
			s.add("hello.c", "")
			s.push()
		}},
		{name: "broken pack", code: "unpack", says: "git could not store what was sent, for the reason above", refuse: func(s *student) {
			r := s.raw(s.t, s.login, "git-receive-pack '"+s.path+"'")
			r.advertised(s.t)
			_, err := r.in.Write(append(listOf(pktline.Zero+" "+one+" refs/heads/main"+banded), "PACK\x00\x00\x00\x02\x00\x00\x00\x01nonsense"...))
			check(s.t, err)
			check(s.t, r.in.Close())
			said, err := io.ReadAll(r.out)
			check(s.t, err)
			s.said = shown(said)
		}},
	}
}

// object writes an object that git itself would refuse to write.
func (s *student) object(kind, content string) string {
	s.t.Helper()
	cmd := s.bundle.git(s.login, s.dir, "hash-object", "-t", kind, "-w", "--literally", "--stdin")
	cmd.Stdin = strings.NewReader(content)
	r := run(s.t, cmd)
	if r.status != 0 {
		s.t.Fatal(r.all())
	}
	return strings.TrimSpace(r.out)
}

// commitRaw writes a commit object from text, and commits the tree of HEAD on top of it.
func (s *student) commitRaw(text string) {
	s.t.Helper()
	tree := strings.TrimSpace(s.git("rev-parse", "HEAD^{tree}"))
	bad := s.object("commit", text)
	good := strings.TrimSpace(s.git("commit-tree", "-p", bad, "-m", "mine", tree))
	s.git("update-ref", "refs/heads/main", good)
}
