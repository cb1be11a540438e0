package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/grader/grader/internal/backup"
	"github.com/grader/grader/internal/demo"
	"github.com/grader/grader/schema"
)

// accepted is a push that the server reported as accepted.
type accepted struct {
	name, commit string
	before       bool // it was accepted before the backup began
}

// TestBackupWhileStudentsPush backs up a server while students push to it, and restores the
// backup. The restored database contains every push that was accepted before the backup. A
// push accepted meanwhile is in the database, or is listed, or came after its repository
// was copied. GRADER_BACKUP_STUDENTS sets how many students push.
func TestBackupWhileStudentsPush(t *testing.T) {
	t.Parallel()
	var students []string
	for i := range number(t, "GRADER_BACKUP_STUDENTS", 6) {
		students = append(students, fmt.Sprintf("s%02d", i))
	}
	c := newClassroom(t, "", students...)
	crowd := &pushing{c: c, stop: make(chan struct{}), first: make(chan struct{}, len(students))}
	for _, login := range students {
		crowd.students.Go(func() { crowd.push(c.people[login]) })
	}
	for range students {
		<-crowd.first
	}
	crowd.mark()
	tarred := filepath.Join(c.dir, "grader.tar")
	c.admin("backup", tarred)
	close(crowd.stop)
	crowd.students.Wait()
	if t.Failed() {
		return
	}

	restored := filepath.Join(c.dir, "restored")
	report := restore(t, tarred, restored)
	if len(report.Missing) > 0 {
		t.Errorf("missing: %+v", report.Missing)
	}
	old := &demo.Server{Bin: bin, Data: restored, Log: c.said}
	known := submissionsOf(t, old)
	for _, p := range append(report.Found, report.Open...) {
		known[p.Name] = p.Commit
	}
	pins := pinsOf(t, restored)
	for _, p := range crowd.accepted {
		switch commit, there := known[p.name]; {
		case there && commit != p.commit:
			t.Errorf("%s is commit %s, and was %s", p.name, commit, p.commit)
		case !there && p.before:
			t.Errorf("%s was accepted before the backup and is lost", p.name)
		case !there && pins[p.commit]:
			t.Errorf("%s is in its repository and is not listed", p.name)
		}
	}
	t.Logf("%d pushes accepted; restored %d, found %d, open %d", len(crowd.accepted), report.Pushes, len(report.Found), len(report.Open))

	// The restored server runs, and a student's next push gets the next number.
	c.server.Kill()
	c.data = restored
	c.serve()
	if left := c.admin("queue"); !strings.Contains(left, "0 pushes not recorded yet") {
		t.Errorf("the queue says %q", left)
	}
	again, err := c.files("restored")
	check(t, err)
	seen, err := c.people[students[0]].Push(context.Background(), "c101/a1", again, "nowait")
	check(t, err)
	if seen.Exit != 0 || !strings.Contains(seen.Output, "submission ") {
		t.Errorf("status %d: %s", seen.Exit, seen.Output)
	}
	if out, err := exec.Command(filepath.Join(bin, "grader"), "restore", tarred, "--data", restored).CombinedOutput(); err == nil || !strings.Contains(string(out), "is not empty: it holds ") {
		t.Errorf("a used directory: %v: %s", err, out)
	}
}

// pushing runs students who push until they are stopped.
type pushing struct {
	c        *classroom
	stop     chan struct{}
	first    chan struct{} // one for each student's first accepted push
	students sync.WaitGroup

	mu       sync.Mutex
	accepted []accepted
}

var submissionLine = regexp.MustCompile(`: submission (\d+)`)

func (p *pushing) push(who *demo.Person) {
	for n := 1; ; n++ {
		select {
		case <-p.stop:
			return
		default:
		}
		seen, err := p.once(who, n)
		number := submissionLine.FindStringSubmatch(seen.Output)
		if err != nil || seen.Exit != 0 || number == nil {
			p.c.t.Errorf("push %d of %s: %v: %s", n, who.Login, err, seen.Output)
			if n == 1 {
				p.first <- struct{}{}
			}
			return
		}
		head, err := who.Git(context.Background(), filepath.Join(who.Dir, "work-c101-a1"), "rev-parse", "HEAD")
		if err != nil {
			p.c.t.Error(err)
			return
		}
		p.mu.Lock()
		p.accepted = append(p.accepted, accepted{name: "c101/a1/" + who.Login + "/" + number[1], commit: strings.TrimSpace(head.Output)})
		p.mu.Unlock()
		if n == 1 {
			p.first <- struct{}{}
		}
	}
}

func (p *pushing) once(who *demo.Person, n int) (demo.Transcript, error) {
	dir, err := p.c.files(fmt.Sprintf("%s, push %d", who.Login, n))
	if err != nil {
		return demo.Transcript{}, err
	}
	return who.Push(context.Background(), "c101/a1", dir, "nowait")
}

// mark marks the pushes accepted so far.
func (p *pushing) mark() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.accepted {
		p.accepted[i].before = true
	}
}

// files creates a directory with the files of a submission.
func (c *classroom) files(text string) (string, error) {
	dir, err := os.MkdirTemp(c.dir, "files-")
	if err != nil {
		return "", err
	}
	return dir, os.WriteFile(filepath.Join(dir, "work.sh"), []byte("# "+text+"\necho right\n"), 0o600)
}

func restore(t *testing.T, tarred, dir string) (report backup.Report) {
	t.Helper()
	cmd := exec.Command(filepath.Join(bin, "grader"), "restore", tarred, "--data", dir, "--json")
	var problem bytes.Buffer
	cmd.Stderr = &problem
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("restore: %v: %s", err, problem.String())
	}
	check(t, json.Unmarshal(out, &report))
	return report
}

// submissionsOf returns the commit of each submission, by name.
func submissionsOf(t *testing.T, s *demo.Server) map[string]string {
	t.Helper()
	out, err := s.Admin(context.Background(), "submissions", "c101/a1", "--json")
	check(t, err)
	var all []schema.PublicSubmission
	check(t, json.Unmarshal([]byte(out), &all))
	commits := make(map[string]string)
	for _, sub := range all {
		commits[sub.Name] = sub.Commit
	}
	return commits
}

// pinsOf returns the commits that are pinned anywhere.
func pinsOf(t *testing.T, data string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(data, "repositories/*/*.git/refs/submissions/*"))
	check(t, err)
	pins := make(map[string]bool)
	for _, file := range files {
		commit, err := os.ReadFile(file)
		check(t, err)
		pins[strings.TrimSpace(string(commit))] = true
	}
	return pins
}
