package stage

import "syscall"

// here is AT_FDCWD.
const here = ^uint64(99)

// Plan returns the calls with which a sibling of the stage becomes the program under its own
// uid, without any right that the program must not have. The limit on tasks is set before the uid
// changes, because it cannot be set afterwards. The filter is installed last, because it forbids
// the other calls. With rules, a Landlock ruleset is passed.
func (s *Spec) Plan(base uint64, rules bool) (*Plan, error) {
	p := NewPlan(base)
	p.Beside()
	p.Add("setsid", syscall.SYS_SETSID)
	p.PreferForOOM()
	if err := p.lower(s.Limits); err != nil {
		return nil, err
	}
	if rules && s.Own != 0 {
		p.showItself(s.Own)
	}
	if s.UID >= 0 {
		id := uint64(s.UID)
		p.Add("setgroups", syscall.SYS_SETGROUPS, 0, 0)
		p.Add("setresgid", syscall.SYS_SETRESGID, id, id, id)
		p.Add("setresuid", syscall.SYS_SETRESUID, id, id, id)
	}
	p.Add("prctl PR_SET_NO_NEW_PRIVS", syscall.SYS_PRCTL, prSetNoNewPrivs, 1)
	// The next owner of the uid kills leftover processes. This makes them end sooner after the
	// runner was killed.
	p.Add("prctl PR_SET_PDEATHSIG", syscall.SYS_PRCTL, prSetPdeathsig, uint64(syscall.SIGKILL))
	p.Add("chdir", syscall.SYS_CHDIR, p.Text(s.Dir))
	if rules {
		p.Add("landlock_restrict_self", sysLandlockRestrictSelf, PassedRules, 0)
	}
	p.takeThree()
	p.closeOthers()
	if len(s.Filter) > 0 {
		p.filter(s.Filter)
	}
	p.run(s)
	return p, nil
}

// PreferForOOM makes the kernel kill the process before any other.
func (p *Plan) PreferForOOM() { p.WriteFile("/proc/self/oom_score_adj", "1000") }

// WriteFile writes a text into an existing file. The file stays open until the process closes
// all its descriptors.
func (p *Plan) WriteFile(path, text string) {
	opened := p.Add("open "+path, syscall.SYS_OPENAT, here, p.Text(path), syscall.O_WRONLY|syscall.O_CLOEXEC)
	written := p.Add("write "+path, syscall.SYS_WRITE, 0, p.Bytes([]byte(text)), uint64(len(text)))
	p.Into(opened, p.Argument(written))
}

// PlanInside adds the calls of the first process of a step's namespaces. They follow the calls that
// show it the step's files: the process confines itself and starts the program. The program is its
// child, so signals have their usual effect on it.
func (s *Spec) PlanInside(p *Plan) error {
	p.InNamespaces()
	if err := p.lower(s.Limits); err != nil {
		return err
	}
	p.Add("prctl PR_SET_NO_NEW_PRIVS", syscall.SYS_PRCTL, prSetNoNewPrivs, 1)
	p.Add("chdir", syscall.SYS_CHDIR, p.Text(s.Dir))
	p.closeOthers()
	if len(s.Filter) > 0 {
		p.filter(s.Filter)
	}
	p.Fork()
	p.Add("setsid", syscall.SYS_SETSID)
	p.takeThree()
	p.run(s)
	return nil
}

// lower sets limits, except where a lower one is already set.
func (p *Plan) lower(list []Limit) error {
	for _, l := range list {
		want, err := lowered(l)
		if err != nil {
			return err
		}
		p.Add("prlimit64", syscall.SYS_PRLIMIT64, 0, uint64(l.Resource), p.Bytes(putNumber(putNumber(nil, want.Cur), want.Max)), 0)
	}
	return nil
}

// showItself adds the rule that gives a process access to its own directory in /proc.
func (p *Plan) showItself(access uint64) {
	rule := p.Bytes(putNumber(putNumber(nil, access), 0))
	opened := p.Add("open "+ownProc, syscall.SYS_OPENAT, here, p.Text(ownProc), oPath|syscall.O_CLOEXEC)
	p.Into(opened, rule+8)
	p.Add("landlock_add_rule "+ownProc, sysLandlockAddRule, PassedRules, landlockPathBeneath, rule, 0)
}

// takeThree gives the program its three descriptors.
func (p *Plan) takeThree() {
	for fd := range uint64(3) {
		p.Add("dup3", syscall.SYS_DUP3, PassedFD+fd, fd, 0)
	}
}

// closeOthers closes all descriptors but the first three and those that were passed. The passed ones are
// closed at exec.
func (p *Plan) closeOthers() {
	p.Add("close_range", sysCloseRange, 3, PassedFD-1, 0)
	p.Add("close_range", sysCloseRange, PassedFD+passable, uint64(^uint32(0)), 0)
}

// filter installs the seccomp program.
func (p *Plan) filter(program []byte) {
	const instruction = 8 // bytes of a struct sock_filter
	prog := putNumber(nil, uint64(len(program)/instruction))
	p.Add("seccomp", sysSeccomp, seccompSetModeFilter, 0, p.Bytes(putNumber(prog, p.Bytes(program))))
}

// run records the time and the processor time used so far, and executes the program.
func (p *Plan) run(s *Spec) {
	p.begin = p.Bytes(make([]byte, 32)) - p.base
	p.Add("clock_gettime", syscall.SYS_CLOCK_GETTIME, clockMonotonic, p.base+p.begin)
	p.Add("clock_gettime", syscall.SYS_CLOCK_GETTIME, clockProcess, p.base+p.begin+16)
	p.Add("rt_sigprocmask", syscall.SYS_RT_SIGPROCMASK, sigSetMask, p.Bytes(make([]byte, sigMaskSize)), 0, sigMaskSize)
	p.Add("execve", syscall.SYS_EXECVE, p.Text(s.Program), p.Texts(s.Argv), p.Texts(s.Env))
}
