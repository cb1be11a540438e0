package docker

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/containerd/errdefs"
	api "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// Autograders makes images with the setup.sh of Gradescope's autograders, and runs each autograder in a container of
// its own. Set the exported fields before the first call.
//
// An image is made once per content: of the base image and of the autograder's files. Its setup.sh belongs to
// instructors; it runs as root with the network that Build allows. An autograder runs student code itself, so the
// container is the wall: no network, limits, no further rights.
type Autograders struct {
	Host   string            // of the daemon, see Pool
	Server string            // id of the data directory; labels this server's containers and images
	Bases  map[string]string // the image that setup.sh starts from, by flavour; flavours without one have no images
	Build  BuildLimits
	Most   int // gradings at one time; 0: no limit. Half as many setup.sh run, at least one
	// Total is the size in bytes that images may add to their base images; 0: no limit. Above it, images that no active
	// tests use are removed, the one that was used longest ago first.
	Total int64
	// Active returns the active tests version of every assignment; nil: none.
	Active func(ctx context.Context) ([]ActiveTests, error)
	// Rejected reports whether the gate rejected a tests version; nil: none was.
	Rejected func(ctx context.Context, tests schema.Tree) (bool, error)
	Dir      string // private directory for packages and the list of uses
	Clock    func() time.Time
	Free     func() (free Space, known bool) // of the daemon's file system; nil reads it if it is on this machine
	Logger   *slog.Logger                    // nil is slog.Default

	once   sync.Once
	opened error
	daemon *daemon
	root   string          // directory of the daemon's files; "" if it is not on this machine
	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	tasks  sync.WaitGroup
	places places

	sweeping sync.Mutex
	swept    bool
	cleaning sync.Mutex // one Clean runs at a time

	mu     sync.Mutex
	closed bool
	builds map[string]*build // running ones and recent failures, by the image's id
	uses   *imageUses

	sources sources
	running atomic.Int32 // containers, until they are removed
	// shortages is the number of times that Docker's file system was found nearly full, exhaustions that it was found full.
	shortages, exhaustions atomic.Int64
}

// saved logs that the list of uses was not saved. A grading does not fail for that.
func (a *Autograders) saved(err error) {
	if err != nil {
		a.Logger.Warn("the uses of autograders' images are not saved", "error", err)
	}
}

// BuildLimits bounds one run of setup.sh.
type BuildLimits struct {
	Network string // a network of the daemon; "" is its default, "none" is none
	Time    time.Duration
	Memory  int64 // bytes
	Disk    int64 // bytes that it may add to the image
	CPU     float64
	// Processes is the maximum number of processes and threads.
	Processes int
}

// Labels of what Autograders makes. They differ from those of runners, because each removes only its own.
const (
	labelAutograders = "grader.autograders"      // the server, of a container
	labelImage       = "grader.autograder.image" // the image's id
	labelImageServer = "grader.autograder.server"
	labelImageAdded  = "grader.autograder.added" // bytes that setup.sh added to the base image
)

// open creates the client at the first call.
func (a *Autograders) open() error {
	a.once.Do(func() {
		if a.Logger == nil {
			a.Logger = slog.Default()
		}
		if a.Clock == nil {
			a.Clock = time.Now
		}
		if a.Most > 0 {
			a.places.most = [kinds]int{kindGrading: a.Most, kindSetup: max(1, a.Most/2)}
		}
		a.builds = make(map[string]*build)
		a.ctx, a.cancel = context.WithCancel(context.Background())
		d, err := open(a.Host)
		if err != nil {
			a.opened = err
			return
		}
		d.server, d.logger, d.leftovers = a.Server, a.Logger, newLeftovers(d.api, a.Logger)
		a.daemon = d
		if err := os.MkdirAll(a.Dir, 0o700); err != nil {
			a.opened = fmt.Errorf("directory of autograders: %w", err)
			return
		}
		var lost bool
		if a.uses, lost, a.opened = openImageUses(a.Dir); lost {
			a.Logger.Warn("the list of uses of autograders' images cannot be read; every image counts as used now", "file", a.uses.path)
		}
	})
	return a.opened
}

