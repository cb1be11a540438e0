package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/sandbox/stage"
	"github.com/grader/grader/runner/sandbox/syscalls"
	"github.com/grader/grader/schema"
)

// Options configure a Wall.
type Options struct {
	// Dir is the directory in which scratch directories are created. It must be on a file system
	// that allows execution, unless steps only read there. It is created with mode 0711. As root,
	// every directory above it must be searchable by others (mode o+x).
	Dir string
	// Min is the weakest level to accept: Open fails if only weaker ones work. "" is LevelUID.
	Min Level
	// Level forces a level (for tests); "" means the strongest whose self-test passes.
	Level Level
	// Slots is the maximum number of steps that run at the same time (a driver and its client are
	// two); 0 means 2. As root each slot has its own uid, from a block that no other process on
	// this machine holds.
	Slots int
	// Toolchain lists further directories that every step may read and execute, in addition to
	// /usr, /bin, /lib and /opt.
	Toolchain []string
	// Expect lists paths that later steps may read, so that the self-test's room can already show
	// them.
	Expect []string
	// Block is the number of the block of uids that the scheduler leased to this runner, from 1;
	// 0 takes any free block of this machine.
	Block int
	// Locks is the directory of the locks on blocks, which all walls of this machine share,
	// including those in its containers. "" is /run/lock/grader.
	Locks string
	// Sums makes the wall sum memory and processor time over processes even if a cgroup could
	// measure them (to compare both).
	Sums bool
	// Logger receives messages for people, such as quarantined slots.
	Logger *slog.Logger
}

// Wall runs steps. Its methods may be called from several goroutines.
type Wall struct {
	level     Level
	dir       string
	toolchain []string
	expect    []string
	etc       string // the /etc of level namespace
	ownEtc    string // the same, if it ends with the wall
	logger    *slog.Logger
	block     *block // nil as an ordinary user
	container *ownContainer
	slots     *slots
	exe       *os.File // this binary, which is also the stage
	abi       int      // of Landlock
	filter    []byte   // seccomp program
	traces    bool     // CAP_SYS_PTRACE: may inspect every process
	sums      bool     // do not use cgroups
	mounts    *mounts  // those of every slot's thread
	inMemory  bool     // scratch directories are in a tmpfs: their files are charged to cgroups

	mu        sync.Mutex
	closed    bool
	scratches map[*Scratch]struct{}
	empties   []*Scratch // emptied scratches, which NewScratch returns again
	running   map[*Process]struct{}
	forkers   []*forker

	removing chan struct{} // one value for each removal in progress
	awaiting sync.Mutex    // serialises AwaitRemovals
}

// removalsAtOnce is the maximum number of scratch directories that are removed at the same time in the
// background. At that number Discard waits, so that files do not accumulate.
const removalsAtOnce = 4

