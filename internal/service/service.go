// Package service implements the running program as a value: Start starts its parts on one
// data directory, Stop stops them, and Operator serves grader admin.
package service

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/configs"
	"github.com/grader/grader/gitd"
	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/hooks"
	"github.com/grader/grader/internal/forecast"
	"github.com/grader/grader/nomad"
	"github.com/grader/grader/notify"
	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/scheduler/docker"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/receipt"
	"github.com/grader/grader/store"
	"github.com/grader/grader/web"
)

// Service is the control plane: store, SSH server, scheduler, pools and site in one process
// and one data directory. Set the exported fields, then Start.
type Service struct {
	Data    string // data directory, created if it does not exist
	SSH     string // listen address; port 0 means any free port, see SSHAddress
	Web     string // listen address; port 0 means any free port, see WebURL
	TLS     TLS    // HTTPS settings of the site; the zero value means plain HTTP
	HTTP    string // listen address of plain HTTP, which redirects to the site's HTTPS; "" for none
	Metrics string // listen address of /metrics, /healthz and /readyz; "" for none beside the site's
	Bin     string // directory of grader and grader-hook; "" is this program's own
	Config  configs.Config
	Version string // version of grader, for the pages
	Logger  *slog.Logger
	Clock   func() time.Time
	// SingleGate makes every gate one job that grades the solution once, see gitd.Server.
	SingleGate bool

	stops       []func(context.Context) error // in the order of start; stopped in reverse
	receiptKey  ed25519.PrivateKey
	store       *store.Store
	classroom   *classroom.Classroom
	repos       *repo.Store
	hooks       *hooks.Server
	scheduler   *scheduler.Scheduler
	autograders *docker.Autograders // nil if no flavour has images for them
	nomad       *nomad.Pool         // nil if no flavour uses this pool
	ssh         *gitd.Server
	github      *gitHub
	mail        *notify.MailServer              // nil: none is configured
	redirectAt  net.Addr                        // address of the redirecting HTTP server, nil if it does not run
	challenges  func(http.Handler) http.Handler // answers ACME's challenges; nil without ACME
	metricsAt   net.Addr                        // address of the metrics server, nil if it does not run
	site        atomic.Pointer[web.Server]      // atomic because the SSH server starts first and needs the site's address
}

// Start starts everything and returns once it listens. If a part fails to start, the
// parts that were started are stopped again.
func (s *Service) Start(ctx context.Context) error {
	data, err := OpenData(s.Data)
	if err != nil {
		return err
	}
	s.onStop(func(context.Context) error { return data.Close() })
	for _, start := range []func(context.Context, *DataDir) error{
		s.startStore, s.startGradeUpdates, s.startHooks, s.startTryPins, s.startScheduler, s.openClassroom, s.startKeyExpiry, s.startRequestExpiry, s.startSSH, s.startGitHub, s.startMail, s.startSite, s.startRedirect, s.startMetrics, s.startOutbox, s.startMissed, s.startAdmin, s.startCaches, s.startAutograders, s.startHeartbeat, s.startMeasurements, s.startPoolNotices,
	} {
		if err := start(ctx, data); err != nil {
			return errors.Join(err, s.Stop(context.WithoutCancel(ctx)))
		}
	}
	return nil
}

// Stop stops the started parts in reverse order, and returns their errors. It may be
// called twice.
func (s *Service) Stop(ctx context.Context) error {
	var failed error
	for _, stop := range slices.Backward(s.stops) {
		failed = errors.Join(failed, stop(ctx))
	}
	s.stops = nil
	return failed
}

func (s *Service) onStop(f func(context.Context) error) { s.stops = append(s.stops, f) }

func (s *Service) startStore(ctx context.Context, data *DataDir) (err error) {
	if s.receiptKey, err = gitd.ReceiptKey(data.Path(ReceiptKey)); err != nil {
		return err
	}
	if s.store, err = store.Open(ctx, data.Path(Database), store.Options{Clock: s.Clock, ReceiptKey: s.receiptKey, Logger: s.Logger}); err != nil {
		return err
	}
	s.onStop(func(context.Context) error { return s.store.Close() })
	return nil
}

