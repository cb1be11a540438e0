package docker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	api "github.com/docker/docker/api/types/container"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

const (
	// imageName is the repository of the images; the tag is the image's id.
	imageName = "grader-autograder"
	// failureAge is how long a failed setup.sh is not run again. Its failure may be the network's.
	failureAge = time.Minute
)

// setupScript runs setup.sh as Gradescope does. Both of its outputs are one stream, so that their lines stay in order.
// A sealed runner image has a link in place of /tmp.
const setupScript = `exec 2>&1
if [ -L /tmp ]; then rm /tmp && mkdir -m 1777 /tmp; fi
if [ -n "$GRADER_UPDATE" ] && command -v apt-get >/dev/null; then apt-get update -qq; fi
unset GRADER_UPDATE
cd /autograder || exit 1
if command -v bash >/dev/null; then shell=bash; else shell=sh; fi
limit=$GRADER_TIME; unset GRADER_TIME
if command -v timeout >/dev/null; then set -- timeout -s KILL "$limit"; fi
"$@" "$shell" source/setup.sh </dev/null
status=$?
cd /autograder && rm -rf submission results && mkdir submission results || exit 1
exit $status
`

// build is one run of setup.sh, or its recent failure.
type build struct {
	done   chan struct{} // closed at its end
	turn   *turn         // of setup.sh
	id     string        // of the image at the daemon, if it was made
	failed *setupFailure
	err    error // the daemon's
	ended  time.Time
}

// setupFailure says why there is no image.
type setupFailure struct {
	why, output string
	full        bool // setup.sh was not run, because the images are too large together
}

// wantedImage is the image that a job needs.
type wantedImage struct {
	key, base string // the image's id, and the daemon's id of its base image
	again     bool   // it is made again if it exists
	active    bool   // active tests need it, so it is made whatever the total size is
	lane      schema.Lane
}

func (f *setupFailure) message() string {
	if f == nil {
		return ""
	}
	return f.why
}

func (f *setupFailure) printed() string {
	if f == nil {
		return ""
	}
	return f.output
}

// image returns the daemon's id of the job's image. It makes the image unless it exists. Callers that need the same
// image at one time wait for the same build, which goes on if they leave.
func (a *Autograders) image(ctx context.Context, base string, job scheduler.AutograderJob) (id string, failed *setupFailure, err error) {
	baseID, err := a.baseID(ctx, base)
	if why := refused(err); why != "" {
		return "", &setupFailure{why: why}, nil
	}
	if err != nil {
		return "", nil, err
	}
	files, err := a.pack(ctx, job)
	if schema.CodeOf(err) == schema.CodeInvalid {
		return "", &setupFailure{why: schema.MessageOf(err)}, nil
	}
	if err != nil {
		return "", nil, err
	}
	want := wantedImage{key: a.imageKey(baseID, files.digest), base: baseID, lane: job.Lane}
	if want.again, err = a.doubtful(ctx, want.key, job); err != nil {
		return "", nil, errors.Join(err, files.Close())
	}
	b, err := a.await(ctx, want, files)
	if err == nil && b.failed != nil && b.failed.full {
		b, err = a.beyondTotal(ctx, b, want, job)
	}
	if err != nil {
		return "", nil, err
	}
	if b.err == nil && b.failed == nil {
		a.saved(a.uses.add(want.key, userOf(job), a.Clock()))
	}
	return b.id, b.failed, b.err
}

