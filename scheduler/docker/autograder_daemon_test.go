package docker_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docker/docker/api/types/image"

	"github.com/grader/grader/scheduler/docker"
	"github.com/grader/grader/schema"
)

// fakeDaemon answers as a Docker daemon that has every image, and whose containers end at once. A test replaces answers
// to provoke what a real daemon does rarely.
type fakeDaemon struct {
	t *testing.T

	mu       sync.Mutex
	answers  map[string]http.HandlerFunc // by method and the last part of the path, without versions and names
	archives map[string][]func(http.ResponseWriter)
	images   []image.Summary
	removed  []string // images
}

func newFakeDaemon(t *testing.T) (*fakeDaemon, *autograders) {
	t.Helper()
	f := &fakeDaemon{t: t, answers: map[string]http.HandlerFunc{}, archives: map[string][]func(http.ResponseWriter){}}
	server := httptest.NewServer(f)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	log := &syncBuffer{}
	a := &autograders{t: t, log: log, Autograders: &docker.Autograders{
		Host: "tcp://" + server.Listener.Addr().String(), Server: "s", Bases: map[string]string{"standard": "base"},
		Dir: t.TempDir(), Logger: slog.New(slog.NewTextHandler(log, nil)),
	}}
	t.Cleanup(func() { check(t, a.Close()) })
	return f, a
}

// refuse returns an error answer of the daemon.
func refuse(status int, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
	}
}

// breakOff ends an answer before its content.
func breakOff(w http.ResponseWriter, _ *http.Request) {
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// upgrade answers a request for a stream with one that is empty.
func upgrade(w http.ResponseWriter, _ *http.Request) {
	connection, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = io.WriteString(connection, "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
	_ = connection.Close()
}

// sends returns an answer with a tar file.
func sends(content []byte) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		stat := base64.StdEncoding.EncodeToString([]byte(`{"name":"x"}`))
		w.Header().Set("X-Docker-Container-Path-Stat", stat)
		_, _ = w.Write(content)
	}
}

func (f *fakeDaemon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	version, name := regexp.MustCompile(`^/v[0-9.]+`), regexp.MustCompile(`/grader-autograder[^/]*|/base2?`)
	_, _ = io.Copy(io.Discard, r.Body)
	path := version.ReplaceAllString(r.URL.Path, "")
	what := r.Method + " " + name.ReplaceAllString(path, "")
	if r.Method == http.MethodGet && name.MatchString(path) && strings.HasSuffix(path, "/json") {
		what = "GET one"
	}
	f.mu.Lock()
	answer := f.answers[what]
	f.mu.Unlock()
	if answer != nil {
		answer(w, r)
		return
	}
	f.usual(w, r, what)
}

