package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/internal/demo"
)

// termOfClass is the number of students of the course.
const termOfClass = 300

// work is one student's submission to one assignment with the expected grade, computed by
// hand from the tests and the late policies of termTests.
type work struct {
	login, assignment, words string
	days, tokens             int
	final                    string // before the regrade, without adjustments
	regraded                 string // after it
}

// termTests returns the assignments. Odd students are in section L1, even ones in L2, which
// is due a day later. a1 was due 26 hours ago and accepts late days; everybody has two. a3
// was due 50 hours ago and does not accept late days. a2 is due in three days, and its
// third test looks for a wrong word.
func termTests(now time.Time) map[string]string {
	at := func(d time.Duration) string { return now.Add(d).Format("2006-01-02 15:04") }
	late := func(extra string) string {
		return fmt.Sprintf("late: {until: %s, penalty: {percent: 10, per: day}%s}\n", at(240*time.Hour), extra)
	}
	const tests = "tests:\n  - {name: one, run: grep -q one words, points: 4}\n  - {name: two, run: grep -q two words, points: 3}\n"
	const third = "  - {name: three, run: grep -q %s words, points: 3}\n"
	return map[string]string{
		"a1":        "title: A1\ndue: " + at(-26*time.Hour) + "\n" + late(", tokens: true") + tests + fmt.Sprintf(third, "three"),
		"a2":        "title: A2\ndue: " + at(72*time.Hour) + "\n" + tests + fmt.Sprintf(third, "thre3"),
		"a2 mended": "title: A2\ndue: " + at(72*time.Hour) + "\n" + tests + fmt.Sprintf(third, "three"),
		"a3":        "title: A3\ndue: " + at(-50*time.Hour) + "\n" + late("") + tests + fmt.Sprintf(third, "three"),
	}
}

// termWork is the table of expected grades that every channel is compared with.
func termWork() []work {
	return []work{
		// L1 is in the second day after the due time, L2 in the first. Late days cover both.
		{"s001", "a1", "one two three", 2, 2, "10", "10"},
		{"s002", "a1", "one two three", 1, 1, "10", "10"},
		{"s003", "a1", "one", 2, 2, "4", "4"},
		{"s004", "a1", "two three", 1, 1, "6", "6"},
		// On time. The wrong test takes 3 points from right submissions, and gives them to
		// s008.
		{"s001", "a2", "one two three", 0, 0, "7", "10"},
		{"s005", "a2", "one two three", 0, 0, "7", "10"},
		{"s006", "a2", "two three", 0, 0, "3", "6"},
		{"s007", "a2", "one", 0, 0, "4", "4"},
		{"s008", "a2", "one thre3", 0, 0, "7", "4"},
		// Three days late in L1 and two in L2, at 10 % of the score each.
		{"s009", "a3", "one two three", 3, 0, "7", "7"},
		{"s010", "a3", "one two three", 2, 0, "8", "8"},
		{"s011", "a3", "one two", 3, 0, "4.9", "4.9"},
		{"s012", "a3", "one", 2, 0, "3.2", "3.2"},
	}
}

// TestTermOf300 plays a course from its roster to its exported grades: 300 students of a
// Brightspace export, late pushes, an extension after the due time, a wrong test that is
// repaired, and a regrade set that is shown, applied, undone and applied again. Staff work
// over ssh.
func TestTermOf300(t *testing.T) {
	t.Parallel()
	c := newTerm(t)
	c.roster()
	c.configure()
	tests := termTests(time.Now().UTC())
	for _, name := range []string{"a1", "a2", "a3"} {
		c.tests(name, tests[name])
	}
	c.handIn()
	c.holds("handed in", func(w work) work { return w })

	// s011 was ill and gets an extension that makes the work timely. s007 gets a point for
	// comments.
	c.staff(0, "extend c300/a3 s011 --by 3d --reason ill with a note", "is due ", " for s011")
	c.staff(0, "adjust c300/a2 s007 +1 --reason good comments", "s007 ", "by ada: good comments")
	ill := func(w work) work {
		switch w.login + w.assignment {
		case "s011a3":
			w.days, w.final, w.regraded = 0, "7", "7"
		case "s007a2":
			w.final, w.regraded = "5", "5"
		}
		return w
	}
	c.holds("extended and adjusted", ill)

	// The third test of a2 turns out to be wrong. Students do not see the set before it is
	// applied or after it is undone.
	c.tests("a2", tests["a2 mended"])
	c.staff(0, "regrade create c300/a2 --reason test three looked for thre3", "regrade set 1: 5 submissions against version 2")
	c.server.mustAdmin(t, "regrade", "show", "1", "--wait")
	shown := c.staff(0, "regrade show 1", "staged, 5 of 5 graded", "3 up, 1 down, 1 the same, 0 failed, 0 flaky",
		"s001                 7 → 10", "s006                 3 → 6", "s008                 7 → 4", "three: crashed → passed", "three: passed → crashed")
	if strings.Contains(shown, "s007") {
		t.Errorf("s007, to whom nothing happens, is listed:\n%s", shown)
	}
	c.staff(1, "regrade create c300/a2", "c300/a2 has a regrade set that is neither applied nor discarded; finish it first")
	c.holds("staged", ill)
	done := func(w work) work { w = ill(w); w.final = w.regraded; return w }
	c.staff(0, "regrade apply 1", "regrade set 1 of c300/a2 against version 2: applied")
	c.holds("applied", done)
	c.student("s001", "status c300/a2", "submission 1 counts: 10 / 10", ": 7 → 10, test version 2, reason: test three looked for thre3")
	c.staff(0, "regrade undo 1", "undone")
	c.holds("undone", ill)
	if said := c.student("s001", "status c300/a2", "submission 1 counts: 7 / 10"); strings.Contains(said, "regraded") {
		t.Errorf("after the undo s001 reads:\n%s", said)
	}
	c.staff(0, "regrade apply 1", "applied")
	c.holds("applied again", done)
	c.filled(done)
}

