package docker_test

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/scheduler/docker"
	"github.com/grader/grader/schema"
)

// baseImage is a sealed runner image with a shell, dpkg and Python. make test makes it.
const baseImage = "grader-runner:test"

// autograders is a docker.Autograders of a test, with its log.
type autograders struct {
	*docker.Autograders
	t   *testing.T
	log *syncBuffer
}

// syncBuffer is a buffer that several goroutines write to.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func newAutograders(t *testing.T) *autograders {
	t.Helper()
	if engine == nil {
		t.Skip("no Docker daemon")
	}
	if _, err := engine.ImageInspect(t.Context(), baseImage); errdefs.IsNotFound(err) {
		t.Skip("no image " + baseImage + ": make test-image")
	}
	log := &syncBuffer{}
	a := &autograders{t: t, log: log, Autograders: &docker.Autograders{
		Server: "test-" + strings.ToLower(strings.NewReplacer("/", "-", " ", "-").Replace(t.Name())), Bases: map[string]string{"standard": baseImage},
		Build: docker.BuildLimits{Network: "none", Time: 5 * time.Minute, Memory: 512 << 20, Disk: 256 << 20, CPU: 2, Processes: 256},
		Dir:   t.TempDir(), Logger: slog.New(slog.NewTextHandler(log, nil)),
	}}
	t.Cleanup(a.end)
	return a
}

// end closes it and removes its images.
func (a *autograders) end() {
	check(a.t, a.Close())
	ctx := context.Background()
	images, err := engine.ImageList(ctx, image.ListOptions{Filters: filters.NewArgs(filters.Arg("label", "grader.autograder.server="+a.Server))})
	check(a.t, err)
	for _, is := range images {
		_, err := engine.ImageRemove(ctx, is.ID, image.RemoveOptions{Force: true})
		check(a.t, err)
	}
	left, err := engine.ContainerList(ctx, container.ListOptions{All: true, Filters: filters.NewArgs(filters.Arg("label", "grader.autograders="+a.Server))})
	check(a.t, err)
	if len(left) > 0 {
		a.t.Errorf("containers are left: %v", left)
	}
}

// setups returns how often a setup.sh was run.
func (a *autograders) setups() int {
	return strings.Count(a.log.String(), `msg="running an autograder's setup.sh"`)
}

// job returns a run of an autograder with the files, for an empty submission.
func (a *autograders) job(files map[string]string) scheduler.AutograderJob {
	return scheduler.AutograderJob{
		AutograderOrder: schema.AutograderOrder{Dir: "ag/", Limits: schema.StepLimits{CPU: time.Minute, Wall: time.Minute, Memory: 256 << 20, Processes: 64, Disk: 64 << 20}},
		Flavour:         schema.Flavour{Name: "standard", CPU: 1}, Tests: schema.Tree{Repository: 1, Commit: "c1"},
		Package:    func(context.Context) (io.ReadCloser, error) { return io.NopCloser(tarOf(a.t, "ag/", files)), nil },
		Submission: bytes.NewReader(tarOf(a.t, "", map[string]string{"submission/hello.txt": "hello\n", "submission_metadata.json": "{}\n"}).Bytes()),
	}
}

// run runs an autograder with the files.
func (a *autograders) run(files map[string]string) schema.AutograderRun {
	a.t.Helper()
	run, err := a.RunAutograder(a.t.Context(), a.job(files))
	check(a.t, err)
	return run
}

func tarOf(t *testing.T, below string, files map[string]string) *bytes.Buffer {
	t.Helper()
	to := &bytes.Buffer{}
	w := tar.NewWriter(to)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		content := files[name]
		check(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: below + name, Size: int64(len(content)), Mode: 0o644}))
		_, err := w.Write([]byte(content))
		check(t, err)
	}
	check(t, w.Close())
	return to
}

// printing returns an autograder whose results are a script's output.
func printing(script string) map[string]string {
	return map[string]string{"setup.sh": "true\n", "run_autograder": "#!/bin/sh\n{\n" + script + "\n} >results/results.json 2>&1\n"}
}

// script returns a run of a shell script that belongs to the submission, so that all scripts share one image.
func (a *autograders) script(script string) scheduler.AutograderJob {
	job := a.job(map[string]string{"setup.sh": "true\n", "run_autograder": "#!/bin/sh\nexec sh submission/script\n"})
	job.Submission = bytes.NewReader(tarOf(a.t, "", map[string]string{"submission/script": script + "\n"}).Bytes())
	return job
}

