package main

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
	"github.com/grader/grader/web"
)

// term is the amount of data in the store of the part web.
type term struct{ students, tests, pushes, assignments int }

// Targets of a page.
const (
	pageMedian = 10 * time.Millisecond
	pageTail   = 50 * time.Millisecond
	pageBytes  = 40 << 10 // bytes of a first load, compressed, with style and script
)

// web measures every page of the site with a term in the store.
func (b *bench) web(ctx context.Context) error {
	s, err := b.openTerm(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = s.store.Close() }() // an error does not matter: the directory is deleted
	began := time.Now()
	if err := s.fill(ctx); err != nil {
		return err
	}
	if err := s.checkFilled(ctx); err != nil {
		return err
	}
	fmt.Printf("web: %d students, %d tests, %d pushes, %d assignments, filled in %v\n",
		b.term.students, b.term.tests, b.term.pushes, b.term.assignments, time.Since(began).Round(time.Second))
	return s.measure(ctx, b.runs)
}

// siteBench is a site on a filled store.
type siteBench struct {
	term
	path    string // of the database
	store   *store.Store
	site    *web.Server
	course  schema.Course
	commits atomic.Int64
}

func (b *bench) openTerm(ctx context.Context) (*siteBench, error) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	s := &siteBench{term: b.term, path: filepath.Join(b.dir, "web.db")}
	if s.store, err = store.Open(ctx, s.path, store.Options{Clock: time.Now, ReceiptKey: key}); err != nil {
		return nil, err
	}
	s.course, err = s.store.AddCourse(ctx, schema.Operator(), schema.Course{Code: "comp2402", Title: "Data structures", Zone: "America/Toronto", Flavour: "standard"})
	if err != nil {
		return nil, err
	}
	for i := range b.term.students + 1 {
		login, role := fmt.Sprintf("s%03d", i), schema.RoleStudent
		if i == b.term.students {
			login, role = "ines", schema.RoleInstructor
		}
		user, err := s.store.AddUser(ctx, schema.Operator(), schema.User{Login: login, Name: "Student Number " + login})
		if err == nil {
			err = s.store.Enrol(ctx, schema.Operator(), s.course, user, role)
		}
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// fill records and grades the pushes of the templates with the service's code, and copies them for all
// other students.
func (s *siteBench) fill(ctx context.Context) error {
	for a := range s.assignments {
		is, err := s.store.EnsureAssignment(ctx, s.course.ID, fmt.Sprintf("a%d", a), time.Now())
		if err != nil {
			return err
		}
		if err := s.publish(ctx, is, a); err != nil {
			return err
		}
		if is, err = s.store.Assignment(ctx, s.course.Code, is.Name); err != nil {
			return err
		}
		if err := s.pushAll(ctx, is); err != nil {
			return err
		}
	}
	return clone(ctx, s.path, s.students)
}

// checkFilled checks that the store holds the term and that the copies are like real pushes.
func (s *siteBench) checkFilled(ctx context.Context) error {
	for i := range s.assignments {
		a, err := s.store.Assignment(ctx, s.course.Code, fmt.Sprintf("a%d", i))
		if err != nil {
			return err
		}
		rows, err := s.store.ClassRows(ctx, a)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.Pushes != s.pushes || r.Job == 0 || r.Grade.Number == 0 {
				return fmt.Errorf("%s of %s has %d pushes and grade %+v", a.Name, r.Login, r.Pushes, r.Grade)
			}
		}
		if len(rows) != s.students {
			return fmt.Errorf("%s has %d students", a.Name, len(rows))
		}
	}
	return nil
}

// publish makes the tests of an assignment active.
func (s *siteBench) publish(ctx context.Context, a schema.Assignment, n int) error {
	var source strings.Builder
	fmt.Fprintf(&source, "title: \"A%d: Lists\"\ndue: 2099-10-%02d 23:59\ntests:\n", n, n+1)
	for i := range s.tests {
		fmt.Fprintf(&source, "  - {name: does what test %d says, run: ./list, stdout: \"1\\n\", points: 1}\n", i)
	}
	p, err := s.push(ctx, a, schema.RepositoryTests, "ines")
	if err != nil {
		return err
	}
	if _, _, err := s.store.RecordCandidate(ctx, p, []byte(source.String())); err != nil {
		return err
	}
	return s.grade(ctx, schema.Result{Outcome: schema.OutcomeGraded, Gate: &schema.GateResult{Passed: true}})
}

