package sandbox

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/sandbox/stage"
)

// rulebook makes the Landlock rulesets of a slot's steps. It keeps the paths that every step may use open, and opens
// the paths of a single step when it makes the ruleset. close works on nil.
type rulebook struct {
	abi    int
	always []openRule
}

// openRule is a rule for everything beneath an open path.
type openRule struct {
	path   string
	fd     int
	access uint64
}

// newRulebook opens the paths that every step may use, as the calling thread sees them. It skips a
// path that does not exist.
func newRulebook(abi int, always []stage.Rule) (*rulebook, error) {
	b := &rulebook{abi: abi}
	for _, r := range always {
		open, there, err := openRuleFor(r, stage.Access(abi))
		if err != nil {
			return nil, errors.Join(err, b.close())
		}
		if there {
			b.always = append(b.always, open)
		}
	}
	return b, nil
}

// openRuleFor opens a rule's path. It returns false if the path does not exist or cannot be reached; then nothing is
// allowed.
func openRuleFor(r stage.Rule, known uint64) (openRule, bool, error) {
	fd, err := unix.Open(r.Path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EACCES) {
		return openRule{}, false, nil
	}
	if err != nil {
		return openRule{}, false, fmt.Errorf("open %s: %w", r.Path, err)
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		closeFD(fd)
		return openRule{}, false, fmt.Errorf("stat %s: %w", r.Path, err)
	}
	access := r.Access & known
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		access &= stage.AccessFile
	}
	return openRule{path: r.Path, fd: fd, access: access}, true, nil
}

// ruleset makes a ruleset that forbids everything but the paths that every step may use and those in
// rules.
func (b *rulebook) ruleset(rules []stage.Rule) (int, error) {
	set, err := stage.OpenRuleset(b.abi)
	if err != nil {
		return -1, err
	}
	for _, r := range b.always {
		if err := r.add(set); err != nil {
			closeFD(set)
			return -1, err
		}
	}
	for _, r := range rules {
		if err := b.allow(set, r); err != nil {
			closeFD(set)
			return -1, err
		}
	}
	return set, nil
}

// allow adds one step's own rule.
func (b *rulebook) allow(set int, r stage.Rule) error {
	open, there, err := openRuleFor(r, stage.Access(b.abi))
	if err != nil || !there {
		return err
	}
	defer closeFD(open.fd)
	return open.add(set)
}

// add adds the rule to a ruleset.
func (r openRule) add(set int) error {
	attr := unix.LandlockPathBeneathAttr{Allowed_access: r.access, Parent_fd: int32(r.fd)}
	_, _, e := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(set), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&attr)), 0, 0, 0)
	if e != 0 {
		return fmt.Errorf("landlock_add_rule %s: %w", r.path, e)
	}
	return nil
}

func (b *rulebook) close() error {
	if b == nil {
		return nil
	}
	for _, r := range b.always {
		closeFD(r.fd)
	}
	b.always = nil
	return nil
}