func (f *fakeDaemon) usual(w http.ResponseWriter, r *http.Request, what string) {
	say := func(v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch what {
	case "HEAD /_ping", "GET /_ping":
		w.Header().Set("Api-Version", "1.47")
	case "PUT /containers/archive":
	case "GET /containers/json":
		say([]string{})
	case "GET /info":
		say(map[string]string{"DockerRootDir": "/"})
	case "GET /images/json":
		if !strings.Contains(r.URL.RawQuery, "dangling") {
			say(f.images)
			return
		}
		say([]image.Summary{})
	case "DELETE /images":
		f.removed = append(f.removed, r.URL.Path[strings.LastIndex(r.URL.Path, ":")+1:])
		say([]string{})
	case "POST /containers/create":
		w.WriteHeader(http.StatusCreated)
		say(map[string]string{"Id": "grader-autograder-1"})
	case "POST /containers/wait":
		say(map[string]int{"StatusCode": 0})
	case "GET /containers/archive":
		f.archive(w, r.URL.Query().Get("path"))
	case "GET /containers/stats":
		say(map[string]string{})
	case "POST /containers/start", "DELETE /containers", "POST /containers/kill":
		w.WriteHeader(http.StatusNoContent)
	case "GET one":
		say(map[string]any{"Id": "sha256:" + strings.Repeat("1", strings.Count(r.URL.Path, "2")+1), "SizeRw": 1})
	default:
		refuse(http.StatusNotImplemented, what)(w, r)
	}
}

// archive sends the next answer for a path, or the last one again.
func (f *fakeDaemon) archive(w http.ResponseWriter, path string) {
	answers := f.archives[path]
	if len(answers) == 0 {
		refuse(http.StatusNotFound, "Could not find the file "+path+" in container x")(w, nil)
		return
	}
	if len(answers) > 1 {
		f.archives[path] = answers[1:]
	}
	answers[0](w)
}

// TestOnlyUnknownNamesAreTheTests checks which errors of the daemon are mistakes of staff, and which have a grading repeated.
func TestOnlyUnknownNamesAreTheTests(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		what    string
		answer  http.HandlerFunc
		failure string // "": the grading is repeated
	}{
		"daemon ends while it waits": {"POST /containers/wait", breakOff, ""},
		"disk is full at create":     {"POST /containers/create", refuse(500, "no space left on device"), ""},
		"disk is full at start":      {"POST /containers/start", refuse(500, "failed to create shim: no space left on device"), ""},
		"container was removed":      {"POST /containers/start", refuse(404, "No such container: grader-autograder-1"), ""},
		"daemon is broken":           {"GET /info", refuse(500, "broken"), ""},
		"name is in use":             {"POST /containers/create", refuse(409, "Conflict. The name is in use"), ""},
		"results cannot be read":     {"GET /containers/archive", refuse(500, "input/output error"), ""},
		"answer breaks off":          {"GET /containers/archive", func(w http.ResponseWriter, r *http.Request) { sends(nil)(w); breakOff(w, r) }, ""},
		"error of wait":              {"POST /containers/wait", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"Error":{"Message":"lost"}}`) }, ""},
		"image was removed":          {"POST /containers/create", refuse(404, "No such image: sha256:1"), ""},
		"base image does not exist":  {"GET one", refuse(404, "No such image: base"), "the image base is not on this machine"},
		"name is malformed":          {"POST /containers/create", refuse(400, "invalid network mode"), "invalid network mode"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, a := newFakeDaemon(t)
			f.answers[c.what] = c.answer
			run, err := a.RunAutograder(t.Context(), a.script(""))
			if c.failure == "" && (schema.CodeOf(err) != schema.CodeUnavailable || run.Failure != "" || run.Missing != "") {
				t.Errorf("it is not repeated: %v %+v", err, run)
			}
			if c.failure != "" && (err != nil || !strings.Contains(run.Failure, c.failure)) {
				t.Errorf("%v, failure %q, want %q", err, run.Failure, c.failure)
			}
		})
	}
}

// TestMissingResults checks which errors of the daemon mean that the autograder left no results.
func TestMissingResults(t *testing.T) {
	t.Parallel()
	for text, status := range map[string]int{"Could not find the file x in container y": 404, "lstat x: not a directory": 500, "too many levels of symbolic links": 500, "lstat x: file name too long": 500} {
		f, a := newFakeDaemon(t)
		f.answers["GET /containers/archive"] = refuse(status, text)
		if run, err := a.RunAutograder(t.Context(), a.script("")); err != nil || run.Missing != "the autograder left no results/results.json" {
			t.Errorf("%s: %v %+v", text, err, run)
		}
	}
}

// sourceOf returns a tar file of source/ with n files.
func sourceOf(t *testing.T, n int, content func(n int) string) []byte {
	t.Helper()
	to := &bytes.Buffer{}
	w := tar.NewWriter(to)
	check(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: "source/"}))
	for i := range n {
		text := content(i)
		check(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: fmt.Sprintf("source/f%05d", i), Size: int64(len(text))}))
		_, err := io.WriteString(w, text)
		check(t, err)
	}
	check(t, w.Close())
	return to.Bytes()
}

// TestChangesCannotBeHidden changes source/ in ways that would leave a changed file out.
func TestChangesCannotBeHidden(t *testing.T) {
	t.Parallel()
	same := func(int) string { return "" }
	forged := func(from int) func(int) string {
		return func(n int) string {
			if n >= from {
				return "forged"
			}
			return ""
		}
	}
	before := sourceOf(t, 201, same)
	links := &bytes.Buffer{}
	w := tar.NewWriter(links)
	check(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "source/f00000"}))
	check(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeLink, Name: "source/f00001", Linkname: "source/f00000"}))
	check(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: "source/f00002", Linkname: "f00000"}))
	check(t, w.Close())
	huge := &bytes.Buffer{}
	check(t, tar.NewWriter(huge).WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "source/a", Size: 1 << 40}))
	for name, c := range map[string]struct {
		before, after []byte
		changed       int
		unknown       bool
	}{
		"nothing changed":                 {before, before, 0, false},
		"one after many that are touched": {before, sourceOf(t, 201, forged(200)), 1, false},
		"more than are reported":          {before, sourceOf(t, 201, forged(0)), 100, true},
		"files added":                     {before, sourceOf(t, 300, same), 0, false},
		"too many files added":            {before, sourceOf(t, 50_001, same), 0, true},
		"a huge file added":               {before, huge.Bytes(), 0, true},
		"a stream that breaks off":        {before, before[:5000], 0, true},
		"an image that is too large":      {sourceOf(t, 50_001, same), before, 0, true},
		"links":                           {sourceOf(t, 3, same), links.Bytes(), 1, false},
		"all removed":                     {sourceOf(t, 3, same), nil, 3, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, a := newFakeDaemon(t)
			after := sends(c.after)
			if c.after == nil {
				after = func(w http.ResponseWriter) { refuse(404, "Could not find the file")(w, nil) }
			}
			f.archives["/autograder/source"] = []func(http.ResponseWriter){sends(c.before), after}
			run, err := a.RunAutograder(t.Context(), a.script(""))
			if err != nil || len(run.Changed) != c.changed || run.ChangesUnknown != c.unknown {
				t.Errorf("%v, changed %d, unknown %v, want %d, %v", err, len(run.Changed), run.ChangesUnknown, c.changed, c.unknown)
			}
		})
	}
}

// TestFailedKillIsRepeated has the first request to end a container at its limit fail.
func TestFailedKillIsRepeated(t *testing.T) {
	t.Parallel()
	f, a := newFakeDaemon(t)
	killed, kills := make(chan bool), 0
	f.answers["POST /containers/kill"] = func(w http.ResponseWriter, r *http.Request) {
		if kills++; kills == 1 {
			refuse(500, "tried to kill container, but did not receive an exit event")(w, r)
			return
		}
		w.WriteHeader(http.StatusNoContent)
		close(killed)
	}
	f.answers["POST /containers/wait"] = func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		<-killed
		_, _ = io.WriteString(w, `{"StatusCode":137}`)
	}
	job := a.script("")
	job.Limits.Wall = time.Nanosecond
	if run, err := a.RunAutograder(t.Context(), job); err != nil || run.Limit != "wall" || kills != 2 {
		t.Errorf("%v, limit %q after %d requests", err, run.Limit, kills)
	}
}

// has adds images that were made long ago, each of 100 bytes.
func (f *fakeDaemon) has(made time.Time, keys ...string) {
	for _, key := range keys {
		f.images = append(f.images, image.Summary{ID: key, RepoTags: []string{"grader-autograder:" + key}, Created: made.Unix(), Size: 1 << 30,
			Labels: map[string]string{"grader.autograder.image": key, "grader.autograder.added": "100"}})
	}
}

// TestLostListOfUsesRemovesNothing starts with a list of uses that is missing or malformed, and with images of a week ago.
func TestLostListOfUsesRemovesNothing(t *testing.T) {
	t.Parallel()
	for _, list := range []string{"", "{", "null", `{"a": 1}`, "[]"} {
		f, a := newFakeDaemon(t)
		now := time.Now()
		a.Clock = func() time.Time { return now }
		f.has(now.Add(-7*24*time.Hour), "a", "b")
		if list != "" {
			check(t, os.WriteFile(filepath.Join(a.Dir, "uses.json"), []byte(list), 0o600))
		}
		check(t, a.Clean(t.Context()))
		now = now.Add(23 * time.Hour)
		check(t, a.Clean(t.Context()))
		if len(f.removed) > 0 {
			t.Errorf("%q: removed %v", list, f.removed)
		}
		now = now.Add(2 * time.Hour)
		if check(t, a.Clean(t.Context())); len(f.removed) != 2 {
			t.Errorf("%q: removed %v a day later", list, f.removed)
		}
		if warned := strings.Contains(a.log.String(), "list of uses of autograders' images cannot be read"); warned != (list != "") {
			t.Errorf("%q: warned %v", list, warned)
		}
	}
}

// TestNewImageIsKeptAboveTotal has active images that exceed the total size, and one that was made a moment ago.
func TestNewImageIsKeptAboveTotal(t *testing.T) {
	t.Parallel()
	f, a := newFakeDaemon(t)
	now := time.Now()
	a.Clock, a.Total = func() time.Time { return now }, 150
	check(t, os.WriteFile(filepath.Join(a.Dir, "uses.json"),
		fmt.Appendf(nil, `{"a": {"used": %q, "versions": [{"repository": 1, "commit": "c", "dir": "ag/", "flavour": "standard"}]}, "b": {"used": %[1]q, "versions": []}}`, now.Add(-2*time.Hour).Format(time.RFC3339)), 0o600))
	a.Active = func(context.Context) ([]docker.ActiveTests, error) {
		return []docker.ActiveTests{{Name: "c/a", Tests: schema.Tree{Repository: 1, Commit: "c", Tree: "t"}}}, nil
	}
	f.has(now.Add(-3*time.Hour), "a", "b")
	f.has(now, "new")
	if check(t, a.Clean(t.Context())); strings.Join(f.removed, " ") != "b" {
		t.Errorf("removed %v, want b", f.removed)
	}
	f.images = append(f.images[:1], f.images[2:]...)
	f.answers["GET one"] = func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "grader-autograder") {
			refuse(404, "No such image")(w, r)
			return
		}
		f.usual(w, r, "GET one")
	}
	run, err := a.RunAutograder(t.Context(), a.script(""))
	if err != nil || !strings.Contains(run.Failure, "or to raise autograders: total") || a.setups() != 0 {
		t.Errorf("a new image above the total size: %v, %q", err, run.Failure)
	}
}

// TestActiveTestsAreGradedAboveTotal asks for the images of a candidate and then of the active tests with the same package,
// when the images are too large together. The flavour's base image was replaced, so neither exists.
func TestActiveTestsAreGradedAboveTotal(t *testing.T) {
	t.Parallel()
	f, a := newFakeDaemon(t)
	now := time.Now()
	a.Clock, a.Total = func() time.Time { return now }, 150
	f.has(now, "new", "newer")
	var made atomic.Bool
	f.answers["GET one"] = func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "grader-autograder:") && !made.Load() {
			refuse(404, "No such image")(w, r)
			return
		}
		f.usual(w, r, "GET one")
	}
	f.answers["POST /commit"] = func(w http.ResponseWriter, _ *http.Request) {
		made.Store(true)
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"Id": "sha256:made"}`)
	}
	f.answers["POST /containers/attach"] = upgrade
	active := errors.New("the store is busy")
	a.Active = func(context.Context) ([]docker.ActiveTests, error) {
		return []docker.ActiveTests{{Name: "c/a", Tests: schema.Tree{Repository: 1, Commit: "active", Tree: "other"}}}, active
	}
	push := func(commit string) (schema.AutograderRun, error) {
		job := a.script("")
		job.Tests = schema.Tree{Repository: 1, Commit: commit, Tree: "t"}
		return a.RunAutograder(t.Context(), job)
	}
	if _, err := push("active"); !errors.Is(err, active) {
		t.Errorf("while the active tests are not known: %v", err)
	}
	active = nil
	for _, commit := range []string{"candidate", "active", "candidate"} {
		run, err := push(commit)
		if refused := strings.Contains(run.Failure, "or to raise autograders: total"); err != nil || refused != (commit == "candidate" && !made.Load()) {
			t.Errorf("%s: %v, %q", commit, err, run.Failure)
		}
	}
	if n := a.setups(); n != 1 {
		t.Errorf("setup.sh was run %d times", n)
	}
}