// await returns a build of an image that has ended.
func (a *Autograders) await(ctx context.Context, want wantedImage, files *pack) (*build, error) {
	b := a.join(want, files)
	select {
	case <-b.done:
		return b, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// beyondTotal makes an image for which there is no room, if the job's tests are active: they were accepted with an image that
// was removed since then, or whose base image was replaced. For other tests it returns the build that failed.
func (a *Autograders) beyondTotal(ctx context.Context, failed *build, want wantedImage, job scheduler.AutograderJob) (*build, error) {
	if a.Active == nil {
		return failed, nil
	}
	active, err := a.Active(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(active, func(is ActiveTests) bool { return withoutTree(is.Tests) == withoutTree(job.Tests) }) {
		return failed, nil
	}
	files, err := a.pack(ctx, job)
	if err != nil {
		return nil, err
	}
	want.active = true
	return a.await(ctx, want, files)
}

// doubtful reports whether an existing image is made again: it is asked for by a new tests version, and the gate rejected
// every version that used it. A setup.sh that goes on after an error may have left it half-made.
func (a *Autograders) doubtful(ctx context.Context, key string, job scheduler.AutograderJob) (bool, error) {
	use := a.uses.get(key)
	if a.Rejected == nil || !job.ImageOnly || len(use.Versions) == 0 || use.by(job.Tests) {
		return false, nil
	}
	for _, v := range use.Versions {
		if rejected, err := a.Rejected(ctx, v.Tree); err != nil || !rejected {
			return false, err
		}
	}
	return true, nil
}

// pack reads the job's package.
func (a *Autograders) pack(ctx context.Context, job scheduler.AutograderJob) (*pack, error) {
	tests, err := job.Package(ctx)
	if err != nil {
		return nil, err
	}
	defer tests.Close()
	return readPack(tests, a.Dir, job.Dir, job.Without)
}

// buildEnvironment returns the environment of setup.sh. Packages of Python are installed as they are at Gradescope, whose
// Python belongs to no package manager.
func (a *Autograders) buildEnvironment() []string {
	env := []string{"DEBIAN_FRONTEND=noninteractive", "PIP_BREAK_SYSTEM_PACKAGES=1", "PIP_ROOT_USER_ACTION=ignore"}
	if a.Build.Network != networkNone {
		env = append(env, "GRADER_UPDATE=1")
	}
	return env
}

// imageKey returns the id of the image that a setup.sh makes.
func (a *Autograders) imageKey(baseID string, files []byte) string {
	h := sha256.New()
	for _, part := range append([]string{a.Server, baseID, setupScript, string(files)}, a.buildEnvironment()...) {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// join returns the build of an image: the running one, one that failed a moment ago, or a new one. It closes the
// package or hands it to the build.
func (a *Autograders) join(want wantedImage, files *pack) *build {
	a.mu.Lock()
	defer a.mu.Unlock()
	b := a.builds[want.key]
	if b != nil && (b.ended.IsZero() || a.Clock().Sub(b.ended) < failureAge && (!want.active || !b.failed.full)) {
		_ = files.Close()
		a.places.raise(b.turn, want.lane)
		return b
	}
	b = &build{done: make(chan struct{}), turn: newTurn(kindSetup, want.lane, false)}
	if a.closed {
		_ = files.Close()
		b.err = errClosed
		close(b.done)
		return b
	}
	a.builds[want.key] = b
	a.tasks.Go(func() { // it outlives the request that began it
		defer close(b.done)
		defer func() { _ = files.Close() }()
		b.id, b.failed, b.err = a.find(a.ctx, want, files, b.turn)
		a.finish(want.key, b)
	})
	return b
}

// finish forgets a build, except a failure of setup.sh, and the failures that are no longer recent.
func (a *Autograders) finish(key string, b *build) {
	a.mu.Lock()
	defer a.mu.Unlock()
	maps.DeleteFunc(a.builds, func(_ string, old *build) bool {
		return !old.ended.IsZero() && a.Clock().Sub(old.ended) >= failureAge
	})
	if b.failed == nil {
		delete(a.builds, key)
		return
	}
	b.ended = a.Clock()
}

// find returns an existing image unless it is to be made again. Otherwise it makes it.
func (a *Autograders) find(ctx context.Context, want wantedImage, files *pack, t *turn) (string, *setupFailure, error) {
	found, err := a.daemon.api.ImageInspect(ctx, imageName+":"+want.key)
	switch {
	case err == nil && !want.again:
		return found.ID, nil, nil
	case err == nil:
		if err := a.remove(ctx, want.key); err != nil && schema.CodeOf(err) != schema.CodeConflict {
			return "", nil, err
		}
	case !errdefs.IsNotFound(err):
		return "", nil, a.daemon.words(err, "")
	}
	if why, err := a.full(ctx); err != nil {
		return "", nil, err
	} else if why != "" && !want.active {
		return "", &setupFailure{why: why, full: true}, nil
	}
	id, failed, err := a.build(ctx, want.key, want.base, files, t)
	if err == nil && failed == nil {
		a.tasks.Go(func() {
			if err := a.Clean(ctx); err != nil && ctx.Err() == nil {
				a.Logger.Warn("unused images of autograders not removed", "error", err)
			}
		})
	}
	return id, failed, err
}

// build runs setup.sh in a container and keeps the result as an image. An interrupted build leaves no image.
func (a *Autograders) build(ctx context.Context, key, baseID string, files *pack, t *turn) (id string, failed *setupFailure, err error) {
	a.Logger.Info("running an autograder's setup.sh", "image", key, "base", baseID)
	began := a.Clock()
	err = repeatAlone(t, func() (err error) {
		id, failed, err = a.buildOnce(ctx, key, baseID, files, t)
		return err
	})
	a.Logger.Info("setup.sh has ended", "image", key, "took", a.Clock().Sub(began).Round(time.Millisecond), "failure", failed.message(), "error", err)
	return id, failed, err
}

func (a *Autograders) buildOnce(ctx context.Context, key, baseID string, files *pack, t *turn) (id string, failed *setupFailure, err error) {
	printed := &excerpt{}
	spec := containerSpec{
		image: baseID, script: setupScript, network: a.Build.Network, files: files.to, output: printed, processes: a.Build.Processes, cpu: a.Build.CPU, turn: t,
		env:    append(a.buildEnvironment(), timeVariable(a.Build.Time)),
		limits: schema.StepLimits{Wall: a.Build.Time, Memory: a.Build.Memory, Disk: a.Build.Disk},
	}
	err = a.runContainer(ctx, spec, func(ctx context.Context, container string, end containerEnd) error {
		if end.lowSpace { // a setup.sh that goes on after an error may have left the image half-made
			return errHarmed
		}
		text := printed.String()
		if why := setupWords(end, a.Build, text); why != "" {
			failed = &setupFailure{why: why, output: schema.Excerpt(text, maxSetupOutput)}
			return nil
		}
		id, err = a.commit(ctx, key, container)
		return err
	})
	if why := refused(err); why != "" {
		failed, err = &setupFailure{why: "the container of setup.sh: " + why, output: schema.Excerpt(printed.String(), maxSetupOutput)}, nil
	}
	return id, failed, err
}

// commit keeps a container's files as an image, and returns the daemon's id of it.
func (a *Autograders) commit(ctx context.Context, key, container string) (string, error) {
	is, _, err := a.daemon.api.ContainerInspectWithRaw(ctx, container, true)
	if err != nil {
		return "", a.daemon.words(err, "")
	}
	labels := map[string]string{labelImage: key, labelImageServer: a.Server}
	if is.SizeRw != nil {
		labels[labelImageAdded] = strconv.FormatInt(*is.SizeRw, 10)
	}
	made, err := a.daemon.api.ContainerCommit(ctx, container, api.CommitOptions{
		Reference: imageName + ":" + key, Config: &api.Config{Labels: labels},
	})
	return made.ID, a.daemon.words(err, "")
}

// maxSetupOutput bounds what staff read of setup.sh, in bytes.
const maxSetupOutput = 16 << 10

// maxLastLine bounds the last line of setup.sh in a message, in bytes.
const maxLastLine = 200

// setupWords returns why setup.sh failed, "" if it did not. The last line that it printed usually says what is missing.
func setupWords(end containerEnd, most BuildLimits, printed string) string {
	switch end.limit {
	case limitWall:
		return fmt.Sprintf("setup.sh has not ended after %s", most.Time)
	case limitMemory:
		return fmt.Sprintf("setup.sh used more than %d MiB of memory", most.Memory>>20)
	case limitDisk:
		return fmt.Sprintf("setup.sh wrote more than %d MiB", most.Disk>>20)
	}
	if end.exit != 0 {
		lines := strings.Split(strings.TrimSpace(printed), "\n")
		words := fmt.Sprintf("setup.sh failed with exit status %d", end.exit)
		if last := strings.TrimSpace(lines[len(lines)-1]); last != "" && len(last) <= maxLastLine {
			words += ": " + schema.Sanitize(last)
		}
		return words
	}
	return ""
}
