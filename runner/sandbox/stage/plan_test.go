package stage

import (
	"encoding/binary"
	"strings"
	"syscall"
	"testing"
)

func TestPlanPointsIntoItsRegion(t *testing.T) {
	t.Parallel()
	const base = 0x7000_0000
	region := make([]byte, 1<<20)
	p := NewPlan(base)
	first := p.Add("first", 1, p.Text("hello"))
	second := p.Add("second", 2, 0, p.Texts([]string{"a", ""}))
	p.Into(first, p.Argument(second))
	if f := p.Write(region); f != nil {
		t.Fatal(f)
	}
	at := func(address uint64) string {
		text, _, _ := strings.Cut(string(region[address-base:]), "\x00")
		return text
	}
	if got := at(p.calls[0].args[0]); got != "hello" {
		t.Errorf("text %q", got)
	}
	list := region[p.calls[1].args[1]-base:]
	if a, b, end := binary.LittleEndian.Uint64(list), binary.LittleEndian.Uint64(list[8:]), binary.LittleEndian.Uint64(list[16:]); at(a) != "a" || at(b) != "" || end != 0 {
		t.Errorf("list %x %x %x", a, b, end)
	}
	binary.LittleEndian.PutUint64(region[p.calls[0].result:], 42) // as the stage writes a result
	again := NewPlan(base)
	again.calls = make([]planCall, 2)
	if got := binary.LittleEndian.Uint64(region[again.Argument(1)-base:]); got != 42 {
		t.Errorf("the argument of the second call is %d", got)
	}
}

func TestPlanRefusesImpossibleArguments(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spec Spec
		want syscall.Errno
	}{
		"a NUL in an argument":     {Spec{Program: "/bin/true", Argv: []string{"a\x00b"}}, syscall.EINVAL},
		"a NUL in the environment": {Spec{Program: "/bin/true", Env: []string{"A=\x00"}}, syscall.EINVAL},
		"a NUL in the directory":   {Spec{Program: "/bin/true", Dir: "/\x00"}, syscall.EINVAL},
		"arguments too long":       {Spec{Program: "/bin/true", Argv: []string{strings.Repeat("a", RegionSize)}}, syscall.E2BIG},
	} {
		p, err := c.spec.Plan(0, false)
		if err != nil {
			t.Fatal(err)
		}
		if f := p.Write(make([]byte, RegionSize)); f == nil || f.Errno != c.want || f.Call != "execve" {
			t.Errorf("%s: %v", name, f)
		}
	}
}

func TestPlanNamesTheCallThatFailed(t *testing.T) {
	t.Parallel()
	p := NewPlan(0)
	p.Add("first", 1)
	p.Add("second", 2)
	if f := p.Failed(putNumber(putNumber(nil, 1), uint64(syscall.EPERM))); f == nil || f.Error() != "second: operation not permitted" {
		t.Errorf("%v", f)
	}
	if f := p.Failed(putNumber(putNumber(nil, 7), uint64(syscall.EPERM))); f == nil || f.Errno != syscall.EPERM {
		t.Errorf("a call that there is not: %v", f)
	}
	if f := p.Failed(nil); f != nil {
		t.Errorf("a program that runs: %v", f)
	}
}
