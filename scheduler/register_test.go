package scheduler_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

func TestRegisterRefusals(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	d := &device{b: b}
	cases := map[string]struct {
		change func(*schema.Register)
		status int
		words  string
	}{
		"another protocol":        {func(r *schema.Register) { r.Protocol = 2 }, 422, "the server speaks protocol 3, this runner 2; install the same version"},
		"a token never issued":    {func(r *schema.Register) { r.Token = "guess" }, 401, "unknown, used or expired"},
		"no token":                {func(r *schema.Register) { r.Token = "" }, 401, "unknown, used or expired"},
		"a token of another kind": {func(r *schema.Register) { r.Flavour = "big" }, 403, "flavour standard, not big"},
		"a novel":                 {func(r *schema.Register) { r.Host = strings.Repeat("x", 1<<17) }, 429, "longer than"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d.register(b.Issue("runner-"+name, "standard").Token, c.change).want(t, c.status, c.words)
		})
	}
	d.do("POST", "/register", `{"protocol": 3, "colour": "red"}`).want(t, 400, "not what this version expects")
	d.do("POST", "/register", `{"protocol": 3} {}`).want(t, 400, "not what this version expects")
}

func TestTokenIsUsedOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	d := &device{b: b}
	token := b.Issue("runner-1", "standard").Token
	d.register(token, nil).want(t, 200, "secret")
	d.register(token, nil).want(t, 401)
}

func TestTokenExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		token := b.Issue("runner-1", "standard").Token
		time.Sleep(11 * time.Minute)
		(&device{b: b}).register(token, nil).want(t, 401, "expired")
	})
}

func TestSecretIsNeeded(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	(&device{b: b}).do("POST", "/claim?wait=0s", "").want(t, 401, "register first")
	(&device{b: b, secret: "guess"}).do("POST", "/claim?wait=0s", "").want(t, 401, "no runner has that secret")
}

func TestRetiredRunnerIsUnknown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		d := b.newDevice()
		b.Exited(d.id, "killed")
		synctest.Wait()
		d.do("POST", "/claim?wait=0s", "").want(t, 401)
	})
}

// TestTokenSurvivesStoreFailure checks that a registration that could not be stored does not use up
// the token. The runner can register again when the disk has space.
func TestTokenSurvivesStoreFailure(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	full := &fullOnce{Jobs: b.jobs}
	b.start(func(s *scheduler.Scheduler) { s.Jobs = full })
	d := &device{b: b}
	token := b.Issue("runner-1", "standard").Token
	d.register(token, nil).want(t, 503, "the database is full")
	d.register(token, nil).want(t, 200, "secret")
	d.register(token, nil).want(t, 401, "used")
}

// fullOnce is a store that fails to add the first runner.
type fullOnce struct {
	scheduler.Jobs
	failed atomic.Bool
}

func (f *fullOnce) AddRunner(ctx context.Context, r schema.Runner) error {
	if f.failed.CompareAndSwap(false, true) {
		return schema.Errorf(schema.CodeUnavailable, "the database is full")
	}
	return f.Jobs.AddRunner(ctx, r)
}