// RunAutograder implements scheduler.Autograders.
func (a *Autograders) RunAutograder(ctx context.Context, job scheduler.AutograderJob) (schema.AutograderRun, error) {
	base := a.Bases[job.Flavour.Name]
	if base == "" {
		return schema.AutograderRun{Failure: fmt.Sprintf("flavour %s has no image in which setup.sh could run: setup: true needs a flavour whose pool is docker, or autograders: {image: …} in the server's configuration", job.Flavour.Name)}, nil
	}
	if err := a.open(); err != nil {
		return schema.AutograderRun{}, err
	}
	ctx, ended, err := a.begin(ctx)
	if err != nil {
		return schema.AutograderRun{}, err
	}
	defer ended()
	if err := a.sweep(ctx); err != nil {
		return schema.AutograderRun{}, err
	}
	image, failed, err := a.image(ctx, base, job)
	if err != nil || failed != nil || job.ImageOnly {
		return schema.AutograderRun{Failure: failed.message(), Setup: failed.printed()}, err
	}
	return a.grade(ctx, image, job)
}

// begin registers a request, which Close ends and waits for.
func (a *Autograders) begin(ctx context.Context) (context.Context, func(), error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil, nil, errClosed
	}
	a.tasks.Add(1)
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(a.ctx, cancel)
	return ctx, func() { stop(); cancel(); a.tasks.Done() }, nil
}

// sweep removes the containers that an earlier server of this data directory left, once.
func (a *Autograders) sweep(ctx context.Context) error {
	a.sweeping.Lock()
	defer a.sweeping.Unlock()
	if a.swept {
		return nil
	}
	left, err := a.daemon.api.ContainerList(ctx, api.ListOptions{
		All: true, Filters: filters.NewArgs(filters.Arg("label", labelAutograders+"="+a.Server)),
	})
	if err != nil {
		return a.daemon.words(err, "")
	}
	info, err := a.daemon.api.Info(ctx)
	if err != nil {
		return a.daemon.words(err, "")
	}
	if strings.HasPrefix(a.daemon.api.DaemonHost(), "unix:") {
		a.root = info.DockerRootDir
	}
	if _, known := a.space(); !known {
		a.Logger.Warn("the free space of Docker's file system cannot be read: a full disk is not noticed, and students may lose points by it; if Docker is on this machine, let the server read its directory (in a container: mount it read-only)", "directory", info.DockerRootDir)
	}
	for _, is := range left {
		a.Logger.Info("removing an autograder's container that a dead server left", "container", is.ID)
		a.daemon.leftovers.remove(ctx, is.ID)
	}
	a.swept = true
	return nil
}

// named returns the error of a request that names a configured image or network. It has CodeRefused if the daemon does
// not know the name, or does not accept it. Every other error may pass, and has CodeUnavailable.
func (d *daemon) named(err error, image string) error {
	failed := d.words(err, image)
	unknown := errdefs.IsNotFound(err) && !strings.Contains(strings.ToLower(err.Error()), "no such container")
	if unknown || errdefs.IsInvalidArgument(err) {
		return &schema.Error{Code: schema.CodeRefused, Message: schema.MessageOf(failed), Err: err}
	}
	return failed
}

// refused returns the words of an error of named that will not pass. It returns "" for other errors.
func refused(err error) string {
	if schema.CodeOf(err) != schema.CodeRefused {
		return ""
	}
	return schema.MessageOf(err)
}

// baseID returns the content id of a base image.
func (a *Autograders) baseID(ctx context.Context, base string) (string, error) {
	found, err := a.daemon.api.ImageInspect(ctx, reference(base))
	if errdefs.IsNotFound(err) && pinned(base) {
		if err := a.daemon.pull(ctx, base); errdefs.IsNotFound(err) {
			return "", schema.Wrapf(schema.CodeRefused, err, "%s", schema.MessageOf(err))
		} else if err != nil {
			return "", err
		}
		found, err = a.daemon.api.ImageInspect(ctx, reference(base))
	}
	return found.ID, a.daemon.named(err, base)
}

// Close ends every container and waits until they are removed. It may be called twice.
func (a *Autograders) Close() error {
	if err := a.open(); err != nil {
		return nil //nolint:nilerr // nothing was started
	}
	a.mu.Lock()
	first := !a.closed
	a.closed = true
	a.mu.Unlock()
	if !first {
		return nil
	}
	a.cancel()
	a.daemon.leftovers.giveUp()
	a.tasks.Wait()
	a.daemon.leftovers.close()
	if err := a.daemon.api.Close(); err != nil {
		return fmt.Errorf("close Docker's client: %w", err)
	}
	return nil
}
