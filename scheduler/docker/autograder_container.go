package docker

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	api "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// networkNone is the daemon's name for no network.
const networkNone = "none"

// The limits that end a container, as schema.AutograderRun names them.
const (
	limitCPU    = "cpu"
	limitWall   = "wall"
	limitMemory = "memory"
	limitDisk   = "disk"
)

// statusKilled is the exit status of a shell whose program was killed.
const statusKilled = 137

// measurePause is the pause between two measurements of a container. A limit on disk or CPU time is exceeded for
// at most this time and that of a measurement.
const measurePause = 500 * time.Millisecond

// killPause is the pause between two requests to end a container.
const killPause = time.Second

// mostUnknown is the number of measurements in a row without a size of the container's files. The daemon cannot walk paths
// that are too long.
const mostUnknown = 4

// containerSpec says what one container runs.
type containerSpec struct {
	image     string
	script    string // for the shell
	env       []string
	network   string                                      // "" is the daemon's default
	created   func(ctx context.Context, container string) // nil: nothing is done before files are unpacked
	files     func(w io.Writer) error                     // writes a tar file that is unpacked at the root
	output    io.Writer                                   // of what it prints; nil: it is dropped
	cpu       float64                                     // cores; 0: no limit
	processes int
	turn      *turn
	limits    schema.StepLimits // CPU, Wall, Memory and Disk; 0: no limit
}

// containerEnd says how a container ended and what it used.
type containerEnd struct {
	exit  int
	limit string // that ended it, "" if none did
	// lowSpace reports that Docker's file system was nearly full meanwhile. keep decides whether that may have harmed it.
	lowSpace  bool
	cpu, wall time.Duration
	memory    int64
	disk      int64
	unknown   int // measurements in a row without a size of its files
}

// runContainer runs one container. When all its processes have ended, it calls keep, which may read the container's
// files, and then removes the container.
func (a *Autograders) runContainer(ctx context.Context, spec containerSpec, keep func(ctx context.Context, container string, end containerEnd) error) error {
	if err := a.places.enter(ctx, spec.turn); err != nil {
		return err
	}
	defer a.places.leave(spec.turn)
	if err := a.needSpace(); err != nil {
		return err
	}
	a.running.Add(1)
	defer a.running.Add(-1) // after its files have been removed
	name := "grader-autograder-" + strings.ToLower(rand.Text()[:12])
	defer a.daemon.leftovers.remove(ctx, name) // even after an error: the container may exist if the response was lost
	if _, err := a.daemon.api.ContainerCreate(ctx, a.containerConfig(spec), a.containerHost(spec), nil, nil, name); err != nil {
		return a.daemon.named(err, spec.image)
	}
	if spec.created != nil {
		spec.created(ctx, name)
	}
	if err := a.copyIn(ctx, name, spec.files); err != nil {
		return err
	}
	printed, err := a.follow(ctx, name, spec.output)
	if err != nil {
		return err
	}
	end, err := a.runToEnd(ctx, name, spec)
	printed()
	if err != nil {
		return err
	}
	return keep(ctx, name, end)
}

func (a *Autograders) containerConfig(spec containerSpec) *api.Config {
	return &api.Config{
		Image: spec.image, Hostname: hostname, User: "0:0", WorkingDir: "/",
		Entrypoint: []string{"/bin/sh", "-c", spec.script}, Cmd: []string{},
		Env:          append([]string{"HOME=/root", "TMPDIR=/tmp", "LANG=C.UTF-8"}, spec.env...),
		AttachStdout: spec.output != nil, AttachStderr: spec.output != nil,
		Labels: map[string]string{labelAutograders: a.Server},
	}
}

// containerHost returns the restrictions of a container. Root in it has the capabilities with which an autograder
// can become another user and change files, and none that reaches out of it.
func (a *Autograders) containerHost(spec containerSpec) *api.HostConfig {
	reap, processes := true, int64(spec.processes)
	h := &api.HostConfig{
		NetworkMode: api.NetworkMode(spec.network),
		Init:        &reap,
		SecurityOpt: []string{"no-new-privileges"},
		CapDrop:     []string{"NET_RAW", "NET_BIND_SERVICE", "MKNOD", "AUDIT_WRITE", "SETFCAP"},
		LogConfig:   api.LogConfig{Type: "none"},
		Resources:   api.Resources{NanoCPUs: int64(spec.cpu * 1e9), Memory: spec.limits.Memory, MemorySwap: spec.limits.Memory},
	}
	if spec.processes > 0 {
		h.PidsLimit = &processes
	}
	if most := spec.limits.Disk; most > 0 { // of one file, which also holds for files that were unlinked
		h.Ulimits = []*api.Ulimit{{Name: "fsize", Soft: most, Hard: most}}
	}
	return h
}