// runScript runs a shell script in a new container of one image.
func (a *autograders) runScript(script string) schema.AutograderRun {
	a.t.Helper()
	run, err := a.RunAutograder(a.t.Context(), a.script(script))
	check(a.t, err)
	return run
}

// TestSetupInstallsPackages installs a package of Debian and a module of Python without a network. The scripts have
// line ends of Windows.
func TestSetupInstallsPackages(t *testing.T) {
	t.Parallel()
	a := newAutograders(t)
	run := a.run(map[string]string{
		"setup.sh": "set -e\r\ncd /autograder/source\r\nmkdir -p deb/usr/bin\r\nchmod -R a+rX deb\r\ncp greet deb/usr/bin/greet\r\nchmod 755 deb/usr/bin/greet\r\n" +
			"dpkg-deb --build deb /tmp/greet.deb\r\napt-get install -y /tmp/greet.deb\r\n" +
			"cp greeting.py $(python3 -c 'import sysconfig; print(sysconfig.get_paths()[\"purelib\"])')/ 2>/dev/null || cp greeting.py /usr/lib/python3/dist-packages/\r\n",
		"greet": "#!/bin/sh\necho greetings\n", "greeting.py": "def text(): return 'from Python'\n",
		"deb/DEBIAN/control": "Package: greet\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: greets\n",
		"run_autograder":     "#!/bin/sh\r\ngreet >results/results.json\r\npython3 -c 'import greeting; print(greeting.text())' >>results/results.json\r\npwd\r\nls\r\n",
	})
	if got, want := string(run.Results), "greetings\nfrom Python\n"; got != want || run.Failure != "" || run.Exit != 0 {
		t.Errorf("results %q, want %q: %+v", got, want, run)
	}
	if want := "/autograder\nresults\nrun_autograder\nsource\nsubmission\nsubmission_metadata.json\n"; run.Stdout != want {
		t.Errorf("layout %q, want %q", run.Stdout, want)
	}
}

// TestImageIsMadeOncePerContent runs one content many times, at one time and one after another.
func TestImageIsMadeOncePerContent(t *testing.T) {
	t.Parallel()
	a := newAutograders(t)
	files := printing("cat submission/hello.txt /made")
	files["setup.sh"] = "echo made >/made\n"
	jobs := []scheduler.AutograderJob{a.job(files), a.job(files), a.job(files)}
	jobs[1].Tests = schema.Tree{Repository: 2, Commit: "c2"} // another assignment
	var all sync.WaitGroup
	for _, job := range jobs {
		all.Go(func() {
			run, err := a.RunAutograder(t.Context(), job)
			if err != nil || string(run.Results) != "hello\nmade\n" {
				t.Errorf("results %q: %v %+v", run.Results, err, run)
			}
		})
	}
	all.Wait()
	only := a.job(files)
	only.ImageOnly = true
	if run, err := a.RunAutograder(t.Context(), only); err != nil || run.Results != nil || run.Failure != "" {
		t.Errorf("%v %+v, want nothing", err, run)
	}
	if n := a.setups(); n != 1 {
		t.Errorf("setup.sh was run %d times for one content", n)
	}
	files["data"] = "changed"
	a.run(files)
	if n := a.setups(); n != 2 {
		t.Errorf("setup.sh was run %d times for two contents", n)
	}
}

// fillsDisk writes many files.
const fillsDisk = "n=0; while dd if=/dev/zero of=/big$n bs=1M count=4 status=none; do n=$((n + 1)); sleep 0.1; done"

