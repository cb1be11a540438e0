package sandbox

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/sandbox/stage"
)

// room holds what all steps of a slot share at level namespace: user, network, UTS and cgroup namespaces, and a root file
// system with the toolchain. A stage in it starts each step in its own PID, mount and IPC namespaces, whose mounts show
// the step's files; these namespaces end with the step. A student's program cannot change the room: it has no
// capabilities, the room is mounted read-only, and the seccomp filter refuses the calls that would change its namespaces.
type room struct {
	starter
	dead  bool     // the room has ended
	reads []string // further paths that it can show to a step, outside the wall's directory
}

// The directories of a room that are hidden from steps by empty directories mounted over them.
const (
	roomWall  = "/.wall"  // the wall's directory
	roomReads = "/.reads" // other paths that a step may see
	roomEmpty = "/.empty"
)

// The root file system under construction, and the machine's root.
const (
	newRoot = "/newroot"
	oldRoot = "/oldroot"
)

// newRoom makes a room through a slot's stage.
func (s *starter) newRoom(w *Wall, uid int, ownDev bool, reads []string) (*room, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("make room: %w", err)
	}
	r := &room{starter: starter{socket: pair[0], region: s.region, base: s.base, shared: true}, reads: reads}
	err = s.fillRoom(r, w, uid, ownDev, pair[1])
	closeFD(pair[1])
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make room: %w", err), r.stop())
	}
	return r, nil
}