// copyIn unpacks a tar file at the root of a container that has not started.
func (a *Autograders) copyIn(ctx context.Context, name string, files func(w io.Writer) error) error {
	r, w := io.Pipe()
	wrote := make(chan error, 1)
	go func() {
		err := files(w)
		wrote <- err
		w.CloseWithError(err)
	}()
	err := a.daemon.api.CopyToContainer(ctx, name, "/", r, api.CopyToContainerOptions{})
	_ = r.Close()
	if failed := <-wrote; failed != nil && !errors.Is(failed, io.ErrClosedPipe) {
		return failed
	}
	return a.daemon.words(err, "")
}

// follow copies what a container prints until it ends. The returned function waits for that.
func (a *Autograders) follow(ctx context.Context, name string, to io.Writer) (wait func(), err error) {
	if to == nil {
		return func() {}, nil
	}
	stream, err := a.daemon.api.ContainerAttach(ctx, name, api.AttachOptions{Stream: true, Stdout: true, Stderr: true})
	if err != nil {
		return nil, a.daemon.words(err, "")
	}
	copied := make(chan struct{})
	stop := context.AfterFunc(ctx, stream.Close)
	go func() {
		defer close(copied)
		_, _ = stdcopy.StdCopy(to, to, stream.Reader) // ends with the container
	}()
	return func() {
		timer := time.AfterFunc(lastOutput, stream.Close)
		<-copied
		timer.Stop()
		stop()
		stream.Close()
	}, nil
}

// lastOutput is how long the rest of an ended container's output may take.
const lastOutput = 5 * time.Second

// runToEnd starts a container and waits for its end. It ends the container at a limit, and with ctx.
func (a *Autograders) runToEnd(ctx context.Context, name string, spec containerSpec) (end containerEnd, err error) {
	before := a.countShortages()
	if err := a.needSpace(); err != nil { // copying its files may have used it up
		return end, err
	}
	waiting, cancel := context.WithCancel(ctx) // ends before the container is removed, if nobody reads its end
	defer cancel()
	ended, failed := a.daemon.api.ContainerWait(waiting, name, api.WaitConditionNextExit)
	if err := a.daemon.api.ContainerStart(ctx, name, api.StartOptions{}); err != nil {
		cancel()
		select { // the client's goroutine sends one of them
		case <-ended:
		case also := <-failed:
			a.Logger.Debug("wait for a container that did not start", "container", name, "error", also)
		}
		return end, a.daemon.named(err, spec.image)
	}
	began := time.Now()
	measured, stop := a.measure(ctx, name, spec.limits)
	defer stop()
	var most <-chan time.Time
	if spec.limits.Wall > 0 {
		timer := time.NewTimer(spec.limits.Wall)
		defer timer.Stop()
		most = timer.C
	}
	limit, short := "", shortage{}
	space := time.NewTicker(measurePause) // measurements of a container may take long
	defer space.Stop()
	kill := time.NewTicker(killPause) // a request to end a container may fail
	defer kill.Stop()
	for {
		select {
		case is := <-ended:
			if is.Error != nil {
				return end, a.daemon.words(errors.New(is.Error.Message), "")
			}
			end = stop()
			end.wall, end.exit = time.Since(began), int(is.StatusCode)
			if limit == "" {
				if limit, err = a.outOfMemory(ctx, name, end.exit); err != nil {
					return end, err
				}
			}
			if during, overlapped := a.overlappedShortage(before); limit == "" && overlapped {
				limit, short = lowSpace, during
			}
			short.full = a.countShortages().full != before.full
			end.limit, err = a.limitOf(ctx, name, limit, spec, &end, short)
			return end, err
		case err := <-failed:
			return end, a.daemon.words(err, "")
		case <-most:
			limit, most = cmp.Or(limit, limitWall), nil
		case said := <-measured:
			limit = cmp.Or(limit, said)
		case <-space.C:
			now, low := a.lowOnSpace()
			if limit != "" || !low {
				continue
			}
			limit, short = lowSpace, shortage{free: now, alone: a.running.Load() == 1}
		case <-kill.C:
		}
		if limit == "" {
			continue
		}
		if err := a.daemon.api.ContainerKill(ctx, name, "KILL"); err != nil {
			a.Logger.Debug("container not ended yet", "container", name, "error", err)
		}
	}
}