// TestSetupFailures checks what staff read of each failed or hostile setup.sh. None leaves an image.
func TestSetupFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		setup, failure, printed string
		limit                   func(*docker.BuildLimits)
	}{
		"exit status":     {setup: "echo what is wrong\necho more >&2\nexit 3", failure: "setup.sh failed with exit status 3: more", printed: "what is wrong\nmore\n"},
		"silent":          {setup: "exit 3", failure: "setup.sh failed with exit status 3"},
		"endless":         {setup: "echo begun; while :; do sleep 1; done", failure: "setup.sh has not ended after 2s", printed: "begun\n", limit: func(l *docker.BuildLimits) { l.Time = 2 * time.Second }},
		"too much disk":   {setup: fillsDisk, failure: "setup.sh wrote more than 16 MiB", limit: func(l *docker.BuildLimits) { l.Disk = 16 << 20 }},
		"too much memory": {setup: "exec python3 -c 'x = bytearray(1 << 30)'", failure: "setup.sh used more than 64 MiB of memory", printed: "Killed\n", limit: func(l *docker.BuildLimits) { l.Memory = 64 << 20 }},
		"too many processes": {
			setup:   "python3 -c '\nimport os, sys, time\nfor n in range(500):\n  try:\n    if os.fork() == 0: time.sleep(60); os._exit(0)\n  except OSError as e: print(e.strerror); sys.exit(4)\n'",
			failure: "setup.sh failed with exit status 4: Resource temporarily unavailable", printed: "Resource temporarily unavailable\n", limit: func(l *docker.BuildLimits) { l.Processes = 32 },
		},
		"network that is off": {setup: "ls /sys/class/net; exit 5", failure: "setup.sh failed with exit status 5: lo", printed: "lo\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAutograders(t)
			if c.limit != nil {
				c.limit(&a.Build)
			}
			files := printing("echo ran")
			files["setup.sh"] = c.setup + "\n"
			run := a.run(files)
			if run.Failure != c.failure || run.Setup != c.printed || run.Results != nil {
				t.Errorf("failure %q, printed %q, results %q", run.Failure, run.Setup, run.Results)
			}
			if a.run(files); a.setups() != 1 {
				t.Errorf("a setup.sh that failed a moment ago was run %d times", a.setups())
			}
			images, err := a.ListImages(t.Context())
			if err != nil || len(images) > 0 {
				t.Errorf("images %v: %v", images, err)
			}
		})
	}
}

// TestPackageFailures checks packages that cannot become an image.
func TestPackageFailures(t *testing.T) {
	t.Parallel()
	a := newAutograders(t)
	whole := printing("echo ran")
	for want, change := range map[string]func(job *scheduler.AutograderJob){
		"ag/ has no setup.sh":           func(job *scheduler.AutograderJob) { job.Without = []string{"ag/setup.sh"} },
		"other/ has no run_autograder":  func(job *scheduler.AutograderJob) { job.Dir = "other/" },
		"flavour small has no image in": func(job *scheduler.AutograderJob) { job.Flavour.Name = "small" },
	} {
		job := a.job(whole)
		change(&job)
		run, err := a.RunAutograder(t.Context(), job)
		if err != nil || !strings.Contains(run.Failure, want) {
			t.Errorf("%q: %v, want %q", run.Failure, err, want)
		}
	}
}

// TestAutograderIsConfined checks what a run can reach.
func TestAutograderIsConfined(t *testing.T) {
	t.Parallel()
	a := newAutograders(t)
	run := a.runScript(`{ id -u; ls /sys/class/net; ls -d /run/grader /run/grader-blocks /scratch 2>/dev/null; grep -E "NoNewPrivs|Seccomp:" /proc/self/status; mknod /dev/x b 8 0 || mount -t tmpfs x /mnt 2>&1 | head -n 1; touch /usr/bin/x && echo writes; } >results/results.json 2>&1`)
	const want = "0\nlo\nNoNewPrivs:\t1\nSeccomp:\t2\nmknod: /dev/x: Operation not permitted\nmount: /mnt: permission denied.\nwrites\n"
	if got := string(run.Results); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if next := a.runScript("ls /usr/bin/x"); !strings.Contains(next.Stdout, "No such file") {
		t.Errorf("a run sees the files of another one: %q", next.Stdout)
	}
}

// TestAutograderLimits checks that each limit ends a run, and that results.json is read as it was then.
func TestAutograderLimits(t *testing.T) {
	t.Parallel()
	a := newAutograders(t)
	for name, c := range map[string]struct {
		script string
		limit  func(*schema.StepLimits)
	}{
		"wall":   {"sleep 600", func(l *schema.StepLimits) { l.Wall = 2 * time.Second }},
		"cpu":    {"while :; do :; done", func(l *schema.StepLimits) { l.CPU = time.Second }},
		"memory": {"exec python3 -c 'x = bytearray(1 << 30)'", func(l *schema.StepLimits) { l.Memory = 64 << 20 }},
		"disk":   {fillsDisk, func(l *schema.StepLimits) { l.Disk = 16 << 20 }},
	} {
		job := a.script("echo partial >results/results.json; " + c.script)
		c.limit(&job.Limits)
		run, err := a.RunAutograder(t.Context(), job)
		if err != nil || run.Limit != name || string(run.Results) != "partial\n" {
			t.Errorf("%s: %v, limit %q, results %q", name, err, run.Limit, run.Results)
		}
	}
}