// TestLargeSourceIsReadOnce grades three times in an image whose source/ is too large to compare, and in one whose first
// reading the daemon broke off.
func TestLargeSourceIsReadOnce(t *testing.T) {
	t.Parallel()
	same := func(int) string { return "" }
	small := sourceOf(t, 3, same)
	for name, c := range map[string]struct {
		first   []byte
		reads   int
		unknown []bool
	}{
		"too large":  {sourceOf(t, 50_001, same), 1, []bool{true, true, true}},
		"broken off": {small[:100], 4, []bool{true, false, false}},
		"small":      {small, 4, []bool{false, false, false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, a := newFakeDaemon(t)
			reads := 0
			read := func(content []byte) func(http.ResponseWriter) {
				return func(w http.ResponseWriter) { reads++; sends(content)(w) }
			}
			f.archives["/autograder/source"] = []func(http.ResponseWriter){read(c.first), read(small)}
			for n, unknown := range c.unknown {
				run, err := a.RunAutograder(t.Context(), a.script(""))
				if err != nil || run.ChangesUnknown != unknown {
					t.Errorf("grading %d: %v, unknown %v", n+1, err, run.ChangesUnknown)
				}
			}
			if reads != c.reads {
				t.Errorf("source/ was read %d times, want %d", reads, c.reads)
			}
		})
	}
}