// term holds the course's server and people.
type term struct {
	t      *testing.T
	dir    string
	server termServer
	people map[string]*demo.Person
	export string // the file exported from Brightspace
}

// termServer is a server with admin commands that must succeed.
type termServer struct{ *demo.Server }

func (s termServer) mustAdmin(t *testing.T, args ...string) string {
	t.Helper()
	out, err := s.Admin(context.Background(), args...)
	check(t, err)
	return out
}

func newTerm(t *testing.T) *term {
	t.Helper()
	c := &term{t: t, dir: t.TempDir(), people: map[string]*demo.Person{}}
	check(t, os.Chmod(c.dir, 0o755)) // steps must be able to traverse it
	check(t, os.Chmod(filepath.Dir(c.dir), 0o755))
	temp := filepath.Join(c.dir, "tmp")
	check(t, os.Mkdir(temp, 0o755))
	c.server = termServer{&demo.Server{Bin: bin, Data: filepath.Join(c.dir, "data"), Env: []string{"TMPDIR=" + temp}}}
	check(t, c.server.Start(context.Background()))
	t.Cleanup(c.server.Kill)
	c.server.mustAdmin(t, "course", "add", "c300", "--title", "A large course")
	ada, err := c.server.Enter(context.Background(), filepath.Join(c.dir, "people"), "ada", "c300", "instructor")
	check(t, err)
	c.people["ada"] = ada
	return c
}

// roster imports the export of the platform, and binds keys of the students in the table
// with their join codes.
func (c *term) roster() {
	c.t.Helper()
	rows := []string{"OrgDefinedId,Username,Last Name,First Name,Email,Section,A1 Points Grade <Numeric MaxPoints:10 Category:Labs>," +
		"A2 Points Grade <Numeric MaxPoints:10>,A3 Points Grade <Numeric MaxPoints:10>,End-of-Line Indicator"}
	for n := 1; n <= termOfClass; n++ {
		rows = append(rows, fmt.Sprintf("#%07d,#%s,Last%d,First%d,s%d@uni.example,L%d,,,,#", 12000+n, loginOf(n), n, n, n, 2-n%2))
	}
	c.export = filepath.Join(c.dir, "export.csv")
	check(c.t, os.WriteFile(c.export, []byte("\ufeff"+strings.Join(rows, "\r\n")+"\r\n"), 0o600))
	codes := filepath.Join(c.dir, "codes.csv")
	said := c.server.mustAdmin(c.t, "roster", "import", "c300", c.export, "--codes", codes)
	if !strings.Contains(said, "imported: 300 added, 0 changed, 0 unchanged, 0 dropped, 0 absent from the file, 0 refused") {
		c.t.Fatalf("import says:\n%s", said[max(0, len(said)-300):])
	}
	list, err := os.ReadFile(codes)
	check(c.t, err)
	for line := range strings.Lines(string(list)) {
		login, code, _ := strings.Cut(strings.TrimSpace(line), ",")
		if n, err := strconv.Atoi(strings.TrimPrefix(login, "s")); err == nil && n <= 12 {
			c.join(login, code)
		}
	}
}

func loginOf(n int) string { return fmt.Sprintf("s%03d", n) }

// join binds a new key to an account with its join code.
func (c *term) join(login, code string) {
	c.t.Helper()
	p, err := demo.NewPerson(filepath.Join(c.dir, "people"), login, login)
	check(c.t, err)
	p.Host = c.server.SSH
	host, port, err := net.SplitHostPort(p.Host)
	check(c.t, err)
	out, err := p.Command(c.t.Context(), p.Dir, "sh", "-c", "$GIT_SSH_COMMAND -p "+port+" join@"+host+" "+code).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Welcome, ") {
		c.t.Fatalf("%s joins: %v: %s", login, err, out)
	}
	c.people[login] = p
}

