package e2e

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// campaign is a server that is killed repeatedly while people push to it.
type campaign struct {
	*classroom
	seed   uint64
	kills  int
	random *rand.Rand
	hit    map[moment]int // number of kills at each moment
	born   []int          // children of the killed servers
	hold   *hold          // a client in the middle of its pack
	slow   *live

	mu    sync.Mutex
	up    chan struct{} // closed while the server is up
	ended bool
}

// TestKilledServerLosesNoPush kills the server at chosen and random moments of real pushes and
// jobs, and restarts it on the same data. In the end every push that git accepted has exactly
// one verdict, and there are no other verdicts.
func TestKilledServerLosesNoPush(t *testing.T) {
	t.Parallel()
	c := &campaign{
		seed: number(t, "CRASH_SEED", uint64(time.Now().UnixNano()%1_000_000)), kills: int(number(t, "CRASH_KILLS", 33)),
		hit: map[moment]int{}, up: make(chan struct{}),
	}
	t.Logf("CRASH_SEED=%d CRASH_KILLS=%d", c.seed, c.kills)
	c.random = rand.New(rand.NewPCG(c.seed, 0))
	c.classroom = newClassroom(t, "", "alice", "bob", "carol", "dave", "eve", "slow")
	close(c.up)
	pushers := c.pushers("alice", "bob", "carol", "dave", "eve")
	var pushing sync.WaitGroup
	for _, p := range pushers {
		pushing.Go(p.run)
	}
	for n := range c.kills {
		c.strike(n)
	}
	c.finish()
	pushing.Wait()
	c.summary(pushers)
	c.audit(pushers)
	c.stopped(pushers)
}

func number(t *testing.T, variable string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	check(t, err)
	return n
}

// pushers returns the students and the instructor, who changes the tests during the campaign.
func (c *campaign) pushers(students ...string) []*pusher {
	all := []*pusher{{
		c: c, person: c.people["ada"], repository: "c101/a1/tests", file: "assignment.yaml",
		text: func(serial int) string { return fmt.Sprintf("%s# %d\n", patienceSpec, serial) },
	}}
	for _, login := range students {
		c.work(login, "", "nothing yet")
		all = append(all, &pusher{
			c: c, person: c.people[login], repository: "c101/a1", file: "work.sh",
			text: func(serial int) string { return program(login, serial) },
		})
	}
	for n, p := range all {
		p.random = rand.New(rand.NewPCG(c.seed, uint64(n)+1))
		p.says = map[string]string{}
	}
	// The first version was pushed before the campaign.
	first := strings.TrimSpace(all[0].git("rev-parse", "HEAD"))
	all[0].accepted, all[0].says[first] = []string{first}, patienceSpec
	return all
}

// program returns a program that gives the right answer for every third serial, and otherwise
// prints its owner.
func program(login string, serial int) string {
	says := fmt.Sprintf("wrong-%s-%d", login, serial)
	if serial%3 == 0 {
		says = "right # " + says
	}
	return fmt.Sprintf("sleep 0.1\necho %s\n", says)
}

// strike kills the server at a moment, or a random time after it, and restarts it. It uses the
// moments in turn.
func (c *campaign) strike(n int) {
	m := moments()[n%len(moments())]
	if m == momentPack {
		c.holdPack()
	}
	w := newWatcher(c.classroom, func() bool { return c.hold != nil && c.hold.held() })
	if done := w.done(); c.random.IntN(2) == 0 {
		polled(5*time.Second, seldom, func() bool { return w.done() >= done+2 }) // ensures that some jobs end between the crashes
	}
	if !polled(5*time.Second, often, func() bool { return w.at(m) }) {
		c.t.Logf("kill %d: moment %s did not occur within 5 s", n, m)
	}
	if c.random.IntN(2) == 0 || m == momentAny {
		c.linger(m)
	}
	c.freeze()
	for _, met := range moments() {
		if w.at(met) {
			c.hit[met]++
		}
	}
	w.close()
	c.born = append(c.born, childrenOf(c.server.PID())...)
	c.down()
	c.server.Kill()
	c.releasePack()
	c.serve()
	c.isUp()
}

// linger waits for a random time, because the test cannot observe the end of a moment.
func (c *campaign) linger(m moment) {
	longest := 10 * time.Millisecond
	if m == momentAny {
		longest = 300 * time.Millisecond
	}
	<-time.After(time.Duration(c.random.Int64N(int64(longest))))
}

// holdPack starts a push of another student that stops in the middle of its pack.
func (c *campaign) holdPack() {
	c.work("slow", "", fmt.Sprint("slow ", c.random.Uint64()))
	c.hold = newHold(c.t)
	c.slow = c.hold.push(c.people["slow"], workTree(c.people["slow"]), "c101/a1", "main")
}

// releasePack continues the pack. The push must fail, because its server was killed.
func (c *campaign) releasePack() {
	if c.hold == nil {
		return
	}
	if c.hold.held() {
		c.hold.letGo()
	}
	if said, status := c.slow.end(); status == 0 {
		c.t.Errorf("a push whose pack was held was accepted:\n%s", said)
	}
	c.hold = nil
}

// summary logs the number of kills at each moment, and fails the test if a moment had none.
func (c *campaign) summary(pushers []*pusher) {
	for _, m := range slices.Sorted(maps.Keys(c.hit)) {
		c.t.Logf("%3d kills met %s", c.hit[m], m)
	}
	for _, m := range moments() {
		if c.hit[m] == 0 && c.kills >= len(moments()) {
			c.t.Errorf("no kill met moment %s", m)
		}
	}
	for _, p := range pushers {
		c.t.Logf("%s to %s: %d pushes accepted, %d forced; %d times re-attached", p.person.Login, p.repository, len(p.accepted), p.forced, p.reattached)
		for _, problem := range p.problems {
			c.t.Errorf("%s: %s", p.person.Login, problem)
		}
	}
}

func (c *campaign) isUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.up)
}

func (c *campaign) down() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.up = make(chan struct{})
}

// serving waits until the server is up. It returns false when the test ends.
func (c *campaign) serving() bool {
	c.mu.Lock()
	up := c.up
	c.mu.Unlock()
	select {
	case <-up:
		return true
	case <-c.t.Context().Done():
		return false
	}
}

func (c *campaign) finish() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
}

func (c *campaign) over() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended || c.t.Context().Err() != nil
}