// TestUsesDoNotReplaceEachOther runs two autograders of one assignment, and one of them with two flavours.
func TestUsesDoNotReplaceEachOther(t *testing.T) {
	t.Parallel()
	_, a := newFakeDaemon(t)
	a.Bases["other"] = "base2"
	a.Active = func(context.Context) ([]docker.ActiveTests, error) {
		return []docker.ActiveTests{{Name: "c/a", Tests: schema.Tree{Repository: 1, Commit: "c1"}}}, nil
	}
	ask := func(dir, flavour string) {
		t.Helper()
		job := a.script("")
		job.Dir, job.Flavour.Name, job.ImageOnly = dir, flavour, true
		job.Package = func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(tarOf(t, dir, map[string]string{"setup.sh": "", "run_autograder": "", "name": dir})), nil
		}
		run, err := a.RunAutograder(t.Context(), job)
		if err != nil || run.Failure != "" {
			t.Fatal(err, run.Failure)
		}
	}
	ask("ag/", "standard")
	ask("second/", "standard")
	ask("ag/", "other")
	text, err := os.ReadFile(filepath.Join(a.Dir, "uses.json"))
	check(t, err)
	var uses map[string]struct{ Versions []any }
	check(t, json.Unmarshal(text, &uses))
	used := 0
	for _, use := range uses {
		used += len(use.Versions)
	}
	if len(uses) != 3 || used != 3 {
		t.Errorf("%d images are used, want 3: %s", used, text)
	}
}