func (s *siteBench) push(ctx context.Context, a schema.Assignment, kind schema.RepositoryKind, login string) (schema.Push, error) {
	is := schema.Repository{Kind: kind, CourseID: a.Course.ID, AssignmentID: a.ID}
	if kind == schema.RepositoryOwn {
		is.Owner = login
	}
	r, err := s.store.EnsureRepository(ctx, is)
	if err != nil {
		return schema.Push{}, err
	}
	user, err := s.store.UserByLogin(ctx, login)
	if err != nil {
		return schema.Push{}, err
	}
	n := s.commits.Add(1)
	in := schema.Intent{
		ID: fmt.Sprintf("%032x", n), RepositoryID: r.ID, PusherID: user.ID, Ref: "refs/heads/main",
		Old: strings.Repeat("0", 40), New: fmt.Sprintf("%040x", n), ReceivedAt: time.Now(), State: schema.IntentOpen,
	}
	p := schema.Push{Intent: in, Tree: fmt.Sprintf("%040x", n), Flavour: "standard", Login: login}
	if a.Active != nil {
		p.VersionID = a.Active.ID
	}
	return p, s.store.OpenIntent(ctx, in)
}

// pushAll records the templates' pushes to an assignment and grades them.
func (s *siteBench) pushAll(ctx context.Context, a schema.Assignment) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(64)
	for i := range min(s.students, templates) {
		g.Go(func() error {
			for n := range s.pushes {
				p, err := s.push(ctx, a, schema.RepositoryOwn, fmt.Sprintf("s%03d", i))
				if err == nil {
					_, err = s.store.RecordSubmission(ctx, p)
				}
				if err == nil {
					err = s.grade(ctx, s.result(i+n))
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// grade finishes the next job.
func (s *siteBench) grade(ctx context.Context, r schema.Result) error {
	job, err := s.store.Claim(ctx, "bench", "standard", time.Now(), time.Hour)
	if err != nil {
		return err
	}
	if _, err := s.store.Append(ctx, job.ID, job.Attempt, 0, []schema.Event{{Kind: schema.EventStarted}}); err != nil {
		return err
	}
	_, err = s.store.Finish(ctx, job.ID, job.Attempt, r, time.Now())
	return err
}

// result returns a result in which every seventh test fails, a different one each time.
func (s *siteBench) result(n int) schema.Result {
	r := schema.Result{
		Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, MaxScore: schema.NewPoints(int64(s.tests), 1),
		Build: &schema.BuildResult{Outcome: schema.OutcomePassed, Output: "list.c:3: warning: unused", Duration: time.Second}, FinishedAt: time.Now(),
	}
	for i := range s.tests {
		t := schema.TestResult{Name: fmt.Sprintf("does what test %d says", i), Outcome: schema.OutcomePassed, Score: schema.NewPoints(1, 1), MaxScore: schema.NewPoints(1, 1),
			Visible: schema.VisibleAlways, CPU: 12 * time.Millisecond, Wall: 14 * time.Millisecond, Memory: 2 << 20}
		if (i+n)%7 == 0 {
			t.Outcome, t.Score, t.Message, t.Output = schema.OutcomeFailed, schema.Points{}, `line 2: expected "1 3", got "1 2 3"`, "1 2 3\n"
		}
		r.Tests, r.Score = append(r.Tests, t), r.Score.Add(t.Score)
	}
	return r
}

// measure prints the time of each page, and the bytes of its first load.
func (s *siteBench) measure(ctx context.Context, runs int) error {
	s.site = &web.Server{
		Addr: "127.0.0.1:0", Classroom: classroom.New(classroom.Options{Store: s.store, Clock: time.Now}), Accounts: s.store, Results: s.store,
		Live: idle{}, Handouts: idle{}, Trees: idle{}, Sessions: s.store, Clock: time.Now, Logger: slog.New(slog.DiscardHandler), SSHAddress: "grader.test",
	}
	if err := s.site.Start(ctx); err != nil {
		return err
	}
	defer func() { _ = s.site.Stop(context.WithoutCancel(ctx)) }()
	sub := fmt.Sprintf("/comp2402/a0/s000/%d", s.pushes)
	const of, task = "/comp2402/-/", "/comp2402/a0/-/"
	pages := map[string][]string{
		"s000": {"/", "/comp2402", "/comp2402/a0", "/comp2402/a0/s000", sub, of + "grades", "/-/queue", "/-/sessions", "/-/tokens", "/-/notifications"},
		"ines": {"/", "/comp2402", "/comp2402/a0", task + "grid", task + "grid?sort=score&page=7", task + "grid?show=stuck", task + "tests", task + "tests/versions/1", task + "extensions", task + "adjustments",
			task + "regrades", task + "publication", sub, of + "grades", of + "roster", of + "times", of + "exports", of + "audit", of + "settings", "/-/queue", "/-/operations"},
	}
	for _, login := range slices.Backward(slices.Sorted(maps.Keys(pages))) {
		b, err := s.signIn(ctx, login)
		if err != nil {
			return err
		}
		for _, path := range pages[login] {
			if err := b.page(ctx, path, runs); err != nil {
				return err
			}
		}
	}
	return nil
}

// reader is the HTTP client of one person.
type reader struct {
	login, base string
	client      *http.Client
	assets      int64
}

func (s *siteBench) signIn(ctx context.Context, login string) (*reader, error) {
	user, err := s.store.UserByLogin(ctx, login)
	if err != nil {
		return nil, err
	}
	token, err := s.store.NewLoginToken(ctx, schema.Operator(), user, time.Now().Add(time.Hour))
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	b := &reader{login: login, base: "http://" + s.site.ListenAddr().String(), client: &http.Client{Jar: jar, Transport: &http.Transport{DisableCompression: true}}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.base+"/-/login/"+token, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	response, err := b.client.Do(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	for _, part := range strings.Split(string(body), `"/-/static/`)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		n, _, failed := b.get(ctx, "/-/static/"+name)
		if failed != nil {
			return nil, failed
		}
		b.assets += n
	}
	return b, err
}

// get returns the number of transferred bytes of a response, and its duration.
func (b *reader) get(ctx context.Context, path string) (int64, time.Duration, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.base+path, nil)
	if err != nil {
		return 0, 0, err
	}
	r.Header.Set("Accept-Encoding", "gzip")
	began := time.Now()
	response, err := b.client.Do(r)
	if err != nil {
		return 0, 0, err
	}
	defer response.Body.Close()
	n, err := io.Copy(io.Discard, response.Body)
	took := time.Since(began)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: status %d", path, response.StatusCode)
	}
	return n, took, err
}

// page requests a page many times and prints the durations.
func (b *reader) page(ctx context.Context, path string, runs int) error {
	var all []time.Duration
	var size int64
	before := processorTime()
	for range runs {
		n, took, err := b.get(ctx, path)
		if err != nil {
			return err
		}
		size, all = n, append(all, took)
	}
	cost := (processorTime() - before) / time.Duration(runs)
	slices.Sort(all)
	median, tail, load := all[len(all)/2], all[len(all)*99/100], size+b.assets
	missed := ""
	if median > pageMedian || tail > pageTail || load > pageBytes {
		missed = "  MISSED"
	}
	fmt.Printf("web %-6s %-34s p50 %7.2f ms  p99 %7.2f ms  cpu %6.2f ms  %6.1f KB%s\n", b.login, path, ms(median), ms(tail), ms(cost), float64(load)/1024, missed)
	return nil
}

// processorTime returns the processor time of this process so far, including the requests.
func processorTime() time.Duration {
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// idle implements a scheduler without jobs and repositories without files.
type idle struct{}

// Watch implements web.Live.
func (idle) Watch(context.Context, int64, int64) (<-chan schema.Event, error) { return nil, nil }

// Place implements web.Live.
func (idle) Place(int64) schema.Place { return schema.Place{} }

// ReadFile implements web.Handouts.
func (idle) ReadFile(_ context.Context, _ int64, _, path string, _ int64) ([]byte, error) {
	return nil, schema.Errorf(schema.CodeNotFound, "there is no file %q", path)
}

// Files implements web.Trees.
func (idle) Files(context.Context, int64, string, int) ([]course.TreeEntry, error) { return nil, nil }

// Changed implements web.Trees.
func (idle) Changed(context.Context, int64, string, string, int) ([]string, error) { return nil, nil }

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
