package e2e

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/internal/demo"
	"github.com/grader/grader/schema"
)

// classroom is a server for one test, with one course and one assignment.
type classroom struct {
	t      *testing.T
	dir    string
	data   string
	empty  bool   // starts on an empty data directory instead of the seed's copy
	temp   string // TMPDIR of the server and its runners
	config string // file of the server's configuration, "" for none
	bin    string // directory of the program, "" for the one that TestMain built
	env    []string
	server *demo.Server
	people map[string]*demo.Person
	said   *os.File // the server's log
}

// patienceSpec is the assignment.yaml of a1, which runs work.sh.
const patienceSpec = `title: Patience
solution: solution/
limits: {wall: 5m}
tests:
  - {name: answers, run: "sh work.sh", stdout: "right\n"}
  - {name: is there, run: "test -f work.sh"}
`

// workTests returns the tests repository of a1 with an assignment.yaml.
func workTests(spec string) map[string]string {
	return map[string]string{"assignment.yaml": spec, "solution/work.sh": "echo right\n"}
}

// newClassroom starts a server with an instructor and students in its course. data is the
// data directory; "" means one below the test's directory.
func newClassroom(t *testing.T, data string, students ...string) *classroom {
	t.Helper()
	return (&classroom{t: t, data: data}).open(students...)
}

// open starts the classroom's server, with an instructor and students in its course.
func (c *classroom) open(students ...string) *classroom {
	t := c.t
	t.Helper()
	c.dir, c.people = t.TempDir(), map[string]*demo.Person{}
	if c.data == "" {
		c.data = filepath.Join(c.dir, "data")
	}
	c.temp = filepath.Join(c.dir, "tmp")
	check(t, os.Mkdir(c.temp, 0o755))
	check(t, os.Chmod(c.dir, 0o755)) // steps must be able to traverse it
	check(t, os.Chmod(filepath.Dir(c.dir), 0o755))
	var err error
	c.said, err = os.Create(filepath.Join(c.dir, "log"))
	check(t, err)
	t.Cleanup(func() { c.report(); c.awaitRunners(); c.removeContainers() })
	if c.empty {
		c.serve()
		check(t, addCourse(context.Background(), c.server))
		c.enterAll(students)
		c.setTests(patienceSpec)
	} else {
		classroomSeed.copyTo(c)
		c.serve()
		c.enterAll(students)
	}
	return c
}

func (c *classroom) peopleDir() string { return filepath.Join(c.dir, "people") }

// enterAll enters the instructor ada and the students. People of the seed keep their keys.
func (c *classroom) enterAll(students []string) {
	c.t.Helper()
	role := "instructor"
	for _, login := range append([]string{"ada"}, students...) {
		if dir := filepath.Join(c.peopleDir(), login); exists(c.t, dir) {
			c.people[login] = &demo.Person{Login: login, Name: strings.ToUpper(login[:1]) + login[1:], Dir: dir, Host: c.server.SSH}
		} else {
			c.enter(login, role)
		}
		role = "student"
	}
}

// report prints the server's log of a failed test.
func (c *classroom) report() {
	defer c.said.Close()
	if said, err := os.ReadFile(c.said.Name()); err == nil && c.t.Failed() {
		c.t.Logf("the server's log ends:\n%s", said[max(0, len(said)-8<<10):])
	}
}

// awaitRunners waits until the runners of a killed server have cleaned up, because the test's
// directory is removed next. A killed runner does not clean up.
func (c *classroom) awaitRunners() {
	polled(5*time.Second, seldom, func() bool {
		left, err := filepath.Glob(filepath.Join(c.temp, "grader-runner-*"))
		return err == nil && len(left) == 0
	})
}

// serve starts the server, or restarts it on the same ports.
func (c *classroom) serve() {
	c.t.Helper()
	check(c.t, c.start())
}