// Open chooses the level by a self-test, leases a block of uids (as root) and removes what an
// earlier owner of the block left behind.
func Open(ctx context.Context, o Options) (*Wall, error) {
	w := &Wall{
		toolchain: o.Toolchain, sums: o.Sums, logger: o.Logger, abi: stage.LandlockABI(),
		scratches: map[*Scratch]struct{}{}, running: map[*Process]struct{}{}, removing: make(chan struct{}, removalsAtOnce),
	}
	if w.logger == nil {
		w.logger = slog.New(slog.DiscardHandler)
	}
	w.expect = slices.DeleteFunc(slices.Clone(o.Expect), func(path string) bool { _, err := os.Stat(path); return err != nil })
	if err := w.prepare(o); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	if err := w.choose(ctx, o); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// prepare creates everything that does not depend on the level.
func (w *Wall) prepare(o Options) error {
	var err error
	if w.dir, err = filepath.Abs(o.Dir); err != nil {
		return fmt.Errorf("open wall: %w", err)
	}
	if err := makeDirFor(w.dir); err != nil {
		return err
	}
	if w.inMemory, err = isTmpfs(w.dir); err != nil {
		return fmt.Errorf("open wall: %w", err)
	}
	if w.filter, err = syscalls.Filter(); err != nil {
		return fmt.Errorf("open wall: %w", err)
	}
	if w.traces, err = mayTrace(); err != nil {
		return fmt.Errorf("open wall: %w", err)
	}
	if w.exe, err = os.Open("/proc/self/exe"); err != nil {
		return fmt.Errorf("open wall: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("open wall: subreaper: %w", err)
	}
	if err := w.openSlots(o); err != nil {
		return err
	}
	if w.block != nil {
		if w.container, err = openOwnContainer(w.dir); err != nil {
			return fmt.Errorf("open wall: %w", err)
		}
	}
	if err := w.makeEtc(); err != nil {
		return fmt.Errorf("open wall: %w", err)
	}
	return nil
}

func (w *Wall) openSlots(o Options) error {
	running := o.Slots
	if running <= 0 {
		running = 2
	}
	if os.Getuid() != 0 {
		uids := make([]int, running)
		for i := range uids {
			uids[i] = -1
		}
		w.slots = newSlots(uids, running)
		return nil
	}
	b, err := leaseBlock(cmp.Or(o.Locks, lockDir), o.Block)
	if err != nil {
		return fmt.Errorf("open wall: %w", err)
	}
	w.block = b
	if running > b.slots() {
		return schema.Errorf(schema.CodeInvalid, "%d slots: a wall has at most %d", running, b.slots())
	}
	return w.sweep(running)
}

// sweep ends processes that an earlier owner of the block left running.
func (w *Wall) sweep(running int) error {
	var uids []int
	for i := range w.block.slots() {
		uid := w.block.uid(i)
		if err := emptyUID(uid, w.block.killer(), 0, func(unix.Rusage) {}); err != nil {
			w.logger.Error("a uid of an earlier wall has processes that do not end", "uid", uid, "error", err)
			continue
		}
		if err := tidyShared(uid); err != nil {
			return fmt.Errorf("open wall: %w", err)
		}
		uids = append(uids, uid)
	}
	if len(uids) < running {
		return schema.Errorf(schema.CodeUnavailable, "only %d of the block's uids are free of processes", len(uids))
	}
	w.slots = newSlots(uids, running)
	return nil
}

// Level returns the chosen level.
func (w *Wall) Level() Level { return w.level }

// HasTemp reports whether steps may write to /tmp itself, not only to TMPDIR.
func (w *Wall) HasTemp() bool { return w.level == LevelNamespace || w.container != nil }

// HasShared reports whether steps have /dev/shm, which provides shared memory and named semaphores.
func (w *Wall) HasShared() bool { return w.HasTemp() || w.mounts != nil }

// Cache returns a directory of this machine that outlives the wall and that only root writes to. It
// returns "" for an ordinary user.
func (w *Wall) Cache() string {
	if w.block == nil {
		return ""
	}
	return lockDir
}

// NewScratch creates an empty directory with an unguessable name that a step can own. Until a
// step owns it, the runner fills it through Scratch's methods.
func (w *Wall) NewScratch() (*Scratch, error) {
	if s := w.reused(); s != nil {
		return s, nil
	}
	s, err := newScratch(w, w.dir)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.scratches[s] = struct{}{}
	return s, nil
}

// AwaitRemovals waits until every discarded scratch directory is removed.
func (w *Wall) AwaitRemovals() {
	w.awaiting.Lock()
	defer w.awaiting.Unlock()
	for range removalsAtOnce {
		w.removing <- struct{}{}
	}
	for range removalsAtOnce {
		<-w.removing
	}
}

func (w *Wall) forget(s *Scratch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.scratches, s)
}

// Run runs one step to its end and returns how it ended. The error is CodeInternal if the wall
// failed, or CodeNotFound if the program was not found; nothing that the student's program does is
// an error. When Run returns, no process of the step is left.
func (w *Wall) Run(ctx context.Context, s Step) (Result, error) {
	p, err := w.Start(ctx, s)
	if err != nil {
		return Result{}, err
	}
	return p.Wait()
}

// Close ends all running steps, removes all scratch directories and releases the block of uids.
func (w *Wall) Close() error {
	running, scratches := w.shut()
	for _, p := range running {
		p.Kill()
		<-p.done
	}
	var errs []error
	for _, s := range scratches {
		errs = append(errs, s.Remove())
	}
	w.AwaitRemovals()
	for _, f := range w.stopping() {
		errs = append(errs, f.stop())
	}
	if w.exe != nil {
		w.exe.Close()
	}
	if w.ownEtc != "" {
		errs = append(errs, os.RemoveAll(w.ownEtc))
	}
	errs = append(errs, w.container.close())
	w.container = nil
	if w.block != nil {
		errs = append(errs, w.block.release())
		w.block = nil
	}
	return errors.Join(errs...)
}

// stopping returns the threads of slots that must be stopped, once.
func (w *Wall) stopping() []*forker {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := w.forkers
	w.forkers = nil
	return list
}

// equip starts the thread of a slot that has none yet.
func (w *Wall) equip(s *slot) {
	if s.forker != nil {
		return
	}
	s.forker = startForker(!w.sums, w.dir)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forkers = append(w.forkers, s.forker)
}

// shut makes the wall refuse new steps, and returns the running steps and the scratch directories.
func (w *Wall) shut() ([]*Process, []*Scratch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	var running []*Process
	for p := range w.running {
		running = append(running, p)
	}
	var scratches []*Scratch
	for s := range w.scratches {
		scratches = append(scratches, s)
	}
	return running, scratches
}