// TestHiddenDiskUse uses room in ways that the size of a container's files does not show.
func TestHiddenDiskUse(t *testing.T) {
	t.Parallel()
	a := newAutograders(t)
	job := a.script("exec python3 -c 'import os, time\nfor n in range(3000): os.mkdir(\"dd\"); os.chdir(\"dd\")\nopen(\"big\", \"wb\").write(bytes(1 << 20)); time.sleep(300)'")
	if run, err := a.RunAutograder(t.Context(), job); err != nil || run.Limit != "disk" {
		t.Errorf("a path that is too long to walk: limit %q: %v", run.Limit, err)
	}
	job = a.script("exec python3 -c 'f = open(\"/big\", \"wb\"); import os; os.unlink(\"/big\")\ntry:\n  for n in range(64): f.write(bytes(1 << 20)); f.flush()\nexcept OSError as e: print(n, e.strerror)'")
	job.Limits.Disk = 16 << 20
	if run, err := a.RunAutograder(t.Context(), job); err != nil || run.Stdout != "16 File too large\n" {
		t.Errorf("an unlinked file: printed %q: %v", run.Stdout, err)
	}
}

// TestCloseEndsRuns closes during a grading and during a setup.sh.
func TestCloseEndsRuns(t *testing.T) {
	t.Parallel()
	for name, job := range map[string]func(a *autograders) scheduler.AutograderJob{
		"grading": func(a *autograders) scheduler.AutograderJob { return a.script("sleep 300") },
		"setup": func(a *autograders) scheduler.AutograderJob {
			return a.job(map[string]string{"setup.sh": "sleep 300\n", "run_autograder": "#!/bin/sh\n"})
		},
	} {
		a := newAutograders(t)
		a.Server += "-" + name
		of := container.ListOptions{Filters: filters.NewArgs(filters.Arg("label", "grader.autograders="+a.Server))}
		ended := make(chan error, 1)
		asked := job(a)
		if name == "grading" {
			first := asked
			first.ImageOnly = true
			_, err := a.RunAutograder(t.Context(), first)
			check(t, err)
		}
		go func() {
			_, err := a.RunAutograder(t.Context(), asked)
			ended <- err
		}()
		awaitContainers(t, of, 1)
		check(t, a.Close())
		awaitContainers(t, of, 0)
		if err := <-ended; err == nil {
			t.Errorf("%s: no error", name)
		}
		if _, err := a.RunAutograder(t.Context(), asked); err == nil {
			t.Errorf("%s: it runs after Close", name)
		}
	}
}

// TestHangingSetupsStopNoGrading fills every place of setup.sh.
func TestHangingSetupsStopNoGrading(t *testing.T) {
	t.Parallel()
	a := newAutograders(t)
	a.Most = 1
	a.runScript("true")
	of := container.ListOptions{Filters: filters.NewArgs(filters.Arg("label", "grader.autograders="+a.Server))}
	hanging := a.job(map[string]string{"setup.sh": "sleep 300\n", "run_autograder": "#!/bin/sh\n"})
	ended := make(chan error, 1)
	go func() {
		_, err := a.RunAutograder(t.Context(), hanging)
		ended <- err
	}()
	awaitContainers(t, of, 1)
	if run := a.runScript("echo graded"); run.Stdout != "graded\n" {
		t.Errorf("%+v", run)
	}
	check(t, a.Close())
	if err := <-ended; err == nil {
		t.Error("setup.sh did not end with Close")
	}
}

// TestMissingBaseImage checks that instructors read that the image of a flavour is not there.
func TestMissingBaseImage(t *testing.T) {
	t.Parallel()
	a := newAutograders(t)
	a.Bases["standard"] = "grader-nowhere:1"
	if run := a.run(printing("true")); !strings.HasPrefix(run.Failure, "the image grader-nowhere:1 is not on this machine: build it") {
		t.Errorf("%+v", run)
	}
	a.Bases["standard"], a.Build.Network = baseImage, "grader-nowhere"
	if run := a.run(printing("true")); !strings.HasPrefix(run.Failure, "the container of setup.sh: Docker: ") || !strings.Contains(run.Failure, "network grader-nowhere not found") {
		t.Errorf("%+v", run)
	}
}