func (s *starter) fillRoom(r *room, w *Wall, uid int, ownDev bool, theirs int) error {
	plan := &roomPlan{Plan: stage.NewPlan(s.base)}
	plan.Beside()
	if err := plan.room(w, uid, ownDev, r.reads); err != nil {
		return err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	said, failure, err := s.request(plan.Plan, []*os.File{null, null, null}, theirs)
	if err != nil {
		return err
	}
	if failure != nil {
		return failure
	}
	if err := waitFor(said.pid); err != nil { // it has handed over, or failed
		return err
	}
	words := said.words
	if len(words)%16 != 0 && len(words) >= 8 {
		r.pid, words = int(binary.LittleEndian.Uint64(words)), words[8:]
	}
	if failure := plan.Failed(words); failure != nil {
		return failure
	}
	if r.pid == 0 {
		return errStageEnded
	}
	return nil
}

// lacks returns the paths that a step reads and the room cannot show.
func (r *room) lacks(reads []string) []string {
	if r == nil {
		return reads
	}
	return slices.DeleteFunc(reads, func(path string) bool { return slices.Contains(r.reads, path) })
}

// startStep starts a step in the room. The files are the program's three, and the file to which the
// first process reports how the program ended. The returned handle is the first process's.
func (r *room) startStep(p *Process, spec *stage.Spec, files []*os.File) (startReply, *stage.Failure, error) {
	plan := &roomPlan{Plan: stage.NewPlan(r.base)}
	if err := plan.step(p.wall, &p.step, r.reads); err != nil {
		return startReply{handle: -1}, nil, err
	}
	if err := spec.PlanInside(plan.Plan); err != nil {
		return startReply{handle: -1}, nil, err
	}
	said, failure, err := r.start(plan.Plan, files[:3], int(files[3].Fd()))
	r.dead = r.dead || errors.Is(err, errStageEnded)
	return said, failure, err
}

// roomPlan is a plan with the calls that create file systems.
type roomPlan struct{ *stage.Plan }

// room adds the calls that make a room, as bubblewrap does, and that then serve in it.
func (p *roomPlan) room(w *Wall, uid int, ownDev bool, reads []string) error {
	p.Add("setsid", unix.SYS_SETSID)
	p.PreferForOOM()
	if uid >= 0 {
		id := uint64(uid)
		p.Add("setgroups", unix.SYS_SETGROUPS, 0, 0)
		p.Add("setresgid", unix.SYS_SETRESGID, id, id, id)
		p.Add("setresuid", unix.SYS_SETRESUID, id, id, id)
		p.Add("prctl PR_SET_DUMPABLE", unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 1)
	}
	p.Add("unshare CLONE_NEWUSER", unix.SYS_UNSHARE, unix.CLONE_NEWUSER)
	own := func(uid, id int) string {
		if uid >= 0 {
			id = uid
		}
		return strconv.Itoa(id) + " " + strconv.Itoa(id) + " 1\n"
	}
	p.WriteFile("/proc/self/setgroups", "deny")
	p.WriteFile("/proc/self/uid_map", own(uid, os.Getuid()))
	p.WriteFile("/proc/self/gid_map", own(uid, os.Getgid()))
	p.Add("unshare", unix.SYS_UNSHARE, unix.CLONE_NEWNS|unix.CLONE_NEWNET|unix.CLONE_NEWIPC|unix.CLONE_NEWUTS|unix.CLONE_NEWPID)
	p.Lax(p.Add("unshare CLONE_NEWCGROUP", unix.SYS_UNSHARE, unix.CLONE_NEWCGROUP))
	p.HandOver()
	p.Add("prctl PR_SET_PDEATHSIG", unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, uint64(unix.SIGKILL))
	p.Add("sethostname", unix.SYS_SETHOSTNAME, p.Text(hostName), uint64(len(hostName)))
	if err := p.root(w, ownDev, reads); err != nil {
		return err
	}
	for capability := range uint64(64) { // includes all existing ones
		p.Lax(p.Add("prctl PR_CAPBSET_DROP", unix.SYS_PRCTL, unix.PR_CAPBSET_DROP, capability))
	}
	p.Add("prctl PR_SET_NO_NEW_PRIVS", unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1)
	p.Add("prctl PR_SET_DUMPABLE", unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 0)
	p.Serve()
	return nil
}

// root adds the calls that make the root file system.
func (p *roomPlan) root(w *Wall, ownDev bool, reads []string) error {
	const base = "/tmp"
	p.umask(0o022)
	p.mount("", "/", "", unix.MS_REC|unix.MS_SLAVE)
	p.mount("tmpfs", base, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV)
	p.makeDir(base + newRoot)
	p.mount(base+newRoot, base+newRoot, "", unix.MS_BIND|unix.MS_REC)
	p.makeDir(base + oldRoot)
	p.Add("pivot_root", unix.SYS_PIVOT_ROOT, p.Text(base), p.Text(base+oldRoot))
	p.Add("chdir", unix.SYS_CHDIR, p.Text("/"))
	if err := p.toolchain(w); err != nil {
		return err
	}
	p.makeDir(newRoot + "/proc")
	p.mount("proc", newRoot+"/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC)
	p.dev(ownDev)
	p.makeDir(newRoot + "/tmp")
	for _, dir := range []string{roomWall, roomReads, roomEmpty} {
		p.makeDir(newRoot + dir)
	}
	if err := p.bind(w.dir, newRoot+roomWall); err != nil {
		return err
	}
	if !belowOwn(w.dir) {
		p.makeParents(newRoot, filepath.Join(w.dir, "x"))
	}
	for i, path := range reads {
		if err := p.extra(i, path); err != nil {
			return err
		}
	}
	p.attributes(newRoot+devDir, unix.MOUNT_ATTR_RDONLY, 0)
	p.attributes(newRoot, unix.MOUNT_ATTR_RDONLY, 0)
	p.mount("", oldRoot, "", unix.MS_REC|unix.MS_PRIVATE)
	p.Add("umount2", unix.SYS_UMOUNT2, p.Text(oldRoot), unix.MNT_DETACH)
	opened := p.Add("open /", unix.SYS_OPENAT, here, p.Text("/"), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC)
	p.Add("chdir", unix.SYS_CHDIR, p.Text(newRoot))
	p.Add("pivot_root", unix.SYS_PIVOT_ROOT, p.Text("."), p.Text("."))
	back := p.Add("fchdir", unix.SYS_FCHDIR, 0)
	p.Into(opened, p.Argument(back))
	p.Add("umount2", unix.SYS_UMOUNT2, p.Text("."), unix.MNT_DETACH)
	p.Add("chdir", unix.SYS_CHDIR, p.Text("/"))
	p.mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE)
	p.umask(0o077)
	return nil
}

// toolchain mounts the paths that every step may read.
func (p *roomPlan) toolchain(w *Wall) error {
	for _, dir := range toolchainDirs(w.toolchain) {
		info, err := os.Lstat(dir)
		if err != nil {
			continue
		}
		if info.Mode()&os.ModeSymlink == 0 {
			p.makeParents(newRoot, filepath.Join(dir, "x"))
			if err := p.bindReadOnly(dir, newRoot+dir); err != nil {
				return err
			}
			continue
		}
		target, err := os.Readlink(dir)
		if err != nil {
			return err
		}
		p.makeParents(newRoot, dir)
		p.link(target, newRoot+dir)
	}
	p.makeDir(newRoot + "/etc")
	return p.bindReadOnly(w.etc, newRoot+"/etc")
}

// dev makes a /dev: the slot's own, or one without terminals.
func (p *roomPlan) dev(own bool) {
	p.makeDir(newRoot + devDir)
	if own {
		p.mount(oldRoot+devDir, newRoot+devDir, "", unix.MS_BIND|unix.MS_REC)
		p.attributes(newRoot+devDir, unix.MOUNT_ATTR_NOSUID, atRecursive)
		return
	}
	p.mount("tmpfs", newRoot+devDir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV)
	for _, path := range deviceFiles() {
		p.makeFile(newRoot + path)
		p.mount(oldRoot+path, newRoot+path, "", unix.MS_BIND)
		p.attributes(newRoot+path, unix.MOUNT_ATTR_NOSUID, 0)
	}
	p.makeDir(newRoot + sharedMemory)
	for name, target := range devLinks() {
		p.link(target, newRoot+filepath.Join(devDir, name))
	}
}

// extra keeps a path that a step reads outside the toolchain and the wall's directory, and creates
// its mount point in the step's view.
func (p *roomPlan) extra(i int, path string) error {
	at := extraAt(i)
	if !belowOwn(path) {
		p.makeParents(newRoot, path)
		if err := p.target(path, newRoot+path); err != nil {
			return err
		}
	}
	if err := p.target(path, newRoot+at); err != nil {
		return err
	}
	return p.bindReadOnly(path, newRoot+at)
}

// belowOwn reports whether a path is in /tmp or /dev/shm. Each step's own directories are mounted
// there, and other paths below are mounted in these.
func belowOwn(path string) bool { return below(machineTemp, path) || below(sharedMemory, path) }

// extraAt returns the place where a room keeps one of its further paths.
func extraAt(i int) string { return filepath.Join(roomReads, strconv.Itoa(i)) }

// step adds the calls that show a step its own files in a room. The step is confined after them.
func (p *roomPlan) step(w *Wall, s *Step, reads []string) error {
	p.Add("rt_sigaction", unix.SYS_RT_SIGACTION, uint64(unix.SIGCHLD), p.Bytes(make([]byte, 32)), 0, 8)
	p.umask(0o022)
	p.mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC)
	if len(s.Write) > 0 {
		p.mount(w.inRoom(s.Write[0].beside(tempDir)), "/tmp", "", unix.MS_BIND)
		p.mount(w.inRoom(s.Write[0].beside(sharedDir)), sharedMemory, "", unix.MS_BIND)
	}
	apart := !belowOwn(w.dir)
	if apart {
		p.mount("tmpfs", w.dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV)
	}
	for _, path := range s.Read {
		from := w.inRoom(path)
		if !below(w.dir, path) {
			from = extraAt(slices.Index(reads, path))
		}
		if err := p.show(path, from, path); err != nil {
			return err
		}
		p.attributes(path, unix.MOUNT_ATTR_RDONLY, 0)
	}
	for _, d := range s.Write {
		for _, path := range []string{d.Path(), d.beside(tempDir)} {
			if err := p.show(path, w.inRoom(path), path); err != nil {
				return err
			}
		}
	}
	if apart {
		p.attributes(w.dir, unix.MOUNT_ATTR_RDONLY, 0)
	}
	p.mount(roomEmpty, roomWall, "", unix.MS_BIND)
	p.mount(roomEmpty, roomReads, "", unix.MS_BIND)
	p.umask(0o077)
	p.Add("capset", unix.SYS_CAPSET, p.Bytes(capabilityHeader()), p.Bytes(make([]byte, 24)))
	return nil
}