// startHooks opens the repositories and the socket that their hooks call.
func (s *Service) startHooks(_ context.Context, data *DataDir) error {
	if err := data.OpenRuntime(); err != nil {
		return err
	}
	git, err := exec.LookPath("git")
	if err != nil {
		return schema.Errorf(schema.CodeUnavailable, "git is not installed; on Debian: apt-get install git")
	}
	hook, err := s.program("grader-hook")
	if err != nil {
		return err
	}
	socket := data.Socket("hook")
	s.repos, err = repo.Open(repo.Options{ //nolint:contextcheck // it only asks git for its version
		Dir: data.Path(Repositories), Git: git, HookBinary: hook, HookSocket: socket, MaxPack: int64(s.Config.MaxPush),
	})
	if err != nil {
		return fmt.Errorf("open repositories: %w", err)
	}
	s.hooks = hooks.NewServer(socket, s.Logger)
	if err := s.hooks.Start(); err != nil { //nolint:contextcheck // hooks are answered until Stop
		return fmt.Errorf("hooks: %w", err)
	}
	s.onStop(s.hooks.Stop)
	return nil
}

// program returns the path of one of grader's programs in Bin.
func (s *Service) program(name string) (string, error) {
	if s.Bin == "" {
		return Companion(name)
	}
	path, err := filepath.Abs(filepath.Join(s.Bin, name))
	if err != nil {
		return "", fmt.Errorf("find %s: %w", name, err)
	}
	return path, nil
}

// Companion returns the path of a program that is installed beside this one.
func Companion(name string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	path := filepath.Join(filepath.Dir(self), name)
	if _, err := os.Stat(path); err != nil {
		return "", schema.Errorf(schema.CodeUnavailable, "%s is not beside %s; make build puts both into bin/", name, filepath.Base(self))
	}
	return path, nil
}

// startScheduler starts the queue and the pools of its runners.
func (s *Service) startScheduler(ctx context.Context, data *DataDir) error {
	cache, err := data.Subdir("cache")
	if err != nil {
		return err
	}
	s.scheduler = &scheduler.Scheduler{
		Jobs: s.store.QueueTables, Trees: s.repos, Flavours: s.Config.SchemaFlavours(),
		Forecast: &forecast.Forecast{Tasks: s.store.Tasks, Clock: s.now, Logger: s.Logger},
		Dir:      cache, Socket: data.Socket("fleet/runners"), Clock: s.Clock, Logger: s.Logger,
	}
	if s.scheduler.Controls, err = s.store.PoolControls(ctx); err != nil {
		return fmt.Errorf("what is set for pools: %w", err)
	}
	if s.autograders, err = s.makeAutograders(data); err != nil {
		return err
	}
	if s.autograders != nil {
		s.scheduler.Autograders = s.autograders
		s.onStop(func(context.Context) error { return s.autograders.Close() })
	}
	s.onStop(s.scheduler.Stop)
	if s.scheduler.Pools, err = s.makePools(ctx, data); err != nil {
		return err
	}
	if err := s.warnOfFlavours(ctx); err != nil {
		return err
	}
	s.startNomad(ctx)
	if err := s.scheduler.Start(ctx); err != nil {
		return fmt.Errorf("scheduler: %w", err)
	}
	return nil
}

// warnOfFlavours logs the courses that use flavours missing in the configuration. Pushes that need
// such a flavour wait until an operator adds it or changes the course.
func (s *Service) warnOfFlavours(ctx context.Context) error {
	uses, err := flavourUses(ctx, s.store)
	if err != nil {
		return fmt.Errorf("flavours of courses: %w", err)
	}
	for _, u := range uses {
		if _, ok := s.Config.Flavours[u.Flavour]; ok {
			continue
		}
		log := s.Logger.Warn
		if u.Waits() {
			log = s.Logger.Error
		}
		log("a course uses a flavour that is not in the configuration; add it there, or change the course: grader admin course set",
			"course", u.Course, "flavour", u.Flavour, "use", u.Words())
	}
	return nil
}