// TestFullDiskFailsNoGrading has a list of uses that cannot be saved.
func TestFullDiskFailsNoGrading(t *testing.T) {
	t.Parallel()
	_, a := newFakeDaemon(t)
	check(t, os.MkdirAll(filepath.Join(a.Dir, "uses.json.new", "x"), 0o700))
	if run, err := a.RunAutograder(t.Context(), a.script("")); err != nil || run.Failure != "" {
		t.Errorf("%v %+v", err, run)
	}
	if !strings.Contains(a.log.String(), "are not saved") {
		t.Errorf("no warning: %s", a.log)
	}
}

// TestShortFullDiskIsNoticed has a container end at once, while the disk is full for a moment at its start or its end.
func TestShortFullDiskIsNoticed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		start, end bool   // the disk is full then
		files      int64  // bytes of the container's files
		exit       int    // status of the container
		limit      string // of the grading
		repeated   bool
	}{
		"at no time":               {exit: 1},
		"at the start":             {start: true, exit: 1, repeated: true},
		"at the end":               {end: true, exit: 1, repeated: true},
		"at the end, with success": {end: true, repeated: true},
		"by the container's files": {end: true, exit: 1, files: 1001, limit: "disk"},
		"files up to the limit":    {end: true, exit: 1, files: 1000, repeated: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, a := newFakeDaemon(t)
			var ended atomic.Bool
			a.Free = func() (docker.Space, bool) {
				if ended.Load() && c.end || !ended.Load() && c.start {
					return docker.Space{Bytes: 100, Inodes: 1 << 20}, true
				}
				return docker.Space{Bytes: 1 << 40, Inodes: 1 << 20}, true
			}
			f.answers["POST /containers/wait"] = func(w http.ResponseWriter, _ *http.Request) {
				ended.Store(true)
				_, _ = fmt.Fprintf(w, `{"StatusCode":%d}`, c.exit)
			}
			f.answers["GET one"] = func(w http.ResponseWriter, _ *http.Request) {
				_, _ = fmt.Fprintf(w, `{"Id":"sha256:1","SizeRw":%d}`, c.files)
			}
			job := a.script("")
			job.Limits.Disk = 1000
			run, err := a.RunAutograder(t.Context(), job)
			if repeated := schema.CodeOf(err) == schema.CodeUnavailable; repeated != c.repeated || !repeated && (err != nil || run.Limit != c.limit || run.Exit != c.exit) {
				t.Errorf("%v, limit %q, exit %d", err, run.Limit, run.Exit)
			}
		})
	}
}