// capabilityHeader is the header of capset for the calling thread.
func capabilityHeader() []byte {
	return binary.LittleEndian.AppendUint64(nil, unix.LINUX_CAPABILITY_VERSION_3)
}

// inRoom returns the place in a room of a path below the wall's directory.
func (w *Wall) inRoom(path string) string { return roomWall + strings.TrimPrefix(path, w.dir) }

// extraReads returns the paths that a room must keep because a step reads them, or because later
// steps are expected to.
func (w *Wall) extraReads(s *Step) []string {
	list := slices.Clone(w.expect)
	for _, path := range s.Read {
		if !below(w.dir, path) && !slices.Contains(list, path) {
			list = append(list, path)
		}
	}
	return list
}

// show mounts from at to. It creates to as a directory or a file, like path.
func (p *roomPlan) show(path, from, to string) error {
	p.makeParents("", to)
	if err := p.target(path, to); err != nil {
		return err
	}
	p.mount(from, to, "", unix.MS_BIND)
	return nil
}

// target creates the mount point of a path: a directory or a file.
func (p *roomPlan) target(path, to string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.IsDir() {
		p.makeDir(to)
	} else {
		p.makeFile(to)
	}
	return nil
}

// bind mounts a path of the machine, following links.
func (p *roomPlan) bind(path, to string) error {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	p.mount(oldRoot+real, to, "", unix.MS_BIND|unix.MS_REC)
	p.attributes(to, unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV, atRecursive)
	return nil
}