// configure pushes course.yaml.
func (c *term) configure() {
	c.t.Helper()
	c.push("ada", "c300/course", map[string]string{"course.yaml": "late_tokens: 2\nsections: {L1: {}, L2: {due: 1d}}\n"}, "course.yaml: version 1.", "applied now")
	_, err := c.server.Admin(context.Background(), "late-days", "c300", "--set", "5")
	if err == nil || !strings.Contains(err.Error(), "late_tokens of c300 is set in course.yaml (version 1)") {
		c.t.Errorf("late days were set beside the file: %v", err)
	}
}

func (c *term) tests(name, yaml string) {
	c.t.Helper()
	c.push("ada", "c300/"+name+"/tests", map[string]string{"assignment.yaml": yaml}, "active now: version ")
}

// push pushes files as a person and expects words in the output.
func (c *term) push(who, repository string, files map[string]string, says ...string) {
	c.t.Helper()
	dir := filepath.Join(c.dir, "files", who, strings.ReplaceAll(repository, "/", "-"))
	check(c.t, demo.WriteFiles(dir, files))
	said, err := c.people[who].Push(context.Background(), repository, dir)
	check(c.t, err)
	for _, words := range says {
		if !strings.Contains(said.Output, words) {
			c.t.Fatalf("%s pushes to %s (status %d): %q is missing in\n%s", who, repository, said.Exit, words, said.Output)
		}
	}
}

// handIn makes all pushes of the table.
func (c *term) handIn() {
	c.t.Helper()
	for _, w := range termWork() {
		timing := "on time"
		if w.days > 0 {
			timing = fmt.Sprintf("%d day", w.days)
		}
		c.push(w.login, "c300/"+w.assignment, map[string]string{"words": w.words + "\n"}, "submission 1", timing)
	}
}

// staff runs a command over ssh as ada.
func (c *term) staff(status int, command string, says ...string) string {
	c.t.Helper()
	return c.ask("ada", status, command, says...)
}

func (c *term) student(who, command string, says ...string) string {
	c.t.Helper()
	return c.ask(who, 0, command, says...)
}

func (c *term) ask(who string, status int, command string, says ...string) string {
	c.t.Helper()
	said, err := c.people[who].SSH(context.Background(), strings.Fields(command)...)
	check(c.t, err)
	if said.Exit != status {
		c.t.Errorf("%s: %s: status %d\n%s", who, command, said.Exit, said.Output)
	}
	for _, words := range says {
		if !strings.Contains(said.Output, words) {
			c.t.Errorf("%s: %s: %q is missing in\n%s", who, command, words, said.Output)
		}
	}
	return said.Output
}

// termGrade holds the compared parts of a grade.
type termGrade struct {
	Days, Tokens int
	Final        string
}

// holds compares the grades that operators and staff read with the current table.
func (c *term) holds(when string, now func(work) work) {
	c.t.Helper()
	want := map[string]termGrade{}
	for _, w := range termWork() {
		w = now(w)
		want[w.login+" "+w.assignment] = termGrade{w.days, w.tokens, w.final}
	}
	for channel, text := range map[string]string{
		"admin": c.server.mustAdmin(c.t, "grades", "c300", "--json"),
		"ssh":   c.staff(0, "grades c300 --json"),
	} {
		var all []struct {
			Owner, Assignment string
			Final             json.Number
			Late              struct{ Days, Tokens int }
		}
		check(c.t, json.Unmarshal([]byte(text), &all))
		got := map[string]termGrade{}
		for _, g := range all {
			got[g.Owner+" "+g.Assignment] = termGrade{g.Late.Days, g.Late.Tokens, g.Final.String()}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			c.t.Errorf("%s, by %s (-table +ledger):\n%s", when, channel, diff)
		}
	}
}

// filled exports the grades over ssh into the file of the roster, and compares every cell
// with the table.
func (c *term) filled(now func(work) work) {
	c.t.Helper()
	before, err := os.ReadFile(c.export)
	check(c.t, err)
	host, port, err := net.SplitHostPort(c.people["ada"].Host)
	check(c.t, err)
	p := c.people["ada"]
	cmd := p.Command(c.t.Context(), p.Dir, "sh", "-c", "$GIT_SSH_COMMAND -p "+port+" grader@"+host+" export c300 --format brightspace --fill")
	cmd.Stdin = strings.NewReader(string(before))
	after, err := cmd.Output()
	check(c.t, err)
	finals := map[string]string{}
	for _, w := range termWork() {
		w = now(w)
		finals[w.login+" "+w.assignment] = w.final
	}
	var want []string
	for line := range strings.SplitSeq(string(before), "\r\n") {
		if cells := strings.Split(line, ","); strings.HasPrefix(line, "#") {
			login := strings.TrimPrefix(cells[1], "#")
			for n, name := range []string{"a1", "a2", "a3"} {
				cells[6+n] = finals[login+" "+name]
			}
			line = strings.Join(cells, ",")
		}
		want = append(want, line)
	}
	if diff := cmp.Diff(strings.Join(want, "\r\n"), string(after)); diff != "" {
		c.t.Errorf("the filled file (-table +file):\n%s", diff)
	}
}
