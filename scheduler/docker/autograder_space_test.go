package docker_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/scheduler/docker"
	"github.com/grader/grader/schema"
)

// What the file systems of these tests have free.
var (
	roomy      = docker.Space{Bytes: 1 << 40, Inodes: 1 << 20}
	nearlyFull = docker.Space{Bytes: 100 << 20, Inodes: 1 << 20}
	full       = docker.Space{Bytes: 100, Inodes: 1 << 20}
	fewInodes  = docker.Space{Bytes: 1 << 40, Inodes: 5000}
)

// fakeDisk is a fakeDaemon's file system. It counts the containers.
type fakeDisk struct {
	free                            atomic.Pointer[docker.Space]
	created, started, now, together atomic.Int32 // together is the largest number at one time of the last round
	kills                           chan bool    // has a value for each request to end a container
}

func newFakeDisk(f *fakeDaemon, a *autograders) *fakeDisk {
	d := &fakeDisk{kills: make(chan bool, 100)}
	d.free.Store(&roomy)
	a.Free = func() (docker.Space, bool) { return *d.free.Load(), true }
	count := func(what string, do func()) {
		f.answers[what] = func(w http.ResponseWriter, r *http.Request) {
			do()
			f.usual(w, r, what)
		}
	}
	count("POST /containers/create", func() { d.created.Add(1) })
	count("POST /containers/start", func() {
		d.started.Add(1)
		d.together.Store(max(d.together.Load(), d.now.Add(1)))
	})
	count("DELETE /containers", func() { d.now.Add(-1) })
	count("POST /containers/kill", func() {
		select {
		case d.kills <- true:
		default:
		}
	})
	return d
}

// runs answers each container's wait with the next function, and later ones with the last. A function returns the
// exit status when the container has ended.
func (d *fakeDisk) runs(f *fakeDaemon, each ...func() int) {
	var mu sync.Mutex
	n := 0
	f.answers["POST /containers/wait"] = func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		run := each[min(n, len(each)-1)]
		n++
		mu.Unlock()
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		_, _ = fmt.Fprintf(w, `{"StatusCode":%d}`, run())
	}
}

// ends is a container that ends with a status at once.
func ends(status int) func() int { return func() int { return status } }

// during is a container that ends with a status, while a shortage lasts until it has ended.
func (d *fakeDisk) during(is docker.Space, status int) func() int {
	return func() int {
		d.free.Store(&is)
		return status
	}
}

// leaves has every container leave these files.
func (f *fakeDaemon) leaves(files map[string]string) {
	for name, content := range files {
		to := &bytes.Buffer{}
		w := tar.NewWriter(to)
		check(f.t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name[strings.LastIndex(name, "/")+1:], Size: int64(len(content))}))
		_, err := io.WriteString(w, content)
		check(f.t, err)
		check(f.t, w.Close())
		f.archives[name] = []func(http.ResponseWriter){sends(to.Bytes())}
	}
}