func (p *roomPlan) bindReadOnly(path, to string) error {
	if err := p.bind(path, to); err != nil {
		return err
	}
	p.attributes(to, unix.MOUNT_ATTR_RDONLY, atRecursive)
	return nil
}

// here is AT_FDCWD, and atRecursive is a flag of mount_setattr.
const (
	here        = ^uint64(99)
	atRecursive = unix.AT_RECURSIVE
)

func (p *roomPlan) mount(from, to, kind string, flags uint64) {
	options := uint64(0)
	if kind == "tmpfs" { // by default everybody may write, and the kernel would then refuse to open a device there for writing
		options = p.Text("mode=755")
	}
	p.Add("mount "+to, unix.SYS_MOUNT, p.Text(from), p.Text(to), p.Text(kind), flags, options)
}

// attributes adds attributes to a mount and removes none.
func (p *roomPlan) attributes(path string, set, flags uint64) {
	attr := binary.LittleEndian.AppendUint64(nil, set)
	attr = append(attr, make([]byte, 24)...)
	p.Add("mount_setattr "+path, unix.SYS_MOUNT_SETATTR, here, p.Text(path), flags, p.Bytes(attr), uint64(len(attr)))
}

func (p *roomPlan) makeDir(path string) {
	p.Lax(p.Add("mkdir "+path, unix.SYS_MKDIRAT, here, p.Text(path), 0o755))
}

// makeParents creates the directories of a name below an existing root.
func (p *roomPlan) makeParents(root, name string) {
	for i := 1; i < len(name); i++ {
		if name[i] == '/' {
			p.makeDir(root + name[:i])
		}
	}
}

func (p *roomPlan) makeFile(path string) {
	p.Lax(p.Add("mknod "+path, unix.SYS_MKNODAT, here, p.Text(path), unix.S_IFREG|0o644, 0))
}

func (p *roomPlan) link(target, path string) {
	p.Add("symlink "+path, unix.SYS_SYMLINKAT, p.Text(target), here, p.Text(path))
}

func (p *roomPlan) umask(mask uint64) { p.Add("umask", unix.SYS_UMASK, mask) }