// openClassroom creates the actions that every channel calls.
func (s *Service) openClassroom(context.Context, *DataDir) error {
	var images classroom.ImageHost
	if s.autograders != nil {
		images = s.autograders
	}
	s.classroom = classroom.New(classroom.Options{Images: images, Store: s.store, Live: s.scheduler, Flavours: s.scheduler.Flavours, Trees: s.repos, Clock: s.Clock,
		ReceiptKey: receipt.KeyText(s.receiptKey.Public().(ed25519.PublicKey)), Notices: noticeChannels(s.Config)})
	return nil
}

func (s *Service) startSSH(ctx context.Context, data *DataDir) error {
	s.ssh = &gitd.Server{
		Addr: s.SSH, Name: s.Config.PublicSSH, HostKey: data.Path(HostKey),
		WebURL:    func() string { return s.WebURL() },
		Classroom: s.classroom, Accounts: s.store.AccountTables, Courses: s.store, Ledger: s.store, Queue: s.scheduler, Repos: s.repos, Hooks: s.hooks,
		Flavours: s.Config.SchemaFlavours(), SingleGate: s.SingleGate, Limits: sshLimits(s.Config.Limits), Clock: s.Clock, Logger: s.Logger,
	}
	if err := s.ssh.Start(ctx); err != nil {
		return err
	}
	s.onStop(s.stopSSH)
	return nil
}

// sshLimits converts the configured limits to the SSH server's type.
func sshLimits(l configs.Limits) gitd.Limits {
	return gitd.Limits{Connections: l.Connections, Strangers: l.Strangers, UserSessions: l.Sessions}
}

// pushTime is how long a stop waits for pushes that are still being received. The parts that stop later need the rest
// of the time.
const pushTime = 8 * time.Second

func (s *Service) stopSSH(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pushTime)
	defer cancel()
	err := s.ssh.Stop(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		s.Logger.Warn("unfinished pushes were cut off", "error", err)
		return nil // the pushes were refused and are not counted
	}
	return err
}

func (s *Service) startSite(ctx context.Context, _ *DataDir) error {
	services, err := s.signInServices()
	if err != nil {
		return err
	}
	https, err := s.tlsConfig()
	if err != nil {
		return err
	}
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(newCollector(s))
	site := &web.Server{
		Addr: s.Web, Classroom: s.classroom, Accounts: s.store, Results: s.store, Live: s.scheduler, Handouts: s.repos, Trees: siteTrees{s.repos}, Uploads: s.ssh, Requests: s.store, Operations: Remote{s.Operator()}, Sessions: s.store.AccountTables, SignIn: services, TLS: https,
		Metrics: metrics, Starters: web.Starters{Languages: configs.StarterLanguages(), Files: configs.Starter},
		Clock: s.Clock, Logger: s.Logger, PublicURL: s.Config.PublicURL, SSHAddress: s.SSHName(), Version: s.Version,
	}
	if s.github != nil {
		site.GitHub = s.github.hook
	}
	if err := site.Start(ctx); err != nil {
		return err
	}
	s.site.Store(site)
	s.onStop(site.Stop)
	return nil
}

// startAdmin serves `grader admin` on a unix socket that only this user may open.
func (s *Service) startAdmin(ctx context.Context, data *DataDir) error {
	listener, err := data.listen(ctx, "admin")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: adminHandler(s.Operator()), ReadHeaderTimeout: 10 * time.Second}
	s.serve("admin socket", server, listener)
	return nil
}

// Operator returns the Operator of this service.
func (s *Service) Operator() *Operator {
	live := &liveService{webURL: s.WebURL, pools: s.scheduler.PoolStates, runners: s.scheduler.RunnerStates, flavours: s.scheduler.Flavours}
	return newOperator(s.Data, s.store, s.classroom, s.now, live)
}

// SSHAddress returns the listen address of the SSH server.
func (s *Service) SSHAddress() string { return s.ssh.Address().String() }

// SSHName returns the HOST[:PORT] that students type.
func (s *Service) SSHName() string { return s.ssh.PublicName() }

// WebURL returns the root URL of the site for browsers, "" before it listens.
func (s *Service) WebURL() string {
	if s.Config.PublicURL != "" {
		return strings.TrimSuffix(s.Config.PublicURL, "/")
	}
	site := s.site.Load()
	if site == nil {
		return ""
	}
	return s.scheme() + gitd.Reachable(site.ListenAddr().String())
}
