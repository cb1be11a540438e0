package gitd_test

import (
	"io"
	"strings"
	"testing"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/schema"
)

// teamYAML is an assignment for teams of two.
const teamYAML = assignmentYAML + "team: {max: 2}\n"

// pairUp makes team blue of alice and bob over ssh.
func (b *bundle) pairUp() {
	b.t.Helper()
	b.ssh("alice", "team", "create", "comp1/a1", "blue").says(b.t, "created   blue", "joined    blue alice", "team blue: alice")
	b.ssh("alice", "team", "invite", "comp1/a1", "bob").says(b.t, "invited   blue bob", "to join, bob says: ssh ", "team accept comp1/a1 blue", "team blue: alice; invited: bob")
	b.ssh("bob", "status", "comp1/a1").says(b.t, "invited to team blue: alice; to join: team accept comp1/a1 blue")
	b.ssh("bob", "team", "accept", "comp1/a1").says(b.t, "joined    blue bob", "team blue: alice, bob")
}

// TestTeamSharesRepository makes both members of a team push. Each sees what the other has pushed.
func TestTeamSharesRepository(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(teamYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": "own\n"})
	b.push("alice", "w").says(t, "submission 1")
	b.pairUp()
	b.ssh("alice", "status", "comp1/a1").says(t, "nothing handed in", "team blue: alice, bob")

	b.tree("alice", "w2", "comp1/a1", map[string]string{"hello.c": "1\n"})
	b.push("alice", "w2").says(t, "submission 1", "for team blue: alice, bob", "2 / 2", "https://grader.test/comp1/a1/blue/1")
	b.mustGit("bob", ".", "clone", "-q", b.url("comp1/a1"), "w3")
	b.mustGit("bob", "w3", "remote", "rename", "origin", "grader")
	b.commit("bob", "w3", map[string]string{"hello.c": "2\n"})
	b.push("bob", "w3").says(t, "submission 2", "for team blue: alice, bob", "2 / 2")

	for _, who := range []string{"alice", "bob"} {
		b.ssh(who, "status", "comp1/a1").says(t, "submission 1 counts: 2 / 2", "team blue: alice, bob")
		b.ssh(who, "log", "comp1/a1").says(t, "comp1/a1/blue/1", "comp1/a1/blue/2")
		b.ssh(who, "log", "comp1/a1/2").says(t, "submission 2", "pass  2/2  greets")
		b.ssh(who, "watch", "comp1/a1/blue/1").says(t, "submission 1", "2 / 2")
	}
	// The work that alice pushed alone stays hers.
	b.ssh("alice", "log", "comp1/a1/alice").says(t, "comp1/a1/alice/1")
	b.ssh("bob", "log", "comp1/a1/alice/1").says(t, "grader: there is no submission comp1/a1/alice/1, or none that you may see")
	b.ssh("ida", "log", "comp1/a1/blue").says(t, "comp1/a1/blue/1", "comp1/a1/blue/2")
	b.mustGit("ida", ".", "clone", "-q", b.url("comp1/a1/students/blue"), "w4")
	b.ssh("tina", "team", "list", "comp1/a1").says(t, "team blue: alice, bob")
	b.ssh("alice", "team", "comp1/a1", "--json").says(t, `"team": "blue"`, `"submissions": 2`)
}

// TestTeamPushThatCameSecond checks the advice to a member whose teammate pushed first.
func TestTeamPushThatCameSecond(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(teamYAML)
	b.pairUp()
	b.mustGit("alice", ".", "clone", "-q", b.url("comp1/a1"), "wa")
	b.mustGit("bob", ".", "clone", "-q", b.url("comp1/a1"), "wb")
	b.commit("alice", "wa", map[string]string{"hello.c": "1\n"})
	b.commit("bob", "wb", map[string]string{"README": "2\n"})
	b.push("alice", "wa", "origin", "main").says(t, "submission 1")
	b.push("bob", "wb", "origin", "main").says(t, "rejected", "fetch first")
	b.mustGit("bob", "wb", "pull", "-q", "--no-rebase", "--no-edit", "origin", "main")
	b.push("bob", "wb", "origin", "main").says(t, "submission 2", "for team blue: alice, bob")
}

// TestTeammatesPushInBetween follows the advice to a member whose git read the refs before a teammate's push.
func TestTeammatesPushInBetween(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(teamYAML)
	b.pairUp()
	b.mustGit("alice", ".", "clone", "-q", b.url("comp1/a1"), "wa")
	b.mustGit("bob", ".", "clone", "-q", b.url("comp1/a1"), "wb")
	b.commit("alice", "wa", map[string]string{"hello.c": "1\n"})
	b.commit("bob", "wb", map[string]string{"README": "2\n"})
	r := b.raw(t, "bob", "git-receive-pack 'comp1/a1'")
	r.advertised(t)
	b.push("alice", "wa", "origin", "main").says(t, "submission 1")
	said := r.command(t, pktline.Zero, "refs/heads/main", strings.TrimSpace(b.mustGit("bob", "wb", "rev-parse", "HEAD")))
	pull := "git pull --no-rebase --no-edit " + b.url("comp1/a1") + " main"
	if !strings.Contains(said, "a teammate's push came") || !strings.Contains(said, pull) {
		t.Errorf("said %q", said)
	}
	b.mustGit("bob", "wb", strings.Fields(pull)[1:]...)
	b.push("bob", "wb", b.url("comp1/a1"), "HEAD:main").says(t, "submission 2", "for team blue: alice, bob")
}

// TestLeaverKeepsWhatCounted removes bob from the team. His grade stays, and he sees earlier submissions and no later ones.
func TestLeaverKeepsWhatCounted(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(teamYAML)
	b.pairUp()
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": "1\n"})
	b.push("alice", "w").says(t, "submission 1", "2 / 2")
	b.ssh("bob", "team", "leave", "comp1/a1").says(t, "left      blue bob: what counted for bob stays as it is", "team blue: alice")
	b.commit("alice", "w", map[string]string{"hello.c": "2\n"})
	b.push("alice", "w").says(t, "submission 2", "for team blue: alice")
	b.ssh("bob", "status", "comp1/a1").says(t, "submission 1 of team blue counts: 2 / 2")
	b.ssh("bob", "log", "comp1/a1/blue/1").says(t, "submission 1", "2 / 2")
	b.ssh("bob", "log", "comp1/a1/blue/2").says(t, "grader: there is no submission comp1/a1/blue/2, or none that you may see")
	b.ssh("bob", "log", "comp1/a1/blue").says(t, "grader: there is no submission comp1/a1/blue, or none that you may see")
	b.ssh("bob", "rerun", "comp1/a1/blue/1").says(t, "grader: you left team blue; its members can have comp1/a1/blue/1 graded again")
	// bob goes on alone.
	b.tree("bob", "wb", "comp1/a1", map[string]string{"hello.c": "3\n"})
	b.push("bob", "wb").says(t, "COMP1 A1 Hello: submission 1", "https://grader.test/comp1/a1/bob/1")
	if got := b.submissions("bob"); len(got) != 1 {
		t.Errorf("submissions of bob: %v", got)
	}
}

// TestLeaverLosesOpenSessions removes bob while he watches a submission of the team.
func TestLeaverLosesOpenSessions(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(teamYAML)
	b.pairUp()
	b.queue.hold(true)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": "1\n"})
	b.push("alice", "w", "-o", "nowait", "grader", "main").says(t, "submission 1")
	waits := b.raw(t, "bob", "watch comp1/a1")
	waits.until(t, "submission 1")
	_, err := b.room.Teams.Remove(t.Context(), schema.Operator(), classroom.TeamArgs{Course: "comp1", Assignment: "a1", Team: "blue", Logins: []string{"bob"}})
	check(t, err)
	said, _ := io.ReadAll(waits.out)
	if !strings.Contains(string(said), "this session was ended: bob is no longer in team blue; the grading goes on.") {
		t.Errorf("said %q, %q", said, waits.err)
	}
	// alice's session on the same work goes on.
	b.queue.hold(false)
	b.ssh("alice", "watch", "comp1/a1").says(t, "2 / 2")
}

// TestTeamChangeStopsPush makes alice join a team while the server receives her own push.
func TestTeamChangeStopsPush(t *testing.T) {
	t.Parallel()
	opened := make(openings, 4)
	b := newBundle(t, func(b *bundle) { b.ledger = opened.of(b.ledger) })
	b.publish(teamYAML)
	<-opened // the push of the tests
	b.ssh("bob", "team", "create", "comp1/a1", "blue").says(t, "team blue: bob")
	b.ssh("bob", "team", "invite", "comp1/a1", "alice").says(t, "invited   blue alice")
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": "1\n"})
	pack := b.packOf("alice", "w")
	r := b.raw(t, "alice", "git-receive-pack 'comp1/a1'")
	r.advertised(t)
	commit := strings.TrimSpace(b.mustGit("alice", "w", "rev-parse", "HEAD"))
	_, err := r.in.Write(append(listOf(pktline.Zero+" "+commit+" refs/heads/main"+banded), pack[:len(pack)-1]...))
	check(t, err)
	<-opened
	b.ssh("alice", "team", "accept", "comp1/a1").says(t, "joined    blue alice")
	_, err = r.in.Write(pack[len(pack)-1:])
	check(t, err)
	said, _ := io.ReadAll(r.out)
	if !strings.Contains(string(said), "you joined team blue while this push was coming in.") || !strings.Contains(string(said), "Nothing was counted.") {
		t.Errorf("said %q", said)
	}
	if all := b.submissions("alice"); len(all) != 0 {
		t.Errorf("it was counted: %v", all)
	}
	// The advice is to push again.
	b.push("alice", "w").says(t, "submission 1", "for team blue: alice, bob")
}

func TestTeamCommandsAreRefused(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.ssh("alice", "team", "create", "comp1/a1", "blue").says(t, "grader: comp1/a1 has no teams; its instructors can allow them: team: {max: 3} in assignment.yaml")
	for name, c := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"no words":              {[]string{"team"}, 2, "use: team COURSE/ASSIGNMENT | VERB COURSE/ASSIGNMENT"},
		"an unknown verb":       {[]string{"team", "rename", "comp1/a1", "red"}, 2, "use: team show COURSE/ASSIGNMENT, or team create|invite|uninvite|accept|decline|leave|add|remove|delete COURSE/ASSIGNMENT"},
		"too few words":         {[]string{"team", "create", "comp1/a1"}, 2, "use: team create COURSE/ASSIGNMENT NAME"},
		"no assignment":         {[]string{"team", "leave", "comp1"}, 2, "use: team leave COURSE/ASSIGNMENT"},
		"unknown assignment":    {[]string{"team", "show", "comp1/a9"}, 1, "grader: there is no assignment comp1/a9 yet"},
		"others of a student's": {[]string{"team", "create", "comp1/a1", "blue", "bob"}, 2, "make the team first and invite the others: team create comp1/a1 blue, then team invite comp1/a1 bob"},
	} {
		r := b.ssh("alice", c.args...)
		if r.says(t, c.want); r.status != c.status {
			t.Errorf("%s: status %d, not %d", name, r.status, c.status)
		}
	}
	b.ssh("eve", "team", "show", "comp1/a1").says(t, "grader: comp1 is unknown, or you are not enrolled")
}

// until reads lines until one holds the text.
func (r *raw) until(t *testing.T, text string) {
	t.Helper()
	var said strings.Builder
	one := make([]byte, 1)
	for !strings.Contains(said.String(), text) {
		if _, err := r.out.Read(one); err != nil {
			t.Fatalf("%v after %q, %q", err, said.String(), r.err)
		}
		said.Write(one)
	}
}

// packOf returns all objects of a work tree's main in the form in which git sends them.
func (b *bundle) packOf(key, dir string) []byte {
	b.t.Helper()
	cmd := b.git(key, dir, "pack-objects", "--revs", "--stdout", "-q")
	cmd.Stdin = strings.NewReader("main\n")
	pack, err := cmd.Output()
	check(b.t, err)
	return pack
}