// TestResultsAreReadAfterEveryProcess leaves a process behind that would write the results later.
func TestResultsAreReadAfterEveryProcess(t *testing.T) {
	t.Parallel()
	a := newAutograders(t)
	run := a.runScript("echo first >results/results.json; (setsid sh -c 'sleep 1; echo later >>results/results.json' &)")
	if string(run.Results) != "first\n" {
		t.Errorf("results %q", run.Results)
	}
}

// TestOddResults checks files that are not results.
func TestOddResults(t *testing.T) {
	t.Parallel()
	a := newAutograders(t)
	for script, want := range map[string]string{
		"true":                                    "the autograder left no results/results.json",
		"ln -s /etc/passwd results/results.json":  "results/results.json is not a regular file",
		"mkfifo results/results.json":             "results/results.json is not a regular file",
		"truncate -s 9M results/results.json":     "results/results.json is longer than 8 MiB",
		"rm -r results; ln -s /nowhere results":   "the autograder left no results/results.json",
		"rm -r results; touch results":            "the autograder left no results/results.json",
		"rm -r results; ln -s results results":    "the autograder left no results/results.json",
		"mkdir -p results/results.json/directory": "results/results.json is not a regular file",
	} {
		run := a.runScript(script)
		if run.Missing != want || run.Results != nil {
			t.Errorf("%s: %q, results %q, want %q", script, run.Missing, run.Results, want)
		}
	}
}

// TestChangedFilesAreReported changes, removes and adds files of the autograder during a run.
func TestChangedFilesAreReported(t *testing.T) {
	t.Parallel()
	a := newAutograders(t)
	files := printing("cd source; echo new >answers; rm data; echo x >added; mkdir dir; touch kept/other")
	files["answers"], files["data"], files["kept/file"] = "old\n", "data\n", ""
	run := a.run(files)
	const newSum = "7aa7a5359173d05b63cfd682e3c38487f3cb4f7f1d60659fe59fab1505977d4c" // of "new\n"
	got := map[string]string{}
	for _, c := range run.Changed {
		got[c.Path] = c.Content
	}
	if len(got) != 2 || got["answers"] != newSum || got["data"] != "" {
		t.Errorf("changed: %v", run.Changed)
	}
}

// TestHostileSubmissionFiles sends tar files that a runner would not make.
func TestHostileSubmissionFiles(t *testing.T) {
	t.Parallel()
	a := newAutograders(t)
	for name := range map[string]bool{"source/run_autograder": true, "submission/../source/x": true, "/etc/passwd": true, "run_autograder": true} {
		job := a.job(printing("echo ran"))
		job.Submission = bytes.NewReader(tarOf(t, "", map[string]string{name: "x"}).Bytes())
		if run, err := a.RunAutograder(t.Context(), job); err == nil || run.Results != nil || !strings.Contains(err.Error(), "not part of the layout") {
			t.Errorf("%s: %v, results %q", name, err, run.Results)
		}
	}
}

// TestKilledServersContainerIsRemoved starts a second server on the data directory of one that was killed during a build.
func TestKilledServersContainerIsRemoved(t *testing.T) {
	t.Parallel()
	first := newAutograders(t)
	files := printing("cat /made")
	files["setup.sh"] = "echo made >/made\n"
	hanging := printing("cat /made")
	hanging["setup.sh"] = "echo made >/made; sleep 600\n"
	ended := make(chan bool, 1)
	go func() {
		run, err := first.RunAutograder(t.Context(), first.job(hanging))
		ended <- err == nil && run.Failure == ""
	}()
	of := container.ListOptions{Filters: filters.NewArgs(filters.Arg("label", "grader.autograders="+first.Server))}
	awaitContainers(t, of, 1)
	second := newAutograders(t)
	second.Server = first.Server // its first request removes what the first one left
	if run := second.run(files); string(run.Results) != "made\n" {
		t.Errorf("%+v", run)
	}
	if <-ended {
		t.Error("the build whose container was removed succeeded")
	}
	awaitContainers(t, of, 0)
	images, err := second.ListImages(t.Context())
	if err != nil || len(images) != 1 {
		t.Errorf("images %v: %v", images, err)
	}
}

// awaitContainers waits until the daemon has n such containers.
func awaitContainers(t *testing.T, of container.ListOptions, n int) {
	t.Helper()
	pace := time.NewTicker(20 * time.Millisecond)
	defer pace.Stop()
	for {
		found, err := engine.ContainerList(t.Context(), of)
		check(t, err)
		if len(found) == n {
			return
		}
		<-pace.C
	}
}