// TestUnknownSpaceIsLogged has a daemon whose directory this machine does not have.
func TestUnknownSpaceIsLogged(t *testing.T) {
	t.Parallel()
	for known, warnings := range map[bool]int{false: 1, true: 0} {
		_, a := newFakeDaemon(t)
		a.Free = func() (docker.Space, bool) { return docker.Space{Bytes: 1 << 40, Inodes: 1 << 20}, known }
		for range 2 {
			if _, err := a.RunAutograder(t.Context(), a.script("")); err != nil {
				t.Error(err)
			}
		}
		if n := strings.Count(a.log.String(), "the free space of Docker's file system cannot be read"); n != warnings {
			t.Errorf("%d warnings, want %d: %s", n, warnings, a.log)
		}
	}
}

// TestFullDiskEndsContainers fills the daemon's disk while a container runs. Only a container that filled it has reached
// its limit.
func TestFullDiskEndsContainers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files int64        // bytes of the container's files
		after docker.Space // what is free when the container has ended
		limit string       // "": the grading is repeated
	}{
		"by another program":      {files: 10, after: docker.Space{Bytes: 100, Inodes: 1 << 20}},
		"a little is freed":       {files: 10, after: docker.Space{Bytes: 1000, Inodes: 1 << 20}},
		"by its files":            {files: 1001, after: docker.Space{Bytes: 100, Inodes: 1 << 20}, limit: "disk"},
		"by files without a name": {files: 10, after: docker.Space{Bytes: 1 << 30, Inodes: 1 << 20}, limit: "disk"},
		"no inodes":               {files: 10, after: docker.Space{Bytes: 1 << 30, Inodes: 5}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, a := newFakeDaemon(t)
			began, killed := make(chan bool), make(chan bool)
			var first, once sync.Once
			full := docker.Space{Bytes: 100, Inodes: c.after.Inodes}
			if c.after.Inodes < 10 {
				full.Bytes = c.after.Bytes
			}
			a.Free = func() (docker.Space, bool) {
				select {
				case <-killed:
					return c.after, true
				default:
				}
				select {
				case <-began:
					return full, true
				default: // a container is not started on a full disk
					return roomy, true
				}
			}
			f.answers["POST /containers/kill"] = func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusNoContent)
				once.Do(func() { close(killed) })
			}
			f.answers["POST /containers/wait"] = func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusOK)
				w.(http.Flusher).Flush()
				first.Do(func() { close(began) })
				<-killed
				_, _ = io.WriteString(w, `{"StatusCode":137}`)
			}
			f.answers["GET one"] = func(w http.ResponseWriter, r *http.Request) {
				select {
				case <-killed: // the size is known too late
					_, _ = fmt.Fprintf(w, `{"Id":"sha256:1","SizeRw":%d}`, c.files)
				default:
					_, _ = io.WriteString(w, `{"Id":"sha256:1","SizeRw":1}`)
				}
			}
			job := a.script("")
			job.Limits.Disk = 1000
			run, err := a.RunAutograder(t.Context(), job)
			if c.limit == "" && (schema.CodeOf(err) != schema.CodeUnavailable || !strings.Contains(a.log.String(), "make room")) || c.limit != "" && (err != nil || run.Limit != c.limit) {
				t.Errorf("%v, limit %q, want %q: %s", err, run.Limit, c.limit, a.log)
			}
		})
	}
}
