package classroom_test

import (
	"strings"
	"testing"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// TestPoolsAreControlled changes a pool, and checks the stored settings, the calls of the scheduler and the audit log.
func TestPoolsAreControlled(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	root, number := b.actors["root"], func(n int) *int { return &n }
	paused, err := b.Pools.SetMode(t.Context(), root, "standard", schema.PoolPaused, "  new\nimage ")
	check(t, err)
	if paused.Mode != schema.PoolPaused || paused.Reason != "new image" || paused.By != "root" {
		t.Errorf("paused: %+v", paused)
	}
	sized, err := b.Pools.Resize(t.Context(), root, "standard", classroom.PoolSize{Warm: number(2), Max: number(5)})
	check(t, err)
	if sized.Mode != schema.PoolPaused || *sized.Warm != 2 || *sized.Max != 5 {
		t.Errorf("resized: %+v", sized)
	}
	opened, err := b.Pools.SetMode(t.Context(), root, "standard", schema.PoolOpen, "ignored")
	check(t, err)
	kept, err := b.store.PoolControls(t.Context())
	check(t, err)
	if len(kept) != 1 || kept[0].Mode != schema.PoolOpen || kept[0].Reason != "" || *kept[0].Max != 5 || *opened.Warm != 2 {
		t.Errorf("kept: %+v", kept)
	}
	if len(b.controlled) != 3 || b.controlled[0].Reason != "new image" || b.controlled[2].Mode != schema.PoolOpen {
		t.Errorf("the scheduler was told %+v", b.controlled)
	}
	log, err := b.store.AuditLog(t.Context(), schema.AuditQuery{Action: "pool", Limit: 9})
	check(t, err)
	if len(log) != 3 || log[2].Action != "pool.pause" || log[2].Actor != "root" || log[2].Detail != "new image" || log[1].After != "paused, warm 2, max 5" || log[0].Before != "paused, warm 2, max 5" || log[0].After != "open, warm 2, max 5" {
		t.Errorf("audit log: %+v", log)
	}
}

// TestPoolsRefuse tries invalid settings of pools. Nothing is stored.
func TestPoolsRefuse(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	root, number := b.actors["root"], func(n int) *int { return &n }
	for name, size := range map[string]classroom.PoolSize{
		"no runners": {Max: number(0)}, "fewer than none": {Warm: number(-1)}, "warm above max": {Warm: number(3), Max: number(2)}, "too many": {Max: number(schema.MaxRunners + 1)},
	} {
		if _, err := b.Pools.Resize(t.Context(), root, "standard", size); schema.CodeOf(err) != schema.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := b.Pools.SetMode(t.Context(), root, "standard", "off", "")
	refused(t, err, schema.CodeInvalid, "use open, paused or draining")
	_, err = b.Pools.SetMode(t.Context(), root, "standard", schema.PoolPaused, strings.Repeat("é", 121))
	refused(t, err, schema.CodeInvalid, "at most 120")
	_, err = b.Pools.SetMode(t.Context(), root, "none", schema.PoolPaused, "")
	refused(t, err, schema.CodeInvalid, "not in the configuration")
	if kept, err := b.store.PoolControls(t.Context()); err != nil || len(kept) != 0 || len(b.controlled) != 0 {
		t.Errorf("kept %+v, told %+v, %v", kept, b.controlled, err)
	}
}

// TestInstructorsControlTheirPools checks that an instructor can control only the flavours that their courses may
// use, within the limits of the configuration.
func TestInstructorsControlTheirPools(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ida, number := b.actors["ida"], func(n int) *int { return &n }
	_, err := b.Pools.SetMode(t.Context(), ida, "large", schema.PoolPaused, "")
	refused(t, err, schema.CodeForbidden, "an instructor of a course that uses the flavour large")
	_, err = b.Pools.Resize(t.Context(), b.actors["tina"], "standard", classroom.PoolSize{Max: number(1)})
	refused(t, err, schema.CodeForbidden, "only an administrator, or an instructor")
	err = b.Courses.Set(t.Context(), schema.Operator(), classroom.CourseChange{Code: "comp1", Others: &[]string{"large"}})
	check(t, err)
	changed, err := b.Pools.SetMode(t.Context(), ida, "large", schema.PoolPaused, "exam")
	check(t, err)
	if changed.By != "ida" || changed.Mode != schema.PoolPaused || b.last().Actor != "ida" {
		t.Errorf("changed: %+v, audited: %+v", changed, b.last())
	}
	sized := classroom.New(classroom.Options{Store: b.store, Live: b, Flavours: map[string]schema.Flavour{"standard": {Warm: 1, Max: 4}}, Clock: b.now})
	_, err = sized.Pools.Resize(t.Context(), ida, "standard", classroom.PoolSize{Warm: number(0), Max: number(4)})
	check(t, err)
	_, err = sized.Pools.Resize(t.Context(), ida, "standard", classroom.PoolSize{Max: number(5)})
	refused(t, err, schema.CodeRefused, "at most 4 runners of the flavour standard")
	_, err = sized.Pools.Resize(t.Context(), b.actors["root"], "standard", classroom.PoolSize{Max: number(5)})
	check(t, err)
}

// TestAdministratorsHoldPools checks that instructors cannot change what an administrator set for a
// pool, over any channel, and can again after an administrator lifted it.
func TestAdministratorsHoldPools(t *testing.T) {
	t.Parallel()
	for _, channel := range []schema.Channel{schema.ChannelSSH, schema.ChannelWeb, schema.ChannelAPI, schema.ChannelAdmin} {
		t.Run(string(channel), func(t *testing.T) {
			t.Parallel()
			b := newBundle(t)
			pools := classroom.New(classroom.Options{Store: b.store, Live: b, Flavours: map[string]schema.Flavour{"standard": {Warm: 1, Max: 4}}, Clock: b.now}).Pools
			ida, root, number := b.actors["ida"], b.actors["root"], func(n int) *int { return &n }
			ida.Channel, root.Channel = channel, channel
			set := func(by schema.Actor, mode schema.PoolMode) error {
				_, err := pools.SetMode(t.Context(), by, "standard", mode, "exam")
				return err
			}
			size := func(by schema.Actor, most *int) error {
				_, err := pools.Resize(t.Context(), by, "standard", classroom.PoolSize{Max: most})
				return err
			}
			check(t, set(ida, schema.PoolPaused))
			check(t, set(root, schema.PoolDraining)) // now the administrator's
			for _, mode := range []schema.PoolMode{schema.PoolOpen, schema.PoolPaused, schema.PoolDraining} {
				refused(t, set(ida, mode), schema.CodeRefused, "an administrator set the flavour standard to draining; ask an administrator")
			}
			check(t, size(ida, number(3))) // the numbers are not the administrator's
			check(t, size(root, number(2)))
			refused(t, size(ida, nil), schema.CodeRefused, "an administrator set the runners of the flavour standard (max 2); ask an administrator")
			refused(t, size(ida, number(1)), schema.CodeRefused, "ask an administrator")
			if at := b.last(); at.Actor != "root" || len(b.controlled) != 4 {
				t.Errorf("the last change is of %s; the scheduler was told %d times, want 4", at.Actor, len(b.controlled))
			}
			check(t, set(root, schema.PoolOpen))
			check(t, set(ida, schema.PoolPaused))
			check(t, set(ida, schema.PoolOpen))
			refused(t, size(ida, nil), schema.CodeRefused, "ask an administrator")
			check(t, size(root, nil))
			check(t, size(ida, number(1)))
			check(t, set(schema.Operator(), schema.PoolPaused))
			refused(t, set(ida, schema.PoolOpen), schema.CodeRefused, "ask an administrator")
		})
	}
}

// TestScopesLimitAdministratorsOfPools has administrators who use tokens. With the scope write they may do only what
// their roles in courses allow.
func TestScopesLimitAdministratorsOfPools(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	with := func(scope schema.Scope) schema.Actor {
		t.Helper()
		by, _, err := b.Tokens.Authenticate(t.Context(), b.newToken("root", string(scope), scope).Secret)
		check(t, err)
		return by
	}
	writes, administers, one, beyond := with(schema.ScopeWrite), with(schema.ScopeAdmin), 1, 100
	const advice = "this token has the scope write, and this needs admin; make another token over ssh: token create NAME --scope admin"
	_, err := b.Pools.SetMode(t.Context(), writes, "standard", schema.PoolPaused, "")
	refused(t, err, schema.CodeForbidden, advice)
	_, err = b.Pools.Resize(t.Context(), writes, "standard", classroom.PoolSize{Max: &one})
	refused(t, err, schema.CodeForbidden, advice)
	_, err = b.Pools.Resize(t.Context(), administers, "standard", classroom.PoolSize{Max: &beyond})
	check(t, err)
	check(t, b.Courses.Enrol(t.Context(), schema.Operator(), "comp1", "root", schema.RoleInstructor))
	_, err = b.Pools.SetMode(t.Context(), writes, "standard", schema.PoolPaused, "")
	check(t, err)
	_, err = b.Pools.Resize(t.Context(), writes, "standard", classroom.PoolSize{Max: &beyond})
	refused(t, err, schema.CodeForbidden, advice)
	_, err = b.Pools.SetMode(t.Context(), writes, "large", schema.PoolPaused, "")
	refused(t, err, schema.CodeForbidden, advice)
}
