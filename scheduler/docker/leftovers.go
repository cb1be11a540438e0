package docker

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	api "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"
)

// leftovers removes containers. If the daemon does not answer, it retries until the daemon answers
// or the pool is closed. The server's next start removes the rest.
type leftovers struct {
	api    client.APIClient
	logger *slog.Logger

	mu     sync.Mutex
	names  map[string]bool // containers for the task to remove
	closed chan struct{}
	task   sync.WaitGroup
	busy   bool // the task is running
}

// newLeftovers returns an empty set. The caller must close it.
func newLeftovers(api client.APIClient, logger *slog.Logger) *leftovers {
	return &leftovers{api: api, logger: logger, names: map[string]bool{}, closed: make(chan struct{})}
}

// remove removes a container with its processes, even if ctx has ended. If that fails, it
// leaves the container to the task and returns.
func (l *leftovers) remove(ctx context.Context, name string) {
	err := l.try(ctx, name)
	if err == nil {
		return
	}
	l.logger.Warn("container not removed yet; it is removed once the Docker daemon answers", "container", name, "error", err)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.names[name] = true
	if !l.busy {
		l.busy = true
		l.task.Go(func() { l.work(context.WithoutCancel(ctx)) })
	}
}

// removeAll is like remove but waits: it returns once the container is removed completely, or the
// pool is closed.
func (l *leftovers) removeAll(ctx context.Context, name string) {
	for pause := firstTry; ; pause = min(2*pause, longestTry) {
		err := l.try(ctx, name)
		if err == nil {
			return
		}
		if pause == firstTry {
			l.logger.Warn("container not removed yet; it is removed once the Docker daemon answers", "container", name, "error", err)
		}
		if !l.rest(pause) {
			l.add(name) // close handles it
			return
		}
	}
}

// add records a container that must still be removed.
func (l *leftovers) add(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.names[name] = true
}

// try removes a container once. It returns nil if the container is gone or being removed.
func (l *leftovers) try(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	err := l.api.ContainerRemove(ctx, name, api.RemoveOptions{Force: true, RemoveVolumes: true})
	if errdefs.IsNotFound(err) || errdefs.IsConflict(err) {
		return nil
	}
	return err
}

// work removes the containers until none is left or the pool is closed.
func (l *leftovers) work(ctx context.Context) {
	for pause := firstTry; ; pause = min(2*pause, longestTry) {
		if !l.rest(pause) {
			return
		}
		for _, name := range l.left() {
			if l.try(ctx, name) == nil {
				l.removed(name)
			}
		}
		if l.finished() {
			return
		}
	}
}

// left returns the containers that must still be removed.
func (l *leftovers) left() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.names))
}

func (l *leftovers) removed(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.names, name)
}

// finished reports whether no container is left; the task then ends.
func (l *leftovers) finished() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy = len(l.names) > 0
	return !l.busy
}

// rest sleeps. It returns false if the pool was closed.
func (l *leftovers) rest(pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.closed:
		return false
	}
}

// giveUp ends the retries; each container's owner tries once more. Call it only once.
func (l *leftovers) giveUp() { close(l.closed) }

// close waits for the current try. Call it after giveUp, when no other goroutine removes
// containers.
func (l *leftovers) close() {
	l.task.Wait()
	for _, name := range l.left() {
		l.logger.Error("container not removed; the next start of the server removes it", "container", name)
	}
}