// unmade has no image of an autograder exist.
func (f *fakeDaemon) unmade(commits *atomic.Int32) {
	f.answers["GET one"] = func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "grader-autograder:") {
			refuse(404, "No such image")(w, r)
			return
		}
		f.usual(w, r, "GET one")
	}
	f.answers["POST /containers/attach"] = upgrade
	f.answers["POST /commit"] = func(w http.ResponseWriter, _ *http.Request) {
		commits.Add(1)
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"Id": "sha256:made"}`)
	}
}

// TestFullDiskStartsNoContainer asks for a grading and for an image on a nearly full disk, and has the disk fill while
// files are copied.
func TestFullDiskStartsNoContainer(t *testing.T) {
	t.Parallel()
	for name, low := range map[string]docker.Space{"nearly full": nearlyFull, "full": full, "few inodes": fewInodes} {
		for _, imageOnly := range []bool{false, true} {
			for _, copying := range []bool{false, true} {
				f, a := newFakeDaemon(t)
				d, commits := newFakeDisk(f, a), &atomic.Int32{}
				job := a.script("")
				if job.ImageOnly = imageOnly; imageOnly {
					f.unmade(commits)
				}
				if copying {
					f.answers["PUT /containers/archive"] = func(w http.ResponseWriter, r *http.Request) {
						d.free.Store(&low)
						f.usual(w, r, "PUT /containers/archive")
					}
				} else {
					d.free.Store(&low)
				}
				run, err := a.RunAutograder(t.Context(), job)
				if !errors.Is(err, scheduler.ErrLowSpace) || schema.CodeOf(err) != schema.CodeUnavailable || run.Failure != "" {
					t.Errorf("%s, image only %v: %v %+v", name, imageOnly, err, run)
				}
				if got, want := d.created.Load() > 0, copying; got != want || d.started.Load() > 0 || commits.Load() > 0 {
					t.Errorf("%s, image only %v: %d containers created, %d started", name, imageOnly, d.created.Load(), d.started.Load())
				}
				if !strings.Contains(a.log.String(), "make room") {
					t.Error("staff read nothing")
				}
			}
		}
	}
}

// TestDaemonsFullDiskIsAShortage has the daemon itself lack space.
func TestDaemonsFullDiskIsAShortage(t *testing.T) {
	t.Parallel()
	for _, what := range []string{"POST /containers/create", "POST /containers/start", "PUT /containers/archive"} {
		f, a := newFakeDaemon(t)
		f.answers[what] = refuse(500, "write /x: no space left on device")
		if _, err := a.RunAutograder(t.Context(), a.script("")); !errors.Is(err, scheduler.ErrLowSpace) {
			t.Errorf("%s: %v", what, err)
		}
		f.unmade(&atomic.Int32{})
		job := a.script("")
		job.ImageOnly = true
		if _, err := a.RunAutograder(t.Context(), job); !errors.Is(err, scheduler.ErrLowSpace) {
			t.Errorf("%s, image only: %v", what, err)
		}
	}
}

// TestOnlyHarmedGradingsAreRepeated has a container end by itself while the disk is nearly full because of another one.
// The disk has room again when it is removed.
func TestOnlyHarmedGradingsAreRepeated(t *testing.T) {
	t.Parallel()
	const whole = `{"tests": [{"name": "a", "score": 1, "max_score": 2}]}`
	for name, c := range map[string]struct {
		free            docker.Space
		exit            int
		results, stdout string
		repeated        bool
	}{
		"success":                   {free: nearlyFull, results: whole, stdout: "1 of 2\n"},
		"success with few inodes":   {free: fewInodes, results: whole},
		"exit status":               {free: nearlyFull, results: whole, exit: 1, repeated: true},
		"no results":                {free: nearlyFull, repeated: true},
		"results that break off":    {free: nearlyFull, results: whole[:20], repeated: true},
		"empty results":             {free: nearlyFull, results: "", stdout: "x", repeated: true},
		"failed write in results":   {free: nearlyFull, results: `{"output": "OSError: [Errno 28] No space left on device"}`, repeated: true},
		"failed write in stdout":    {free: nearlyFull, results: whole, stdout: "cp: error writing: no space left on device\n", repeated: true},
		"failed write, as a number": {free: nearlyFull, results: whole, stdout: "errno: ENOSPC\n", repeated: true},
		"full disk":                 {free: full, results: whole, repeated: true},
		"no inodes":                 {free: docker.Space{Bytes: 1 << 40, Inodes: 5}, results: whole, repeated: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, a := newFakeDaemon(t)
			d := newFakeDisk(f, a)
			files := map[string]string{"/autograder/results/stdout": c.stdout}
			if c.results != "" {
				files["/autograder/results/results.json"] = c.results
			}
			f.leaves(files)
			d.runs(f, d.during(c.free, c.exit), ends(0))
			f.answers["DELETE /containers"] = func(w http.ResponseWriter, r *http.Request) {
				d.free.Store(&roomy)
				f.usual(w, r, "DELETE /containers")
			}
			run, err := a.RunAutograder(t.Context(), a.script(""))
			if err != nil || run.Exit != 0 || run.Limit != "" || string(run.Results) != c.results {
				t.Errorf("%v, exit %d, limit %q, results %q", err, run.Exit, run.Limit, run.Results)
			}
			if repeated := d.started.Load() == 2; repeated != c.repeated || d.started.Load() > 2 {
				t.Errorf("it ran %d times, want repeated %v", d.started.Load(), c.repeated)
			}
		})
	}
}

// TestSetupIsRepeatedAfterAShortage has a setup.sh succeed while the disk was nearly full: it may have gone on after an error.
func TestSetupIsRepeatedAfterAShortage(t *testing.T) {
	t.Parallel()
	f, a := newFakeDaemon(t)
	d, commits := newFakeDisk(f, a), &atomic.Int32{}
	f.unmade(commits)
	d.runs(f, d.during(nearlyFull, 0), ends(0))
	f.answers["DELETE /containers"] = func(w http.ResponseWriter, r *http.Request) {
		if commits.Load() > 0 != (d.started.Load() == 2) {
			t.Errorf("%d images after %d runs", commits.Load(), d.started.Load())
		}
		d.free.Store(&roomy)
		f.usual(w, r, "DELETE /containers")
	}
	job := a.script("")
	job.ImageOnly = true
	if run, err := a.RunAutograder(t.Context(), job); err != nil || run.Failure != "" || d.started.Load() != 2 || commits.Load() != 1 {
		t.Errorf("%v %q: %d runs, %d images", err, run.Failure, d.started.Load(), commits.Load())
	}
}

// TestCulpritIsNamed has one of two gradings fill the disk, so that both are ended. Repeated alone, the one that fills the
// disk again has reached its limit, and the other one is graded.
func TestCulpritIsNamed(t *testing.T) {
	t.Parallel()
	f, a := newFakeDaemon(t)
	a.Most = 2
	d := newFakeDisk(f, a)
	var first sync.WaitGroup
	first.Add(2)
	ended := make(chan bool)
	var once sync.Once
	together := func() int {
		first.Done()
		first.Wait()
		d.free.Store(&full)
		<-d.kills
		once.Do(func() { close(ended) })
		<-ended
		return 137
	}
	fills := func() int {
		d.together.Store(d.now.Load())
		d.free.Store(&full)
		<-d.kills
		d.free.Store(&roomy)
		return 137
	}
	d.runs(f, together, together, fills, ends(0))
	f.answers["DELETE /containers"] = func(w http.ResponseWriter, r *http.Request) {
		if d.now.Add(-1) == 0 {
			for len(d.kills) > 0 {
				<-d.kills
			}
			d.free.Store(&roomy)
		}
		f.usual(w, r, "DELETE /containers")
	}
	limits := make(chan string, 2)
	for range 2 {
		job := a.script("")
		job.Limits.Disk = 1000
		go func() {
			run, err := a.RunAutograder(t.Context(), job)
			limits <- fmt.Sprintf("%q %v", run.Limit, err)
		}()
	}
	got := map[string]bool{<-limits: true, <-limits: true}
	if !got[`"disk" <nil>`] || !got[`"" <nil>`] || d.started.Load() != 4 {
		t.Errorf("%v after %d runs", got, d.started.Load())
	}
	if n := d.together.Load(); n != 1 {
		t.Errorf("%d containers at the repetition", n)
	}
}

// TestRepeatedShortages fills the disk during each run of a grading that has not reached its limit.
func TestRepeatedShortages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files int64 // bytes of the container's files
		after docker.Space
		want  error
		runs  int32
	}{
		"by another program that goes on": {files: 10, after: nearlyFull, want: scheduler.ErrLowSpace, runs: 1},
		"by its files":                    {files: 500 << 20, after: roomy, want: scheduler.ErrFillsDisk, runs: 2},
		"by files without a name":         {files: 10, after: docker.Space{Bytes: 1 << 30, Inodes: 1 << 20}, want: scheduler.ErrFillsDisk, runs: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, a := newFakeDaemon(t)
			d := newFakeDisk(f, a)
			d.runs(f, func() int {
				d.free.Store(&nearlyFull)
				<-d.kills
				d.free.Store(&c.after)
				return 137
			})
			f.answers["GET one"] = func(w http.ResponseWriter, _ *http.Request) {
				_, _ = fmt.Fprintf(w, `{"Id":"sha256:1","SizeRw":%d}`, c.files)
			}
			job := a.script("")
			job.Limits.Disk = 1 << 42
			run, err := a.RunAutograder(t.Context(), job)
			if !errors.Is(err, c.want) || run.Limit != "" || d.started.Load() != c.runs {
				t.Errorf("%v, limit %q after %d runs, want %v after %d", err, run.Limit, d.started.Load(), c.want, c.runs)
			}
		})
	}
}

// toldReader calls told when it is read from the start, which is when its grading begins.
type toldReader struct {
	io.ReadSeeker
	told func()
}

func (r *toldReader) Seek(offset int64, whence int) (int64, error) {
	r.told()
	return r.ReadSeeker.Seek(offset, whence)
}

// TestRegradesLeaveAPlaceForPushes asks for two regrades where two gradings may run, and then for a push.
func TestRegradesLeaveAPlaceForPushes(t *testing.T) {
	t.Parallel()
	f, a := newFakeDaemon(t)
	a.Most = 2
	began, release := make(chan schema.Lane, 3), make(chan bool)
	newFakeDisk(f, a).runs(f, func() int { <-release; return 0 })
	ended := make(chan error, 3)
	ask := func(lane schema.Lane) {
		job := a.script("")
		job.Lane = lane
		job.Submission = &toldReader{ReadSeeker: job.Submission, told: func() { began <- lane }}
		go func() {
			_, err := a.RunAutograder(t.Context(), job)
			ended <- err
		}()
	}
	ask(schema.LaneRegrade)
	if lane := <-began; lane != schema.LaneRegrade {
		t.Error("the first one is a regrade")
	}
	ask(schema.LaneRegrade)
	ask(schema.LaneInteractive)
	if lane := <-began; lane != schema.LaneInteractive {
		t.Errorf("%v began beside a regrade", lane)
	}
	for range 3 {
		release <- true
		check(t, <-ended)
	}
}