func (c *classroom) start() error {
	next := &demo.Server{Bin: cmp.Or(c.bin, bin), Data: c.data, Config: c.config, Log: c.said, Env: append([]string{"TMPDIR=" + c.temp}, c.env...)}
	if c.server != nil {
		next.SSH, next.Web = c.server.SSH, c.server.Web
	}
	if err := next.Start(context.Background()); err != nil {
		return err
	}
	c.server = next
	c.t.Cleanup(next.Kill)
	return nil
}

func (c *classroom) admin(args ...string) string {
	c.t.Helper()
	out, err := c.server.Admin(context.Background(), args...)
	check(c.t, err)
	return out
}

func (c *classroom) enter(login, role string) {
	c.t.Helper()
	p, err := c.server.Enter(context.Background(), c.peopleDir(), login, "c101", role)
	check(c.t, err)
	c.people[login] = p
}

// setTests pushes an assignment.yaml as the instructor, and waits until it is active.
func (c *classroom) setTests(text string) {
	c.t.Helper()
	work := c.write("ada", "c101/a1/tests", workTests(text))
	said, status := beginPush(c.t, c.people["ada"], work, "c101/a1/tests", "main").end()
	if status != 0 || !strings.Contains(said, "active now: version") {
		c.t.Fatalf("the tests did not become active: exit status %d\n%s", status, said)
	}
}

// setFiles pushes an assignment's tests with a reference solution as the instructor.
func (c *classroom) setFiles(assignment string, files, solution map[string]string) {
	c.t.Helper()
	for name, text := range solution {
		files["solution/"+name] = text
	}
	repository := "c101/" + assignment + "/tests"
	work := c.write("ada", repository, files)
	said, status := beginPush(c.t, c.people["ada"], work, repository, "main").end()
	if status != 0 || !strings.Contains(said, "active now: version") {
		c.t.Fatalf("the tests did not become active: exit status %d\n%s", status, said)
	}
}

// submits pushes files to an assignment as a student, and returns the student's nth submission.
func (c *classroom) submits(login, assignment string, n int, files map[string]string) schema.PublicSubmission {
	c.t.Helper()
	repository := "c101/" + assignment
	work := c.write(login, repository, files)
	said, _ := beginPush(c.t, c.people[login], work, repository, "main").end()
	var all []schema.PublicSubmission
	check(c.t, json.Unmarshal([]byte(c.admin("submissions", repository, "--login", login, "--json")), &all))
	if len(all) != n {
		c.t.Fatalf("%s has %d submissions, not %d:\n%s", login, len(all), n, said)
	}
	return all[n-1]
}

// write commits files to a person's repository and returns the work tree.
func (c *classroom) write(login, repository string, files map[string]string) string {
	c.t.Helper()
	dir := c.t.TempDir()
	check(c.t, demo.WriteFiles(dir, files))
	work, err := c.people[login].Commit(context.Background(), repository, dir)
	check(c.t, err)
	return work
}

// work commits a program that runs a script and then prints a text.
func (c *classroom) work(login, before, says string) string {
	c.t.Helper()
	return c.write(login, "c101/a1", map[string]string{"work.sh": fmt.Sprintf("%s\necho %s\n", before, says)})
}

// push starts a student's push of the committed files.
func (c *classroom) push(login string, env ...string) *live {
	c.t.Helper()
	p := c.people[login]
	return beginPush(c.t, p, workTree(p), "c101/a1", "main", env...)
}

// pushes pushes a program that prints a text as a student, and waits for the verdict.
func (c *classroom) pushes(login, says, verdict string) {
	c.t.Helper()
	c.work(login, "", says)
	l := c.push(login)
	l.await(verdict)
	if said, status := l.end(); status != 0 {
		c.t.Fatalf("exit status %d:\n%s", status, said)
	}
}

func workTree(p *demo.Person) string { return filepath.Join(p.Dir, "work-c101-a1") }

// wait waits until a submission has ended.
func (c *classroom) wait(login string, number int) {
	c.t.Helper()
	c.admin("wait", "c101/a1", "--login", login, "--number", fmt.Sprint(number), "--timeout", patience.String())
}

func (c *classroom) ledger() *ledger { return openLedger(c.t, filepath.Join(c.data, "grader.db")) }