// limitOf returns the limit that ended a container. short is the shortage that was found if it is lowSpace.
//
// A container that exits with status 0 was not killed, and while some space is free, no write fails. So the shortage has
// not harmed it unless its output says otherwise, which keep decides.
func (a *Autograders) limitOf(ctx context.Context, name, limit string, spec containerSpec, end *containerEnd, short shortage) (string, error) {
	if limit != lowSpace {
		return limit, nil
	}
	if a.filledDisk(ctx, name, spec.limits, end, short) {
		return limitDisk, nil
	}
	if end.exit == 0 && !short.full {
		end.lowSpace = true
		return "", nil
	}
	a.logShortage(short.free)
	if spec.turn.alone && a.causedShortage(end, short) {
		return "", scheduler.ErrFillsDisk
	}
	return "", errHarmed
}

// outOfMemory returns limitMemory if a container ended because its memory was used up.
func (a *Autograders) outOfMemory(ctx context.Context, name string, exit int) (string, error) {
	is, err := a.daemon.api.ContainerInspect(ctx, name)
	if err != nil {
		return "", a.daemon.words(err, "")
	}
	if is.State != nil && is.State.OOMKilled && exit == statusKilled {
		return limitMemory, nil
	}
	return "", nil
}

// measure measures a running container until stop is called, which returns the measurements. A limit on disk or CPU
// time that was exceeded is sent to the channel.
func (a *Autograders) measure(ctx context.Context, name string, most schema.StepLimits) (exceeded <-chan string, stop func() containerEnd) {
	ctx, cancel := context.WithCancel(ctx)
	limits, done := make(chan string, 1), make(chan struct{})
	var seen containerEnd
	go func() {
		defer close(done)
		pause := time.NewTicker(measurePause)
		defer pause.Stop()
		for told := false; ; {
			a.measureOnce(ctx, name, &seen)
			limit := overLimit(seen, most)
			if limit != "" && !told {
				told = true
				limits <- limit
			}
			select {
			case <-pause.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	return limits, func() containerEnd {
		cancel()
		<-done
		return seen
	}
}

func overLimit(seen containerEnd, most schema.StepLimits) string {
	switch {
	case most.Disk > 0 && (seen.disk > most.Disk || seen.unknown >= mostUnknown):
		return limitDisk
	case most.CPU > 0 && seen.cpu > most.CPU:
		return limitCPU
	}
	return ""
}

// measureOnce updates measurements. A container that ends meanwhile has none.
func (a *Autograders) measureOnce(ctx context.Context, name string, seen *containerEnd) {
	switch is, _, err := a.daemon.api.ContainerInspectWithRaw(ctx, name, true); {
	case err != nil:
	case is.SizeRw == nil || *is.SizeRw < 0:
		seen.unknown++
	default:
		seen.disk, seen.unknown = *is.SizeRw, 0
	}
	answer, err := a.daemon.api.ContainerStatsOneShot(ctx, name)
	if err != nil {
		return
	}
	defer answer.Body.Close()
	var stats api.StatsResponse
	if json.NewDecoder(answer.Body).Decode(&stats) != nil {
		return
	}
	seen.cpu = max(seen.cpu, time.Duration(stats.CPUStats.CPUUsage.TotalUsage))
	seen.memory = max(seen.memory, memoryOf(stats.MemoryStats))
}

// memoryOf returns the memory in use without the cache of files, in bytes.
func memoryOf(m api.MemoryStats) int64 {
	used := m.Usage
	for _, key := range []string{"total_inactive_file", "inactive_file"} { // of cgroup v1 and v2
		if cache, found := m.Stats[key]; found && cache <= used {
			return int64(used - cache)
		}
	}
	return int64(used)
}
