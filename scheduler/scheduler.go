package scheduler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

// Scheduler assigns queued jobs to the runners of its pools. Set the exported fields, then call
// Start. Its methods are safe for concurrent use.
type Scheduler struct {
	Jobs     Jobs
	Trees    Trees
	Pools    map[string]Pool           // by flavour; several flavours may share one
	Flavours map[string]schema.Flavour // flavours to start runners for
	Controls []schema.PoolControl      // settings made for pools before Start; see Control
	Forecast Forecast                  // nil: no due dates are known
	Dir      string                    // private directory for the caches of trees
	// Autograders runs autograders of Gradescope in containers of their own; nil: none are run.
	Autograders Autograders
	Socket      string           // unix socket to serve runners on, "" for none
	Lease       time.Duration    // how long a silent runner keeps its job; 0 is 30 s
	Cache       int64            // bytes of trees kept on disk; 0 is 2 GiB
	Clock       func() time.Time // nil is time.Now
	Logger      *slog.Logger     // nil is slog.Default

	// Listeners serve runners in addition to the socket. Stop closes them.
	Listeners []net.Listener

	*shared
	registry *registry
	runners  *runnerAPI
	overview *overview

	once   sync.Once
	stop   sync.Once
	server *http.Server
}

// errStopping is the cancellation cause after Stop is called.
var errStopping = schema.Errorf(schema.CodeUnavailable, "the server is being stopped; try again in a moment")

const (
	defaultLease = 30 * time.Second
	defaultCache = 2 << 30
	// poolPatience bounds a call to a pool or to the store that runs in the background.
	poolPatience = time.Minute
)

// prepare fills in defaults and creates the parts. Every exported method calls it first, so that
// the scheduler can be connected to others before Start.
func (s *Scheduler) prepare() {
	s.once.Do(func() {
		s.Lease = cmp.Or(s.Lease, defaultLease)
		s.Cache = cmp.Or(s.Cache, defaultCache)
		if s.Clock == nil {
			s.Clock = time.Now
		}
		if s.Logger == nil {
			s.Logger = slog.Default()
		}
		s.assemble()
	})
}

// assemble creates the parts.
func (s *Scheduler) assemble() {
	s.shared = &shared{
		Jobs: s.Jobs, Pools: s.Pools, Flavours: s.Flavours, Forecast: s.Forecast, Lease: s.Lease, Clock: s.Clock, Logger: s.Logger,
		keepers: make(map[string]*keeper, len(s.Flavours)),
	}
	s.hub.jobs, s.hub.spawn = s.Jobs, s.spawn
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	for _, is := range s.Controls {
		s.controls.set(is)
	}
	s.registry = &registry{s.shared}
	s.runners = &runnerAPI{registry: s.registry, Trees: s.Trees, Autograders: s.Autograders, stopping: s.ctx}
	s.overview = &overview{shared: s.shared}
	for name, f := range s.Flavours {
		f.Name = name
		s.keepers[name] = &keeper{registry: s.registry, flavour: f, pool: s.Pools[name], bell: make(chan struct{}, 1)}
	}
}

// Start listens on the socket, returns the jobs that the last process left assigned to runners that
// have ended, and then keeps the pools filled. The error names what failed.
func (s *Scheduler) Start(ctx context.Context) error {
	s.prepare()
	for name, f := range s.Flavours {
		if s.Pools[name] == nil {
			return fmt.Errorf("flavour %s: no pool serves it", name)
		}
		if f.Max < 1 || f.Warm < 0 || f.Warm > f.Max {
			return fmt.Errorf("flavour %s: warm %d, max %d: use 0 ≤ warm ≤ max and max ≥ 1", name, f.Warm, f.Max)
		}
	}
	if err := s.runners.openCaches(s.Dir, s.Cache); err != nil {
		return err
	}
	if err := s.registry.reconcile(ctx, "the server was restarted", true); err != nil {
		return fmt.Errorf("runners of the last process: %w", err)
	}
	if err := s.listen(ctx); err != nil {
		return err
	}
	s.spawn(s.rescue)
	for _, k := range s.keepers {
		s.spawn(k.run)
	}
	return nil
}

// listen serves the runners' interface on the unix socket and the other listeners.
func (s *Scheduler) listen(ctx context.Context) error {
	listeners := s.Listeners
	if s.Socket != "" {
		l, err := listenUnix(ctx, s.Socket)
		if err != nil {
			return fmt.Errorf("runners' socket: %w", err)
		}
		listeners = append([]net.Listener{l}, listeners...)
	}
	s.server = &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		ErrorLog:          slog.NewLogLogger(s.Logger.Handler(), slog.LevelDebug),
	}
	for _, l := range listeners {
		s.tasks.Go(func() {
			if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				s.Logger.Error("runners' interface failed", "address", l.Addr(), "error", err)
			}
		})
	}
	return nil
}

// Stop ends the pools' runners, returns their jobs without counting the attempt, closes every
// watch, and waits until ctx ends. It may be called twice.
func (s *Scheduler) Stop(ctx context.Context) error {
	s.prepare()
	var failed error
	s.stop.Do(func() {
		s.stopTasks()
		failed = s.closePools()
		s.registry.returnAll(ctx)
		if s.server != nil {
			failed = errors.Join(failed, s.server.Shutdown(ctx))
		}
		for _, l := range s.Listeners {
			_ = l.Close() // usually closed by now
		}
	})
	done := make(chan struct{})
	go func() { s.tasks.Wait(); close(done) }()
	select {
	case <-done:
		return failed
	case <-ctx.Done():
		return errors.Join(failed, fmt.Errorf("stop scheduler: %w", ctx.Err()))
	}
}

// closePools closes each pool once.
func (s *Scheduler) closePools() error {
	var failed error
	for _, p := range s.allPools() {
		if err := p.Close(); err != nil {
			failed = errors.Join(failed, fmt.Errorf("close pool: %w", err))
		}
	}
	return failed
}

// Wake tells the scheduler that a job was queued; it never blocks.
func (s *Scheduler) Wake() {
	s.prepare()
	s.wake()
}
